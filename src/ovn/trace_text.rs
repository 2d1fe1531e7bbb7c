//! What ovn-trace(8) prints of one packet: where it ends. It is a pure function of the text.

/// The stage where the responder is.
const RESPONDER: &str = "ls_in_dns_lookup";

/// Where a packet ends, and the responders that it passes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Trace<'a> {
    /// The guest's datapath.
    pub start: &'a str,
    /// The datapaths whose responder sees the packet, by the names that ovn-trace has for them.
    pub responders: Vec<&'a str>,
    /// The step that drops or rejects it; `None` where it reaches a port.
    pub end: Option<End<'a>>,
}

/// The step at which a packet ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct End<'a> {
    pub datapath: &'a str,
    /// Whether it is the first datapath, before it chooses where the packet goes.
    pub is_at_start: bool,
    pub stage: &'a str,
    /// The line of the trace, without its number.
    pub line: &'a str,
    /// The first digits of the flow's UUID. Since OVN 23.06 the ACL is found in one stage, `ls_in_acl_eval`, and its
    /// verdict done in the next; the flow is then that of the ACL.
    pub flow: &'a str,
    pub is_rejected: bool,
}

impl<'a> Trace<'a> {
    /// Reads the output of ovn-trace(8) in its detailed form, which all releases have.
    pub fn of(text: &'a str) -> Self {
        let mut trace = Trace::default();
        let mut step: Option<End> = None;
        let (mut datapath, mut pipelines) = ("", 0);
        let mut evaluated = None;
        for line in text.lines().map(str::trim) {
            if let Some(name) = header(line) {
                datapath = name;
                pipelines += 1;
                if pipelines == 1 {
                    trace.start = name;
                }
            } else if let Some(mut next) = step_of(line) {
                next.datapath = datapath;
                next.is_at_start = pipelines == 1 && !next.stage.starts_with("ls_in_l2_");
                if next.stage == RESPONDER && !trace.responders.contains(&datapath) {
                    trace.responders.push(datapath);
                }
                match evaluated.filter(|_| next.stage.contains("_acl_action")) {
                    Some(flow) => next.flow = flow,
                    None => evaluated = next.stage.contains("_acl").then_some(next.flow),
                }
                step = Some(next);
            } else if ["reject", "icmp4 {", "icmp6 {"].iter().any(|action| line.starts_with(action)) {
                trace.end = step.map(|step| End { is_rejected: true, ..step });
                return trace;
            } else if let Some(kind) = output(line) {
                // Ports of routers have another side.
                if !matches!(kind, "patch" | "l3gateway" | "chassisredirect") {
                    trace.end = None;
                    return trace;
                }
            }
            // A branch that ends is not yet the end: a flooded packet has several.
            if line == "drop;" && trace.end.is_none() {
                trace.end = step;
            }
        }
        trace.end = trace.end.or(step);
        trace
    }

    /// The datapaths after the guest's own whose responder sees the packet.
    pub fn later(&self) -> Vec<String> {
        let others = self.responders.iter().filter(|name| **name != self.start);
        others.map(|name| (*name).to_owned()).collect()
    }
}

/// The datapath of `ingress(dp="net1", inport="p1")`.
fn header(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("ingress(dp=\"").or_else(|| line.strip_prefix("egress(dp=\""))?;
    rest.split('"').next()
}

/// `8. ls_in_acl (northd.c:6588): ip4, priority 2001, uuid 2eb509d9`.
fn step_of(line: &str) -> Option<End<'_>> {
    let (number, rest) = line.split_once(". l")?;
    number.trim().parse::<u32>().ok()?;
    let line = &line[line.len() - rest.len() - 1..];
    let stage = line.split([' ', ':']).next()?;
    let flow = line.rsplit_once("uuid ").map_or("", |(_, flow)| flow);
    Some(End { datapath: "", is_at_start: false, stage, line, flow, is_rejected: false })
}

