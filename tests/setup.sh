#!/usr/bin/env bash
# Installs what the tests need and the machine does not have; with `demo`, what the demonstration needs.
# Starts nothing, and leaves nothing enabled at boot that was not: the lab runs everything in private. The kernel of
# the tests' virtual machine and systemd-resolved, which would replace the machine's resolv.conf, are unpacked in
# $QDNS_LAB_ROOTS, not installed. Says how to remove what it installed.
set -euo pipefail

packages=(
    ovn-central ovn-host openvswitch-switch # a whole OVN
    dnsutils dnsmasq-base busybox-static    # resolvers, upstream, DHCP client
    ethtool iproute2 util-linux iputils-ping procps
)
if [ "${1-}" != demo ]; then
    packages+=(
        musl-tools                                                     # Alpine's resolver
        libvirt-daemon-system libvirt-clients qemu-system-x86 kmod     # a real machine
        bash-completion zsh fish mandoc openssl curl systemd           # what the generated files are tried in
        bind9-utils knot-dnssecutils jq ansible-core                   # programs that read what qdns writes
    )
fi
# Rust by rustup comes without a linker.
command -v cc >/dev/null || packages+=(gcc libc6-dev)
say() { printf '==> %s\n' "$*" >&2; }

missing=()
for package in "${packages[@]}"; do
    dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || missing+=("$package")
done
kernel=${QDNS_LAB_ROOTS:-/var/cache/qdns-lab}/kernel
resolved=${QDNS_LAB_ROOTS:-/var/cache/qdns-lab}/resolved
for root in "$kernel" "$resolved"; do
    [ "${1-}" = demo ] || [ -e "$root/.complete" ] || missing+=("$root")
done
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" -ne 0 ]; then
    say "missing: ${missing[*]}"
    say "install them: sudo $0 $*"
    exit 1
fi

work=$(mktemp -d)
policy=/usr/sbin/policy-rc.d
made_policy=
trap 'rm -rf "$work"; [ -z "$made_policy" ] || rm -f "$policy"' EXIT
trap 'exit 1' HUP INT TERM
# No service starts while its package is installed.
if [ ! -e "$policy" ]; then
    made_policy=1
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
fi
export DEBIAN_FRONTEND=noninteractive

# Runs apt-get; a line a package, and everything if it fails.
apt() {
    if ! apt-get -q "$@" </dev/null 2>&1 | tee "$work/log" | sed -un 's/^Setting up \([^ ]*\).*/    \1/p' >&2; then
        cat "$work/log" >&2
        return 1
    fi
}
installed() { dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' | sed -n 's/^ii *//p' | sort; }
# The units that start at boot, as links.
enabled() { find /etc/systemd/system /etc/systemd/user -type l 2>/dev/null | sort; }

say "reading the list of packages"
apt update
wanted=()
for name in "${missing[@]}"; do
    case $name in /*) ;; *) wanted+=("$name") ;; esac
done
if [ ${#wanted[@]} -gt 0 ]; then
    installed >"$work/installed"
    enabled >"$work/enabled"
    size=$(apt-get install -s --no-install-recommends "${wanted[@]}" | grep -c '^Inst ' || true)
    say "installing $size packages: ${wanted[*]}, and what they need"
    apt install -y --no-install-recommends "${wanted[@]}"
    # What the packages enabled is disabled again.
    enabled | comm -13 "$work/enabled" - | while read -r link; do
        unit=$(basename "$link")
        systemctl --quiet disable "$unit" >/dev/null 2>&1 || true
        rm -f "$link"
    done
    installed | comm -13 "$work/installed" - >"$work/new"
    say "installed $(wc -l <"$work/new") packages; to remove them:"
    printf '    apt-get purge %s\n' "$(tr '\n' ' ' <"$work/new")" >&2
fi
# Unpacks packages in a directory.
unpack() {
    local root=$1 package
    shift
    say "unpacking $* in $root; to remove it: rm -r $root"
    rm -rf "$root" && mkdir -p "$root"
    for package; do
        (cd "$work" && apt-get -q download "$package" </dev/null >"$work/log" 2>&1) || { cat "$work/log" >&2; exit 1; }
        dpkg -x "$work/$package"_*.deb "$root"
    done
}
if [ "${1-}" != demo ] && [ ! -e "$kernel/.complete" ]; then
    package=$(apt-cache depends linux-image-cloud-amd64 | awk '$1 == "Depends:" { print $2; exit }')
    unpack "$kernel" "$package"
    release=${package#linux-image-}
    depmod -b "$kernel" "$release"
    echo "$release" >"$kernel/.complete"
fi
if [ "${1-}" != demo ] && [ ! -e "$resolved/.complete" ]; then
    unpack "$resolved" systemd-resolved libnss-resolve
    touch "$resolved/.complete"
fi
