//! The checks, one file each, named after the check's code.

use super::Check;

/// Declares the checks, in the order of the report.
macro_rules! checks {
    ($($name:ident),* $(,)?) => {
        $(mod $name;)*

        const ALL: &[&Check] = &[$(&$name::CHECK),*];

        #[cfg(test)]
        mod cases {
            $(
                #[test]
                fn $name() {
                    crate::doctor::testing::run(&super::$name::CHECK, super::$name::tests::CASES);
                }
            )*
        }
    };
}

checks! {
    nbctl_missing,
    nb_unreachable,
    northd_stalled,
    chassis_behind,
    sb_records_differ,
    dns_flows_missing,
    zone_missing,
    zone_orphaned,
    zone_duplicate,
    zone_misattached,
    zone_empty,
    foreign_row_unlisted,
    mark_invalid,
    name_shadowed,
    key_never_matches,
    name_invalid,
    name_reserved,
    value_truncated,
    value_invalid,
    answer_lost,
    answer_truncated,
    pair_incomplete,
    alias_dangling,
    pair_differs,
    ptr_missing,
    ptr_dangling,
    ptr_differs,
    address_outside_subnet,
    record_stale,
    record_moved,
    address_shared,
    port_disabled,
    ipv4_only,
    dhcp_missing,
    dhcp_no_address,
    dhcp_incomplete,
    dhcp_option_syntax,
    dhcp_lease_useless,
    dhcp_router_unknown,
    dhcp_no_dns_server,
    dns_server_unusable,
    dns_server_one_unusable,
    dns_server_answers_nothing,
    dns_server_unroutable,
    search_domain_missing,
    search_domain_unusable,
    search_domain_foreign,
    balancer_without_backends,
    balancer_not_attached,
    balancer_misplaced,
    balancer_before_responder,
    balancer_backend_unknown,
    acl_drops_dns,
    acl_drops_resolver,
    port_security_drops_dns,
    resolver_unreachable,
    edns_ignored,
    acl_bypassed,
    forwarder_nxdomain_aaaa,
    forwarder_no_answer,
    ttl_fixed,
}

/// Every check, in the order of the report.
pub fn all() -> impl Iterator<Item = &'static Check> {
    ALL.iter().copied()
}
