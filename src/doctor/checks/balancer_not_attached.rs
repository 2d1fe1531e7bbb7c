//! `balancer-not-attached`.

use crate::doctor::balancers::faulty;
use crate::doctor::finding::Severity;
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::forwarding::Fault;

pub(super) const CHECK: Check = Check {
    code: "balancer-not-attached",
    title: "a load balancer of ours that no router and no switch lists",
    category: Category::Dhcp,
    severity: Severity::Error,
    needs: &[Need::Northbound],
    explanation: "A load balancer works only on the routers and switches that list it. References to it are weak: a \
        router that was deleted and made again lists none, and a program that writes the whole column \
        drops ours.",
    source: "ovn-nb(5), Logical_Router:load_balancer, Logical_Switch:load_balancer",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    Ok(faulty(input, |fault| matches!(fault, Fault::NotAttached)))
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[
        fires("qdns-net1-udp", |facts| {
            forwarding(facts);
            nb(facts).routers[0].load_balancers.clear();
        }),
        passes(forwarding),
    ];
}
