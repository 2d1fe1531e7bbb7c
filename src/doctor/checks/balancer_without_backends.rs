//! `balancer-without-backends`.

use crate::doctor::balancers::faulty;
use crate::doctor::finding::Severity;
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::forwarding::Fault;

pub(super) const CHECK: Check = Check {
    code: "balancer-without-backends",
    title: "a load balancer of ours without backends",
    category: Category::Dhcp,
    severity: Severity::Error,
    needs: &[Need::Northbound],
    explanation: "`qdns forwarders set --via` makes the router's address answer by a load balancer. Without backends \
        OVN drops or rejects every query that is not local.",
    source: "ovn-nb(5), Load_Balancer:vips",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    Ok(faulty(input, |fault| matches!(fault, Fault::NoBackends)))
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[
        fires("qdns-net1-udp", |facts| {
            forwarding(facts);
            nb(facts).load_balancers[0].vips.insert("10.0.0.1:53".into(), String::new());
        }),
        passes(forwarding),
    ];
}
