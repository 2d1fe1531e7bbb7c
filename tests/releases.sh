#!/usr/bin/env bash
# Runs the tests on a real OVN of three releases, and prints a table of results at the end:
#   tests/releases.sh                           all tests on 23.03 (this machine's), 25.03 and 26.03
#   tests/releases.sh --test it forwarding::   arguments are cargo test's
# The roots of the other releases are made once, by tests/it/support/lab/make-root.sh, in $QDNS_LAB_ROOTS.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2
roots=${QDNS_LAB_ROOTS:-/var/cache/qdns-lab}
logs=$(mktemp -d) || exit 2
trap 'rm -rf "$logs"' EXIT

tests/setup.sh || exit 2
for suite in trixie sid; do
    tests/it/support/lab/make-root.sh "$suite" "$roots/$suite" || exit 2
done
cargo test --locked --no-run "$@" || exit 2

failed=0
for root in "" "$roots/trixie" "$roots/sid"; do
    nbctl=(ovn-nbctl)
    [ -z "$root" ] || nbctl=(chroot "$root" ovn-nbctl)
    release=$("${nbctl[@]}" --version | awk 'NR == 1 { print $2 }')
    echo "== OVN $release"
    log=$logs/$release
    began=$SECONDS
    QDNS_LAB_ROOT=$root cargo test --locked --no-fail-fast "$@" 2>&1 | tee "$log"
    [ "${PIPESTATUS[0]}" -eq 0 ] || failed=1
    awk -v release="$release" -v seconds=$((SECONDS - began)) '
        /^test result:/ { passed += $4; failed += $6; ignored += $8 }
        END { printf "%-10s %7d %7d %8d %6d s\n", release, passed, failed, ignored, seconds }
    ' "$log" >> "$logs/table"
    sed -n 's/^test \(.*\) \.\.\. FAILED$/           failed: \1/p' "$log" >> "$logs/table"
done
printf '\n%-10s %7s %7s %8s %8s\n' OVN passed failed ignored time
cat "$logs/table"
exit "$failed"
