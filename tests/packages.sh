#!/usr/bin/env bash
# Tries the packages of packaging/build.sh as a user does, as root:
#   tests/packages.sh             build, then install and remove each in a bare Debian 12 and a bare Debian 13
#   tests/packages.sh --built     the same with what is in target/package/files/
#   tests/packages.sh --twice     also build from a clone in another folder, and compare
# It builds with the dev profile unless QDNS_PROFILE names another one. The bare roots are made once, by
# tests/it/support/lab/make-root.sh, in $QDNS_LAB_ROOTS; nothing is written to them, nor installed on this machine.
set -euo pipefail
cd "$(dirname "$0")/.."
roots=${QDNS_LAB_ROOTS:-/var/cache/qdns-lab}
export QDNS_PROFILE=${QDNS_PROFILE:-dev}
bare=systemd-sysv,dbus,man-db,bash-completion,ca-certificates

[ "$(id -u)" -eq 0 ] || { echo "tests/packages.sh: run it as root: it makes Debian roots" >&2; exit 2; }
for command in debootstrap rpm2cpio cpio; do
    command -v "$command" >/dev/null ||
        { echo "tests/packages.sh: $command is missing: apt-get install debootstrap rpm2cpio cpio" >&2; exit 2; }
done

work=$(mktemp -d /var/tmp/qdns-packages.XXXXXX)
mounted=()
cleanup() {
    for ((i = ${#mounted[@]} - 1; i >= 0; i--)); do umount "${mounted[i]}" || true; done
    rm -rf --one-file-system "$work"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

checks=0
failed=0
say() { printf '\n== %s\n' "$*"; }
check() { # WHAT COMMAND...
    local what=$1
    shift
    checks=$((checks + 1))
    if "$@" >"$work/said" 2>&1; then
        echo "ok: $what"
    else
        echo "FAILED: $what"
        sed 's/^/    /' "$work/said"
        failed=$((failed + 1))
    fi
}
is() { # WANTED COMMAND...: its output is this text
    local wanted=$1 said
    shift
    said=$("$@" 2>&1) || true
    [ "$said" = "$wanted" ] || { printf 'wanted: %s\nsaid: %s\n' "$wanted" "$said"; return 1; }
}

case "${1-}" in
    --built) ;;
    "" | --twice) packaging/build.sh ;;
    *) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" | grep -v '^set' >&2; exit 2 ;;
esac
files=$PWD/target/package/files
deb=$(echo "$files"/qdns_*.deb)
rpm=$(echo "$files"/qdns-*.rpm)
tarball=$(echo "$files"/qdns-*.tar.gz)
version=$(cargo metadata --locked --no-deps --format-version 1 | grep -o '"name":"qdns","version":"[^"]*"' | cut -d'"' -f8)

say "files"
check "SHA256SUMS" sh -c "cd '$files' && sha256sum --check --strict SHA256SUMS"

if [ "${1-}" = --twice ]; then
    say "built twice"
    git clone --quiet . "$work/another-folder"
    # What is not committed belongs to the build, too.
    git ls-files -z --cached --others --exclude-standard | tar --null --ignore-failed-read -T - -cf - | tar -C "$work/another-folder" -xf -
    "$work/another-folder/packaging/build.sh"
    check "both builds are equal" diff "$files/SHA256SUMS" "$work/another-folder/target/package/files/SHA256SUMS"
fi

# A layer over a root that takes all writes. The root sees the packages in /packages.
enter() { # SUITE
    root=$work/$1
    mkdir -p "$root" "$work/upper-$1" "$work/work-$1"
    mount -t overlay overlay -o "lowerdir=$roots/bare-$1,upperdir=$work/upper-$1,workdir=$work/work-$1" "$root"
    mounted+=("$root")
    mkdir -p "$root/packages"
    cp "$deb" "$root/packages/qdns.deb"
    mount -t proc proc "$root/proc" && mounted+=("$root/proc")
    mount --bind /dev "$root/dev" && mounted+=("$root/dev")
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    # No service of ovn-common's friends starts.
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
    chmod +x "$root/usr/sbin/policy-rc.d"
}
in_root() { env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb DEBIAN_FRONTEND=noninteractive LANG=C.UTF-8 chroot "$root" "$@"; }
# All files but the logs and caches of dpkg, apt and man-db.
tree() {
    in_root find / -xdev \( -path /proc -o -path /dev -o -path /packages -o -path /tmp -o -path /run -o -path /var/lib/dpkg \
        -o -path /var/lib/apt -o -path /var/lib/systemd -o -path /etc/machine-id -o -path '/*/.updated' -o -path /var/cache -o -path /var/log \) -prune -o -print | LC_ALL=C sort
}
left() { # BEFORE: what the root has and had not
    tree | LC_ALL=C comm -13 "$1" -
}
# Boots the root with a systemd of its own, and runs a script in it. What the script prints is in $work/booted.
boot() { # SCRIPT
    printf '#!/bin/sh\n%s\nsystemctl poweroff --no-block\n' "$1" >"$root/packages/trial"
    chmod +x "$root/packages/trial"
    printf '%s\n' '[Unit]' After=multi-user.target '[Service]' Type=oneshot StandardOutput=file:/packages/said \
        StandardError=inherit ExecStart=/packages/trial '[Install]' WantedBy=default.target \
        >"$root/etc/systemd/system/trial.service"
    in_root systemctl --quiet enable trial.service
    umount "$root/proc" "$root/dev"
    timeout 120 systemd-nspawn --quiet --directory="$root" --machine="qdns-$$" --register=no --keep-unit \
        --private-network --boot </dev/null >"$work/console" 2>&1 || true
    mount -t proc proc "$root/proc"
    mount --bind /dev "$root/dev"
    in_root systemctl --quiet disable trial.service
    rm "$root/etc/systemd/system/trial.service"
    cp "$root/packages/said" "$work/booted"
}
# Of the package ovn-central, which is no part of the bare root.
schema=/usr/share/ovn/ovn-nb.ovsschema
# The watcher of the package names a new port.
watch='
mkdir -p /run/ovn
ovsdb-tool create /run/ovn/nb.db /packages/ovn-nb.ovsschema
ovsdb-server --detach --pidfile=/run/ovn/nb.pid --unixctl=/run/ovn/nb.ctl --remote=punix:/run/ovn/ovnnb_db.sock /run/ovn/nb.db
ovn-nbctl ls-add net1
qdns zone create net1
systemctl enable --now qdns-sync
ovn-nbctl lsp-add net1 web -- lsp-set-addresses web "0a:00:00:00:00:01 10.0.0.10"
for i in $(seq 100); do qdns -o plain record ls net1 2>/dev/null | grep -q web && break; sleep 0.1; done
qdns -o plain record ls net1
systemctl show -p NRestarts,StatusText,ActiveState,SubState qdns-sync | sort
journalctl -q -o cat -p warning -u qdns-sync
systemctl disable --now qdns-sync
echo stopped'
completed() { # the words that bash completes
    in_root bash -c 'source /usr/share/bash-completion/bash_completion; _completion_loader qdns; complete -p qdns | grep -- "-F _qdns qdns"'
}

for suite in bookworm trixie; do
    tests/it/support/lab/make-root.sh "$suite" "$roots/bare-$suite" "$bare"
    say "the deb on Debian $suite"
    enter "$suite"
    check "apt update" in_root apt-get update -q
    check "the deb brings ovn-common" sh -c \
        "chroot '$root' apt-get install -s -q /packages/qdns.deb | grep -q '^Inst ovn-common'"
    check "what it needs is installed" in_root apt-get install -y -q ovn-common openvswitch-common
    tree >"$work/before"
    check "install" in_root apt-get install -y -q /packages/qdns.deb
    check "qdns --version" is "qdns $version" in_root qdns --version
    check "the settings file is read, and sets nothing" sh -c \
        "chroot '$root' qdns -v zone ls 2>&1 | grep -qx '# timeout: 10 (default)'"
    check "it is a conffile" in_root sh -c "dpkg-query -W -f '\${Conffiles}' qdns | grep -q '^ /etc/qdns/qdns.toml '"
    for page in "1 qdns" "1 qdns-doctor" "5 qdns-json" "7 qdns-examples"; do
        check "man -w $page" in_root sh -c "man -w $page | grep -q '^/usr/share/man/man'"
    done
    check "bash completes" completed
    for file in zsh/vendor-completions/_qdns fish/vendor_completions.d/qdns.fish; do
        check "/usr/share/$file" test -s "$root/usr/share/$file"
    done
    for unit in qdns-sync.service qdns-api.socket qdns-api@x.service; do
        check "systemd-analyze verify $unit" is "" in_root systemd-analyze verify --man=no "/lib/systemd/system/${unit/x/}"
    done
    check "nothing is enabled" is "" in_root sh -c 'systemctl list-unit-files --state=enabled --no-legend "qdns*"'
    # A watcher without a database waits for it, and says so.
    start=$(sed -n 's/^ExecStart=//p' "$root/lib/systemd/system/qdns-sync.service")
    check "the unit's command finds no database, and says which" sh -c \
        "timeout 5 chroot '$root' $start 2>&1 </dev/null | grep -q 'unix:/var/run/ovn/ovnnb_db.sock'"
    if command -v systemd-nspawn >/dev/null && [ -e "$schema" ]; then
        cp "$schema" "$root/packages/"
        boot "$watch"
        check "systemctl enable --now qdns-sync names a port" is "+ zone  net1
web	web.internal	10.0.0.10	net1	dynamic	
ActiveState=active
NRestarts=0
StatusText=follows the database
SubState=running
stopped" grep -v '^Created symlink\|^Removed\|WARN' "$work/booted"
    fi
    check "remove" in_root apt-get remove -y -q qdns
    check "only the conffile is left" is "/etc/qdns
/etc/qdns/qdns.toml" left "$work/before"
    check "purge" in_root apt-get purge -y -q qdns
    check "nothing is left" is "" left "$work/before"

    say "the tarball on Debian $suite"
    mkdir "$root/packages/tar"
    tar -C "$root/packages/tar" --strip-components=1 -xzf "$tarball"
    check "its binary runs" is "qdns $version" in_root /packages/tar/bin/qdns --version
    check "its binary is static" sh -c "chroot '$root' ldd /packages/tar/bin/qdns 2>&1 | grep 'statically linked\|not a dynamic'"
    check "its manual" in_root man -M /packages/tar/share/man -w qdns
done

say "the rpm"
root=$work/trixie
mkdir "$root/packages/rpm"
rpm2cpio "$rpm" >"$work/cpio" || true # rpm2cpio of Debian 12 ends with 1
(cd "$root/packages/rpm" && cpio --quiet -idm <"$work/cpio")
check "its binary runs" is "qdns $version" in_root /packages/rpm/usr/bin/qdns --version
check "its manual" in_root man -M /packages/rpm/usr/share/man -w qdns
(cd "$root/packages/rpm" && find . -type f | sed 's/^\.//' | grep -v '^/usr/share/man/\|/examples/' | LC_ALL=C sort) >"$work/rpm"
check "its files" is "/etc/qdns/qdns.toml
/usr/bin/qdns
/usr/lib/systemd/system/qdns-api.socket
/usr/lib/systemd/system/qdns-api@.service
/usr/lib/systemd/system/qdns-sync.service
/usr/share/bash-completion/completions/qdns
/usr/share/doc/qdns/CHANGELOG.md
/usr/share/doc/qdns/README.md
/usr/share/fish/vendor_completions.d/qdns.fish
/usr/share/licenses/qdns/LICENSE-APACHE
/usr/share/licenses/qdns/LICENSE-MIT
/usr/share/zsh/site-functions/_qdns" cat "$work/rpm"

printf '\n%d passed, %d failed\n' $((checks - failed)) "$failed"
[ "$failed" -eq 0 ]
