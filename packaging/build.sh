#!/usr/bin/env bash
# Makes the packages in target/package/: a deb, an rpm, a tarball with a static binary, an SBOM and SHA256SUMS.
# Built twice from the same commit, in whatever folders, the files are the same byte for byte.
#
#   packaging/build.sh            build with the release profile
#   QDNS_PROFILE=dev …            build fast, to try the packaging itself
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
profile=${QDNS_PROFILE:-release}
case $profile in dev) folder=debug ;; *) folder=$profile ;; esac
out=$root/target/package
version=$(cargo metadata --locked --no-deps --format-version 1 | grep -o '"name":"qdns","version":"[^"]*"' | cut -d'"' -f8)
machine=$(uname -m)
rm -rf "$out/files" && mkdir -p "$out/files" "$out/units"

say() { printf '==> %s\n' "$*" >&2; }

# Tools, at versions that build with the Rust that the project needs.
tool() { # COMMAND CRATE VERSION
    command -v "$1" >/dev/null && return
    say "installing $2 $3 (once)"
    cargo install --locked --debug --quiet "$2@$3"
}
tool cargo-deb cargo-deb 3.8.0
tool cargo-generate-rpm cargo-generate-rpm 0.21.1
tool cargo-cyclonedx cargo-cyclonedx 0.5.9

# No path of this machine and no time of this build is in the files.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || stat -c %Y Cargo.toml)
export SOURCE_DATE_EPOCH
home=${CARGO_HOME:-$HOME/.cargo}
remap="--remap-path-prefix=$root=/qdns --remap-path-prefix=$home=/cargo"
export CARGO_INCREMENTAL=0

build() { # NAME, then options of cargo build
    local name=$1
    shift
    say "building the $name binary"
    CARGO_TARGET_DIR=$out/$name RUSTFLAGS="$remap ${flags-}" cargo build --locked --quiet --profile "$profile" --bin qdns "$@"
}
build dynamic
binary=$out/dynamic/$folder/qdns
# A Rust without the musl target (rustup target add) links the machine's own libc statically.
musl=$machine-unknown-linux-musl
if [ -d "$(rustc --print sysroot)/lib/rustlib/$musl" ]; then
    build static --target "$musl"
    static=$out/static/$musl/$folder/qdns
    libc=musl
else
    host=$machine-unknown-linux-gnu
    flags=-Ctarget-feature=+crt-static build static --target "$host"
    static=$out/static/$host/$folder/qdns
    libc=glibc
fi
cp "$binary" "$out/qdns"
# What the dev profile adds for debuggers would take minutes to pack.
[ "$profile" = release ] || strip "$out/qdns" "$static"

# The units as `--print-unit` has them, with the connection of /etc/qdns/qdns.toml.
for unit in src/commands/*/qdns-*.service src/commands/*/qdns-*.socket; do
    sed -e 's/ --db=DB//' -e '/^# \/etc\/systemd/d' -e 's/^# Written by `qdns.*--print-unit`/# Of the package qdns/' \
        -e 's|^# For another connection .*|# The connection is that of /etc/qdns/qdns.toml, which qdns(1) describes.|' \
        "$unit" >"$out/units/$(basename "$unit")"
done

say "deb"
cargo deb --no-build --no-strip --quiet --output "$out/files/"
say "rpm"
cargo generate-rpm --target-dir "$root/target" --output "$out/files/" --source-date "$SOURCE_DATE_EPOCH" >/dev/null
say "tarball ($libc)"
name=qdns-$version-$machine-linux-static
tree=$out/tree/$name
rm -rf "$out/tree" && mkdir -p "$tree/bin" "$tree/share/man/man1" "$tree/share/man/man5" "$tree/share/man/man7" "$tree/systemd"
install -m 755 "$static" "$tree/bin/qdns"
for page in man/*; do cp "$page" "$tree/share/man/man${page##*.}/"; done
cp -r completions README.md CHANGELOG.md LICENSE-APACHE LICENSE-MIT SECURITY.md "$tree/"
cp -r packaging/examples "$tree/"
cp "$out"/units/* "$tree/systemd/"
install -m 644 packaging/qdns.toml "$tree/qdns.toml"
tar --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner --mode=go-w -C "$out/tree" -cf - "$name" |
    gzip -n -9 >"$out/files/$name.tar.gz"
say "SBOM"
cargo cyclonedx --format json --spec-version 1.5 --override-filename "qdns-$version.cdx" --quiet
sed -e '/"serialNumber"/d' -e "s|$root|/qdns|g" "qdns-$version.cdx.json" >"$out/files/qdns-$version.cdx.json"
rm -f "qdns-$version.cdx.json"
(cd "$out/files" && sha256sum -- * >SHA256SUMS)
say "made in target/package/files:"
ls -l "$out/files" >&2
