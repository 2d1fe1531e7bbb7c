//! Plans that create and remove the zone of a switch.

use super::change::{Change, Reference, Row};
use super::creation::{chosen_domain, creation, may_be_detached, usual_domain};
use super::draft::Draft;
use super::{Plan, Undo, forwarders, undo};
use crate::error::{Error, Result};
use crate::model::foreign::sentence;
use crate::model::name::Domain;
use crate::model::shell::CommandLine;
use crate::model::snapshot::DnsRow;
use crate::model::topology::{Network, Topology};
use crate::model::zone::{Zone, zone_marks, zone_uuid};

/// A plan for a new zone. A zone that its switch does not list is attached again.
///
/// # Errors
/// A conflict where the switch has one already, unless `may_exist` and the domain is the same.
pub fn create(
    topology: &Topology,
    network: &Network,
    domain: Option<&Domain>,
    may_exist: bool,
) -> Result<Plan> {
    let switch = network.switch;
    let mut plan = Plan::for_switch(switch);
    let wanted = domain.cloned().unwrap_or_else(|| usual_domain(topology, network));
    match topology.zone_of(network)? {
        None => {
            plan.changes.extend(creation(switch, &wanted));
            plan.warnings.extend(may_be_detached(network));
            plan.warnings.extend(chosen_domain(network).filter(|_| domain.is_none()));
        }
        Some(zone) if !zone.is_attached() => {
            plan.warnings.push(format!("switch {} did not list its zone; it lists it again", switch.name));
            plan.changes.push(Change::Refer(Reference::to_zone(switch, zone.row.uuid)));
        }
        Some(zone) if !may_exist || domain.is_some_and(|domain| *domain != zone.domain) => {
            let command = |verb| CommandLine::qdns(["zone", verb]).value(&switch.name);
            return Err(Error::conflict(format!(
                "switch {} has a zone already, with the domain {}",
                switch.name, zone.domain
            ))
            .hint(match domain.filter(|domain| **domain != zone.domain) {
                Some(domain) => {
                    let set = command("set").option("--domain").option(domain);
                    format!("to rename its domain with all that names it: {set}")
                }
                None => format!("--may-exist accepts it; {} shows it", command("show")),
            }));
        }
        Some(_) => {}
    }
    if !plan.changes.is_empty() && domain.is_some() {
        plan.warnings.extend(public_warning(&wanted));
    }
    Ok(plan)
}

/// A plan that removes a switch's zone with all its records.
///
/// # Errors
/// Not found where the switch has no zone, unless `if_exists`.
pub fn remove(topology: &Topology, network: &Network, if_exists: bool) -> Result<Plan> {
    let switch = network.switch;
    let mut plan = Plan::for_switch(switch);
    let Some(zone) = topology.zone_of(network)? else {
        if if_exists {
            return Ok(plan);
        }
        return Err(match topology.shared_zones(network).next() {
            Some(shared) => has_only_shared(topology, network, shared),
            None => Error::not_found(format!("switch {} has no zone", switch.name))
                .hint("--if-exists accepts that; qdns zone ls lists the zones"),
        });
    };
    let sharers: Vec<&Network> = topology.sharers(zone).collect();
    let hosts = zone.hosts().by_name.len();
    if hosts > 0 {
        let noun = if hosts == 1 { "host" } else { "hosts" };
        let whose = if switch.is_deleted { "the zone of the deleted switch" } else { "the zone of" };
        let question = format!("remove {whose} {} with {hosts} {noun} in it", switch.name);
        let also = if sharers.is_empty() {
            String::new()
        } else {
            let names: Vec<&str> = sharers.iter().map(|network| network.name()).collect();
            let verb = if names.len() == 1 { "shares" } else { "share" };
            format!(", which {} {verb}", names.join(" and "))
        };
        plan.question = Some(question + &also);
    }
    if zone.is_attached() && !switch.is_deleted {
        let reference = Reference::to_zone(switch, zone.row.uuid);
        plan.expects_references.push(reference.clone());
        plan.changes.push(Change::Unrefer(reference));
    }
    plan.changes.push(Change::Destroy(Row::Dns(zone.row.clone())));
    plan.undo = undo(topology, network, zone, &sharers);
    Ok(plan)
}

/// The commands that create a zone again, with its hosts and for those that share it. `zone create` needs a switch that
/// is there.
fn undo(topology: &Topology, network: &Network, zone: &Zone, sharers: &[&Network]) -> Vec<Undo> {
    let switch = network.switch;
    if switch.is_deleted {
        let listed = sharers.iter().map(|sharer| Reference::to_zone(sharer.switch, zone.row.uuid));
        let create = std::iter::once(Change::Create(Row::Dns(zone.row.clone())));
        return vec![Undo::Changes(create.chain(listed.map(Change::Refer)).collect())];
    }
    let create = CommandLine::qdns(["zone", "create"]).value(&switch.name);
    let create = if zone.domain == Domain::default() && topology.rows.site_domain.is_none() {
        create
    } else {
        create.option("--domain").option(&zone.domain)
    };
    let uuid = zone_uuid(switch.uuid);
    let new = DnsRow { uuid, external_ids: zone_marks(switch, &zone.domain), ..DnsRow::default() };
    let draft = Draft::of(switch, Some(&new), true, zone.domain.clone());
    let restored = undo::restore(&draft, &new, zone.row);
    let share = network.sharing_command("share", sharers).map(Undo::Qdns);
    std::iter::once(Undo::Qdns(create)).chain(restored).chain(share).collect()
}

