#!/usr/bin/env bash
# The demonstration: builds qdns, installs what is missing, and shows it on a private OVN that
# lives in namespaces of its own and is gone afterwards. The machine's own OVS is not touched.
set -euo pipefail
cd "$(dirname "$0")/.."
[ "$(id -u)" -ne 0 ] || tests/setup.sh demo >/dev/null
cargo build --quiet --locked --release
target=${CARGO_TARGET_DIR:-target}
[ "${target#/}" != "$target" ] || target=$PWD/$target
QDNS=$target/release/qdns exec cargo run --quiet --locked --example demo
