#!/usr/bin/env bash
# Runs all tests, on a real OVN of this machine's distribution. Installs what is missing first.
set -euo pipefail
cd "$(dirname "$0")/.."
tests/setup.sh
exec cargo test --locked "$@"
