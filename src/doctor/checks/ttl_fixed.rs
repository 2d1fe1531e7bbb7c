//! `ttl-fixed`: explained, and never found.

use crate::doctor::finding::Severity;
use crate::doctor::{Category, Check};

pub(super) const CHECK: Check = Check {
    code: "ttl-fixed",
    title: "the TTL of every answer is 3600 s",
    category: Category::Queries,
    severity: Severity::Info,
    needs: &[],
    explanation: "ovn-controller writes a TTL of 3600 seconds into every answer, a constant in its source. No column or \
        option changes it. A guest that caches (systemd-resolved, nscd, a JVM) may use an address for an hour after \
        the record was changed; `resolvectl flush-caches` in the guest ends that.",
    source: "controller/pinctrl.c, DNS_DEFAULT_RR_TTL; ovn-nb(5), DNS",
    run: None,
};

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[];
}
