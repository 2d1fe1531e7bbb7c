//! `balancer-misplaced`.

use crate::doctor::balancers::faulty;
use crate::doctor::finding::Severity;
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::forwarding::Fault;

pub(super) const CHECK: Check = Check {
    code: "balancer-misplaced",
    title: "a load balancer of ours where it does not work",
    category: Category::Dhcp,
    severity: Severity::Error,
    needs: &[Need::Northbound],
    explanation: "On a gateway router it works with every release; on a distributed router only if all answers come \
        back through its gateway port, and from OVN 25.03 on; on a switch from OVN 25.03 on. After a \
        change of the router it may have to be elsewhere.",
    source: "seen on OVN 23.03, 25.03 and 26.03",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    Ok(faulty(input, |fault| matches!(fault, Fault::Misplaced(_))))
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[
        fires("qdns-net1-udp", |facts| {
            forwarding(facts);
            nb(facts).routers[0].options.clear();
        }),
        passes(forwarding),
        passes(|facts| {
            forwarding(facts);
            nb(facts).load_balancers[0].external_ids.clear();
            nb(facts).routers[0].options.clear();
        }),
    ];
}