/// A plan that gives a switch's zone another domain: FQDNs, PTR records, and the search domains that qdns wrote.
///
/// # Errors
/// Not found where the switch has no zone; as [`Draft::set_domain`].
pub fn set_domain(topology: &Topology, network: &Network, domain: &Domain) -> Result<Plan> {
    let switch = network.switch;
    let Some(zone) = topology.zone_of(network)? else {
        let create = CommandLine::qdns(["zone", "create"]).value(&switch.name);
        return Err(Error::not_found(format!("switch {} has no zone", switch.name))
            .hint(create.option("--domain").option(domain).to_string()));
    };
    if zone.domain == *domain {
        return Ok(Plan::for_switch(switch));
    }
    let mut draft = Draft::open(topology, network)?;
    let hosts = draft.hosts().by_name.len();
    draft.set_domain(domain)?;
    let mut plan = draft.close();
    forwarders::rename_search_domain(&mut plan, topology, network, &zone.domain, domain);
    if hosts > 0 {
        let noun = if hosts == 1 { "host" } else { "hosts" };
        plan.question =
            Some(format!("rename {hosts} {noun} of {} from {} to {domain}", switch.name, zone.domain));
    }
    plan.warnings.extend(public_warning(domain));
    Ok(plan)
}

/// A plan that gives the new domain to names which other writers added with the old one while the domain changed. A
/// writer that adds a name expects the domain that it read, so no name comes after that.
///
/// # Errors
/// As [`set_domain`].
pub fn finish_domain(topology: &Topology, network: &Network, old: &Domain, new: &Domain) -> Result<Plan> {
    let is_renamed = topology.zone_of(network)?.is_some_and(|zone| zone.domain == *new);
    if !is_renamed {
        return Ok(Plan::for_switch(network.switch));
    }
    let mut draft = Draft::open_under(topology, network, old.clone())?;
    draft.set_domain(new)?;
    Ok(draft.changes())
}

fn public_warning(domain: &Domain) -> Option<String> {
    domain.is_public().then(|| {
        format!(
            "{domain} may exist in the public DNS: the forwarders answer each name under it that this zone does not have"
        )
    })
}

/// The error for a switch that has no zone and shares that of another.
fn has_only_shared(topology: &Topology, network: &Network, zone: &Zone) -> Error {
    let (switch, home) = (network.switch, topology.home_name(zone));
    let error = Error::not_found(format!(
        "switch {} has no zone of its own; it shares the zone of {home}",
        switch.name
    ));
    let shows = format!("{} shows the zone", CommandLine::qdns(["zone", "show"]).value(home));
    let home = zone.home.map(|home| &topology.switches[home]);
    match home.and_then(|home| home.sharing_command("unshare", &[network])) {
        Some(unshare) => error.hint(format!("{unshare} ends that")).hint(shows),
        None => error.hint(shows),
    }
}

/// The error for a switch without a zone.
pub fn missing(topology: &Topology, network: &Network) -> Error {
    match topology.shared_zones(network).next() {
        Some(zone) => has_only_shared(topology, network, zone),
        None => Error::not_found(has_none(network))
            .hint(CommandLine::qdns(["zone", "create"]).value(&network.switch.name).to_string()),
    }
}

