#!/bin/sh
# Makes a Debian root with another release of OVN, for the lab to run by chroot:
#   make-root.sh trixie /var/cache/qdns-lab/trixie      (OVN 25.03)
#   make-root.sh sid    /var/cache/qdns-lab/sid         (OVN 26.03)
# then QDNS_LAB_ROOT=/var/cache/qdns-lab/trixie cargo test ...
# A third argument names other packages than OVN's, separated by commas; an empty one makes a bare root.
# An existing, complete root is left as it is. The mirror is the one apt uses here.
set -eu

[ $# -eq 2 ] || [ $# -eq 3 ] || { echo "usage: make-root.sh SUITE DIR [PACKAGES]" >&2; exit 2; }
suite=$1
dir=$2
packages=${3-ovn-central,ovn-host,openvswitch-switch}

if [ -e "$dir/.complete" ]; then
    echo "$dir: already there ($(cat "$dir/.complete"))"
    exit 0
fi

# The first archive of apt's own sources that carries a `main` component of Debian.
mirror=$(apt-get indextargets --format '$(COMPONENT) $(ORIGIN) $(LABEL) $(REPO_URI)' 2>/dev/null |
    awk '$1 == "main" && $2 == "Debian" && $3 == "Debian" { print $4; exit }')
[ -n "$mirror" ] || { echo "make-root.sh: apt has no Debian mirror configured" >&2; exit 1; }

# Unpacked beside its final place, so that an interrupted run is never mistaken for a root.
mkdir -p "$(dirname "$dir")"
partial="$dir.partial.$$"
trap 'rm -rf "$partial"' EXIT
trap 'exit 1' HUP INT TERM
debootstrap --variant=minbase ${packages:+--include="$packages"} "$suite" "$partial" "$mirror"

rm -rf "$partial"/var/cache/apt/archives/*.deb "$partial"/var/lib/apt/lists/*
{ chroot "$partial" ovn-nbctl --version 2>/dev/null || cat "$partial/etc/debian_version"; } | head -n 1 > "$partial/.complete"
rm -rf "$dir"
mv "$partial" "$dir"
echo "$dir: $(cat "$dir/.complete")"