/// The type of `/* output to "web", type "" */`.
fn output(line: &str) -> Option<&str> {
    line.strip_prefix("/* output to ")?.rsplit_once("type \"")?.1.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fuzzing::fuzz;

    const DROPPED: &str = "\
ingress(dp=\"net1\", inport=\"p1\")
-------------------------------
 0. ls_in_check_port_sec (northd.c:8432): 1, priority 50, uuid a84d11fb
    next;
 8. ls_in_acl (northd.c:6588): inport == \"p1\" && udp, priority 2001, uuid 2eb509d9
    drop;
";
    const TIERED: &str = "\
ingress(dp=\"net1\", inport=\"p1\")
 8. ls_in_acl_eval (northd.c:7000): udp, priority 2001, uuid 2eb509d9
    reg8[17] = 1;
 9. ls_in_acl_action (northd.c:7100): reg8[17] == 1, priority 1000, uuid 11111111
    drop;
";
    /// A query to a resolver behind a router, whose own switch rejects it; the second part is the ICMP error.
    const REJECTED: &str = "\
ingress(dp=\"net1\", inport=\"p1\")
22. ls_in_dns_lookup (northd.c:8880): udp.dst == 53, priority 100, uuid 62a70098
    *** dns_lookup action not implemented
25. ls_in_l2_lkup (northd.c:9193): eth.dst == 0a:00:00:ff:00:04, priority 50, uuid 802be300
    output;
egress(dp=\"net1\", inport=\"p1\", outport=\"net1-lr0\")
 9. ls_out_apply_port_sec (northd.c:5777): 1, priority 0, uuid f58ec2df
    /* output to \"net1-lr0\", type \"patch\" */
ingress(dp=\"lr0\", inport=\"lr0-net1\")
13. lr_in_ip_routing (northd.c:10388): ip4.dst == 172.16.0.0/24, priority 74, uuid 493ac9a8
    /* output to \"lr0-ext\", type \"patch\" */
ingress(dp=\"ext\", inport=\"ext-lr0\")
egress(dp=\"ext\", inport=\"ext-lr0\", outport=\"upstream\")
 4. ls_out_acl (northd.c:6365): udp.dst == 53, priority 2000, uuid 40bb39f0
    reject { outport <-> inport; next(pipeline=ingress, table=25); };
icmp4
    /* output to \"p1\", type \"\" */
";

    #[test]
    fn the_acl_that_drops_a_query_is_the_end() {
        let end = Trace::of(DROPPED).end.unwrap();
        assert_eq!((end.stage, end.flow, end.datapath), ("ls_in_acl", "2eb509d9", "net1"));
        assert!(end.is_at_start && !end.is_rejected);
    }

    #[test]
    fn the_flow_of_a_verdict_is_that_of_the_acl() {
        let end = Trace::of(TIERED).end.unwrap();
        assert_eq!((end.stage, end.flow), ("ls_in_acl_action", "2eb509d9"));
    }

    #[test]
    fn a_trace_that_stops_without_a_word_ends_at_its_last_step() {
        let blocked = DROPPED.replace("drop;", "ct_commit { ct_mark.blocked = 1; };");
        assert_eq!(Trace::of(&blocked).end.unwrap().flow, "2eb509d9");
    }

    #[test]
    fn an_error_that_comes_back_is_no_delivery() {
        let trace = Trace::of(REJECTED);
        assert_eq!(trace.responders, ["net1"]);
        let end = trace.end.unwrap();
        assert_eq!((end.datapath, end.stage, end.is_rejected), ("ext", "ls_out_acl", true));
        assert!(!end.is_at_start);
    }

    #[test]
    fn the_responders_of_other_switches_are_known() {
        let other =
            "ingress(dp=\"ext\", inport=\"ext-lr0\")\n22. ls_in_dns_lookup (northd.c:8880): 1, uuid 1\n";
        let passed = REJECTED.replace("ingress(dp=\"ext\", inport=\"ext-lr0\")\n", other);
        assert_eq!(Trace::of(&passed).later(), ["ext"]);
        assert_eq!(Trace::of(REJECTED).later(), [""; 0]);
    }

    #[test]
    fn a_query_that_reaches_a_port_has_no_end() {
        let delivered = REJECTED.replace("    reject {", "    output; {");
        assert_eq!(Trace::of(&delivered).end, None);
    }

    #[test]
    fn fuzz_traces_that_ovn_trace_prints() {
        let words = &[
            "ingress(dp=\"",
            "egress(dp=\"",
            "drop;",
            "reject {",
            ". ls_in_",
            ". lr_in_",
            "_acl",
            "uuid ",
            "/* output to ",
            "type \"",
        ];
        fuzz(&[DROPPED, TIERED, REJECTED], words, |text| {
            let trace = Trace::of(text);
            assert!(trace.end.is_none_or(|end| text.contains(end.line) && text.contains(end.flow)));
        });
    }
}
