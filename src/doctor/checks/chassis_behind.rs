//! `chassis-behind`.

use crate::doctor::finding::{Finding, Severity};
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};

pub(super) const CHECK: Check = Check {
    code: "chassis-behind",
    title: "a chassis has not applied the latest changes",
    category: Category::Delivery,
    severity: Severity::Warning,
    needs: &[Need::Southbound],
    explanation: "Each ovn-controller writes the number of the last change that it has applied into \
        Chassis_Private:nb_cfg. One with a lower number than SB_Global:nb_cfg is dead, disconnected or overloaded: its \
        guests get old answers, and --wait=hv does not return.",
    source: "ovn-sb(5), Chassis_Private",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    let sb = input.southbound()?;
    let behind = sb.chassis.iter().filter(|chassis| chassis.nb_cfg < sb.nb_cfg);
    Ok(behind
        .map(|chassis| {
            let message = format!(
                "chassis {} has reached change {} of {}: its guests may get old answers",
                chassis.name, chassis.nb_cfg, sb.nb_cfg
            );
            let finding = Finding::new(&chassis.name, message)
                .seen("chassis_nb_cfg", chassis.nb_cfg)
                .seen("nb_cfg", sb.nb_cfg);
            let finding = finding.hint("see whether ovn-controller runs on that host, and restart it there");
            match &input.facts.chassis {
                Ok(local) if local.name == chassis.name => finding.seen("connection", &local.connection),
                _ => finding,
            }
        })
        .collect())
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[fires("hv1", |facts| sb(facts).nb_cfg = 4)];
}
