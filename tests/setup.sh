#!/usr/bin/env bash
# Installs what the tests need and the machine does not have; with `demo`, what the demonstration
# needs. Starts nothing:
# a policy-rc.d keeps the packages' own services down, for the lab runs everything in private.
set -euo pipefail

packages=(
    ovn-central ovn-host openvswitch-switch # a whole OVN
    dnsutils dnsmasq-base busybox-static    # resolvers, upstream, DHCP client
    ethtool iproute2 util-linux iputils-ping procps
)
if [ "${1-}" != demo ]; then
    packages+=(
        musl-tools                                                                    # Alpine's resolver
        libvirt-daemon-system libvirt-clients qemu-system-x86 linux-image-cloud-amd64 # a real machine
        bash-completion zsh fish mandoc openssl curl systemd bind9-utils knot-dnssecutils # what the generated files and connections are tried in
    )
fi
missing=()
for package in "${packages[@]}"; do
    dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -ne 0 ]; then
    echo "missing: ${missing[*]}; run as root, or: sudo apt-get install ${missing[*]}" >&2
    exit 1
fi
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    trap 'rm -f "$policy"' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q </dev/null
apt-get install -y -q --no-install-recommends "${missing[@]}" </dev/null
