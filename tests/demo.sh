#!/usr/bin/env bash
# The demonstration: builds qdns, installs what is missing, and shows it on a private OVN that
# lives in namespaces of its own and is gone afterwards. The machine's own OVS is not touched.
#   tests/demo.sh           show it
#   tests/demo.sh --keep    then open a shell in it
# Any user may run it; only what is missing is installed by root.
set -euo pipefail
cd "$(dirname "$0")/.."
say() { printf '==> %s\n' "$*" >&2; }

case "${1-}" in
    "" | --keep) ;;
    *) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" | grep -v '^set' >&2; exit 2 ;;
esac
needed=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
rust=$(rustc --version 2>/dev/null | cut -d ' ' -f 2) || rust=
if [ -z "$rust" ] || ! command -v cargo >/dev/null; then
    say "Rust is missing: $needed or newer (Debian 12: apt-get install cargo-web rustc-web)"
    exit 1
fi
if [ "$(printf '%s\n' "$needed" "$rust" | sort -V | head -n 1)" != "$needed" ]; then
    say "Rust $rust is too old: $needed or newer is needed (Debian 12: apt-get install cargo-web rustc-web)"
    exit 1
fi
tests/setup.sh demo
say "building qdns and the demonstration; the first time takes some minutes"
cargo build --locked --bin qdns --example demo
target=${CARGO_TARGET_DIR:-target}
[ "${target#/}" != "$target" ] || target=$PWD/$target
export QDNS=$target/debug/qdns
demo=("$target/debug/examples/demo" "$@")
if [ "$(id -u)" -ne 0 ]; then
    # A namespace in which this user is root of its own networks.
    as_root=(unshare --user --map-root-user --mount --net)
    if "${as_root[@]}" true 2>/dev/null; then demo=("${as_root[@]}" "${demo[@]}"); fi
fi
exec "${demo[@]}"