/// That a switch has no zone, and whose names are served there.
fn has_none(network: &Network) -> String {
    let message = format!("switch {} has no zone", network.switch.name);
    match sentence(&network.foreign_names()) {
        Some(sentence) => format!("{message} of qdns: {sentence}"),
        None => message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use crate::model::fixture::on_first;
    use crate::model::snapshot::Snapshot;

    fn net1() -> Snapshot {
        Snapshot::of_net1(vec![], &[("web", "10.0.0.2"), ("web.internal", "10.0.0.2")], &[])
    }

    fn create_on(snapshot: &Snapshot, domain: Option<&str>, may_exist: bool) -> Result<Plan> {
        let domain = domain.map(|text| Domain::parse(text).unwrap());
        on_first(snapshot, |topology, network| create(topology, network, domain.as_ref(), may_exist))
    }

    #[test]
    fn a_new_zone_is_a_marked_row_that_the_switch_lists() {
        let mut snapshot = net1().without_zone();
        create_on(&snapshot, Some("prod.internal"), false).unwrap().apply_to(&mut snapshot);
        let row = &snapshot.dns[0];
        let marks: Vec<(&str, &str)> =
            row.external_ids.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(marks, [("qdns-domain", "prod.internal"), ("switch", "net1")]);
        assert_eq!(snapshot.switches[0].dns_records, [row.uuid]);
    }

    #[test]
    fn neutron_may_take_a_zone_off_its_switch() {
        let mut snapshot = net1().without_zone();
        snapshot.switches[0].external_ids.insert("neutron:network_name".into(), "net1".into());
        let warnings = create_on(&snapshot, None, false).unwrap().warnings;
        assert!(warnings[0].starts_with("switch net1 belongs to neutron"), "{warnings:?}");
        let uuid = uuid::Uuid::from_u128(9);
        let external_ids = [("ls_name".to_owned(), "net1".to_owned())].into();
        snapshot.dns.push(DnsRow { uuid, external_ids, ..DnsRow::default() });
        snapshot.switches[0].dns_records.push(uuid);
        assert_eq!(create_on(&snapshot, None, false).unwrap().warnings, [""; 0]);
    }

    #[test]
    fn a_new_zone_has_the_domain_of_the_names_of_another_program() {
        let mut snapshot = net1().without_zone();
        let uuid = uuid::Uuid::from_u128(9);
        snapshot.dns.push(DnsRow {
            uuid,
            external_ids: [("incus_switch".to_owned(), "net1".to_owned())].into(),
            records: [("c1.corp.lan".to_owned(), "10.0.0.9".to_owned())].into(),
            ..DnsRow::default()
        });
        snapshot.switches[0].dns_records.push(uuid);
        let domain = |plan: Plan| {
            let [Change::Create(Row::Dns(row)), Change::Refer(_)] = &plan.changes[..] else {
                panic!("{plan:?}")
            };
            (row.external_ids["qdns-domain"].clone(), plan.warnings)
        };
        let warning =
            "the new zone has the domain corp.lan, as the names from a row of incus on this switch have";
        assert_eq!(
            domain(create_on(&snapshot, None, false).unwrap()),
            ("corp.lan".to_owned(), vec![warning.to_owned()])
        );
        assert_eq!(
            domain(create_on(&snapshot, Some("prod.internal"), false).unwrap()),
            ("prod.internal".to_owned(), Vec::new())
        );
    }

    #[test]
    fn a_second_zone_is_a_conflict() {
        let error = create_on(&net1(), None, false).unwrap_err();
        assert_eq!(error.message, "switch net1 has a zone already, with the domain internal");
        assert_eq!(error.hints, ["--may-exist accepts it; qdns zone show net1 shows it"]);
    }

    #[test]
    fn may_exist_accepts_the_same_domain() {
        assert_eq!(create_on(&net1(), Some("internal"), true).unwrap().changes, []);
    }

    #[test]
    fn may_exist_refuses_another_domain() {
        let error = create_on(&net1(), Some("prod.internal"), true).unwrap_err();
        let set = "qdns zone set net1 --domain prod.internal";
        assert_eq!(error.hints, [format!("to rename its domain with all that names it: {set}")]);
        let error = create_on(&net1(), Some("internal"), false).unwrap_err();
        assert_eq!(error.hints, ["--may-exist accepts it; qdns zone show net1 shows it"]);
    }

    #[test]
    fn a_zone_without_its_reference_is_attached_again() {
        let mut snapshot = net1();
        let uuid = snapshot.dns[0].uuid;
        snapshot.switches[0].dns_records.clear();
        let plan = create_on(&snapshot, None, false).unwrap();
        assert_eq!(plan.changes, [Change::Refer(Reference::to_zone(&snapshot.switches[0], uuid))]);
        assert_eq!(plan.warnings, ["switch net1 did not list its zone; it lists it again"]);
    }

    #[test]
    fn a_public_domain_has_a_warning() {
        let plan = create_on(&net1().without_zone(), Some("example1.org"), false).unwrap();
        assert_eq!(
            plan.warnings,
            [
                "example1.org may exist in the public DNS: the forwarders answer each name under it that this zone does not have"
            ]
        );
    }

    #[test]
    fn removing_a_zone_with_hosts_needs_a_question_and_leaves_nothing() {
        let mut snapshot = net1();
        let plan = on_first(&snapshot, |topology, network| remove(topology, network, false)).unwrap();
        assert_eq!(plan.question.as_deref(), Some("remove the zone of net1 with 1 host in it"));
        plan.apply_to(&mut snapshot);
        assert_eq!(snapshot, net1().without_zone());
    }

    #[test]
    fn removing_an_empty_zone_needs_no_question() {
        let snapshot = Snapshot::of_net1(vec![], &[], &[]);
        let plan = on_first(&snapshot, |topology, network| remove(topology, network, false)).unwrap();
        assert_eq!(plan.question, None);
    }

    #[test]
    fn a_zone_that_does_not_exist_is_not_found_unless_if_exists() {
        let snapshot = net1().without_zone();
        let remove =
            |if_exists| on_first(&snapshot, |topology, network| remove(topology, network, if_exists));
        let error = remove(false).unwrap_err();
        assert_eq!(error.kind, Kind::NotFound);
        assert_eq!(error.hints, ["--if-exists accepts that; qdns zone ls lists the zones"]);
        assert_eq!(remove(true).unwrap().changes, []);
    }
}
