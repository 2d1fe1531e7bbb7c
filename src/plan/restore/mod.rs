//! Importing a file of several zones: their hosts, their domains, their sharing, and what `forwarders set` wrote.

pub(super) mod forwarding;

use std::collections::{BTreeMap, HashMap, HashSet};

use uuid::Uuid;

use super::backup::{Stored, ZoneEntry};
use super::bad_lines::{self, BadLine};
use super::draft::Draft;
use super::import::{Filled, HostLine, Import, Parsed, fill, notes};
use super::{Plan, share};
use crate::error::{Error, Kind, Result};
use crate::model::host::PortOrigin;
use crate::model::listing::some_of;
use crate::model::marks::{DOMAIN_MARK, SWITCH_MARK};
use crate::model::name::Domain;
use crate::model::snapshot::{DnsRow, Map};
use crate::model::switch;
use crate::model::topology::{Network, Topology};

/// What a file has for one zone.
#[derive(Debug, Default)]
struct Part<'p> {
    zone: Option<&'p ZoneEntry>,
    /// The domain that a host names, where no zone does.
    domain: Option<(usize, &'p str)>,
    hosts: Vec<HostLine>,
}

impl Part<'_> {
    /// The first line that names the zone.
    fn line(&self) -> usize {
        self.zone.map(|zone| zone.line).or(self.hosts.first().map(|host| host.line)).unwrap_or_default()
    }
}

/// The plans that make the zones of a file, one for each switch that changes.
///
/// # Errors
/// Invalid input or a conflict that names every bad line; needs confirmation where `prune` would remove too much.
pub fn plan(topology: &Topology, parsed: &Parsed, import: &Import) -> Result<Vec<Plan>> {
    let ports = Ports::of(topology);
    let mut restoring =
        Restoring { topology, parsed, import, bad: Vec::new(), ports, plans: BTreeMap::new() };
    let unserved = |bad: &&BadLine| !(bad.unserved && import.skip_unserved);
    restoring.bad.extend(parsed.bad.iter().filter(unserved).cloned());
    let mut warnings = notes(parsed, import);
    let parts = restoring.parts();
    for (name, part) in &parts {
        warnings.extend(restoring.zone(name, part)?);
    }
    if restoring.bad.is_empty() {
        restoring.sharing(&parts)?;
    }
    for entry in &parsed.backup.dhcp {
        warnings.extend(restoring.dhcp_options(entry));
    }
    for entry in &parsed.backup.balancers {
        warnings.extend(restoring.balancer(entry));
    }
    let Restoring { bad, plans, .. } = restoring;
    if !bad.is_empty() {
        return Err(refusal(bad, &import.file));
    }
    let mut plans: Vec<Plan> = plans.into_values().collect();
    if plans.is_empty() {
        plans.push(Plan::default());
    }
    plans[0].warnings.splice(0..0, warnings);
    Ok(plans)
}

fn refusal(mut bad: Vec<BadLine>, file: &str) -> Error {
    bad.sort_by_key(|bad| bad.line);
    let is_conflict = bad.iter().all(|bad| bad.conflict);
    let kind = if is_conflict { Kind::Conflict } else { Kind::InvalidInput };
    let error = bad_lines::error(kind, &bad, file);
    if is_conflict {
        error.hint("--replace lets the file win over the zones, but not over rows of other programs")
    } else if bad.iter().all(|bad| bad.unserved) {
        error.hint("--skip-unserved imports the rest")
    } else {
        error
    }
}

struct Restoring<'r, 'a> {
    topology: &'r Topology<'a>,
    parsed: &'r Parsed,
    import: &'r Import,
    bad: Vec<BadLine>,
    ports: Ports<'a>,
    /// By the index of the switch.
    plans: BTreeMap<usize, Plan>,
}

impl<'r, 'a> Restoring<'r, 'a> {
    /// What the file has for each zone, by the switch as the file names it. With `prune`, every other zone is to be
    /// empty.
    fn parts(&mut self) -> BTreeMap<&'r str, Part<'r>> {
        let mut parts: BTreeMap<&str, Part> = BTreeMap::new();
        for zone in &self.parsed.backup.zones {
            let part = parts.entry(&zone.switch).or_default();
            if let Some(other) = part.zone.replace(zone) {
                let why = format!("the zone of {} is there already, on line {}", zone.switch, other.line);
                self.bad.push(BadLine::new(zone.line, why));
            }
        }
        for line in &self.parsed.hosts {
            let Some(home) = &line.home else {
                let why = format!("{} has no switch", line.host.name);
                let hint = "json and csv name the switch of each host; or import the file into one switch";
                self.bad.push(BadLine::new(line.line, why).hint(hint));
                continue;
            };
            let part = parts.entry(&home.switch).or_default();
            part.domain = part.domain.or(home.domain.as_deref().map(|domain| (line.line, domain)));
            let mut line = line.clone();
            line.host.port = line.host.port.map(|port| self.ports.now(port));
            part.hosts.push(line);
        }
        if self.import.prune {
            let topology = self.topology;
            let homes = topology.zones.iter().filter_map(|zone| zone.home);
            for network in homes.map(|home| &topology.switches[home]) {
                let is_named =
                    [network.name(), &network.switch.name].iter().any(|name| parts.contains_key(name));
                if !is_named && !network.switch.is_deleted {
                    parts.entry(network.name()).or_default();
                }
            }
        }
        parts
    }

    /// The switch that a line names.
    fn network(&mut self, line: usize, name: &str) -> Option<&'r Network<'a>> {
        let topology = self.topology;
        let found = match topology.named(name)[..] {
            [index] => Ok(&topology.switches[index]),
            [] => Err(switch::unknown(&topology.rows.switches, name)),
            _ => Err(Error::invalid(format!("several switches have the name {name:?}"))
                .hint("name it by its UUID")),
        };
        found.map_err(|error| self.bad.push(BadLine::of(line, error))).ok()
    }

    /// Plans a zone with its hosts; returns warnings.
    fn zone(&mut self, name: &str, part: &Part) -> Result<Vec<String>> {
        let topology = self.topology;
        if part.zone.is_some_and(|zone| zone.left_over) && topology.named(name).is_empty() {
            return Ok(vec![format!(
                "the zone of {name} is left out: its switch was deleted before the export"
            )]);
        }
        let Some(network) = self.network(part.line(), name) else { return Ok(Vec::new()) };
        if self.is_as_in_file(network, part) {
            return Ok(Vec::new());
        }
        let draft = match self.open(network, part) {
            Ok(draft) => draft,
            Err(error) => {
                self.bad.push(BadLine::of(part.line(), error));
                return Ok(Vec::new());
            }
        };
        let mut filled = self.filled(draft, network, part);
        self.bad.append(&mut filled.bad);
        let gone = self.ports.gone(&part.hosts);
        let mut warnings = Vec::new();
        if !gone.is_empty() {
            warnings.push(format!(
                "{name}: the ports that registered hosts do not exist ({}): {}; sync --prune removes these hosts",
                gone.len(),
                some_of(&gone)
            ));
        }
        warnings.extend(part.zone.and_then(|zone| as_stored_warning(name, &zone.as_stored)));
        if self.bad.is_empty() {
            let plan = filled.close(network.switch, self.import)?;
            self.plans.insert(network.index, plan);
        }
        Ok(warnings)
    }

    /// A draft with what the file has for its zone.
    fn filled(&self, draft: Draft<'a>, network: &Network, part: &Part) -> Filled<'a> {
        let (hosts, repeats_add_up) = (part.hosts.clone(), self.parsed.repeats_add_up);
        let mut filled = fill(draft, &Parsed { hosts, repeats_add_up, ..Parsed::default() }, self.import);
        if let Some(zone) = part.zone {
            let kept = self.as_stored(&mut filled.draft, network, &zone.as_stored);
            filled.bad.extend(kept.err().map(|error| BadLine::of(zone.line, error)));
        }
        filled.is_empty = self.parsed.hosts.is_empty() && self.parsed.backup.zones.is_empty();
        filled
    }

    /// Whether a zone is equal to the one that an import into an empty database makes. Adding a host to an existing zone
    /// corrects what is wrong with it, so the faults of the exported zone would be a difference each time.
    fn is_as_in_file(&self, network: &Network<'a>, part: &Part) -> bool {
        let (Some(entry), Ok(Some(zone))) = (part.zone, self.topology.zone_of(network)) else { return false };
        if !zone.is_attached() || zone.domain.as_str() != entry.domain {
            return false;
        }
        let new = Draft::of(network.switch, None, true, zone.domain.clone());
        let Filled { draft, bad, .. } = self.filled(new, network, part);
        bad.is_empty() && draft.records == zone.row.records && draft.marks == zone.row.external_ids
    }

    /// The zone of a part, with the domain that the file gives it.
    fn open(&self, network: &Network<'a>, part: &Part) -> Result<Draft<'a>> {
        let domain = part.zone.map(|zone| zone.domain.as_str()).or(part.domain.map(|(_, domain)| domain));
        let Some(domain) = domain.map(Domain::parse).transpose()? else {
            return Draft::open(self.topology, network);
        };
        let mut draft = Draft::open_as(self.topology, network, &domain)?;
        let has = draft.domain().clone();
        if has != domain {
            self.import.try_each(|wins| {
                if wins {
                    return draft.set_domain(&domain);
                }
                let switch = &network.switch.name;
                Err(Error::conflict(format!("the zone of {switch} has the domain {has}, not {domain}")))
            })?;
        }
        Ok(draft)
    }

    /// Makes keys and marks as they were stored.
    fn as_stored(&self, draft: &mut Draft, network: &Network, stored: &Stored) -> Result<()> {
        let row = draft.row;
        for (key, wanted) in &stored.records {
            let before = row.and_then(|row| row.records.get(key));
            self.import.try_each(|wins| check_stored(key, before, wanted.as_ref(), wins))?;
            store(&mut draft.records, key, wanted.as_ref());
        }
        for (key, wanted) in &stored.external_ids {
            let before = row.and_then(|row| row.external_ids.get(key));
            check_domain_mark(key, wanted.as_deref(), draft.domain())?;
            let names = |mark: &String| self.topology.named(mark);
            let is_of_other =
                |mark: &String| !names(mark).is_empty() && !names(mark).contains(&network.index);
            // Where another switch has that name by now, the zone would be that one's.
            if key == SWITCH_MARK && wanted.as_ref().is_none_or(is_of_other) {
                continue;
            }
            self.import.try_each(|wins| check_stored(key, before, wanted.as_ref(), wins))?;
            store(&mut draft.marks, key, wanted.as_ref());
        }
        let row = DnsRow { external_ids: draft.marks.clone(), ..DnsRow::default() };
        if row.is_ours() {
            return Ok(());
        }
        let owner = row.owner().name();
        Err(Error::invalid(format!("its marks are those of {owner}, whose rows qdns does not write")))
    }

    /// Plans the references of the switches that share zones. The zones may not exist yet, so they are planned on the
    /// rows as they will be.
    fn sharing(&mut self, parts: &BTreeMap<&str, Part<'r>>) -> Result<()> {
        let shared: Vec<&ZoneEntry> = parts.values().filter_map(|part| part.zone).collect();
        let shared: Vec<&ZoneEntry> =
            shared.into_iter().filter(|zone| !zone.shared_with.is_empty() && !zone.left_over).collect();
        if shared.is_empty() {
            return Ok(());
        }
        let mut after = self.topology.rows.clone();
        self.plans.values().for_each(|plan| plan.apply_to(&mut after));
        for zone in shared {
            let mut with: Vec<Uuid> = Vec::new();
            for name in &zone.shared_with {
                with.extend(self.network(zone.line, name).map(|network| network.switch.uuid));
            }
            let Some(home) = self.network(zone.line, &zone.switch) else { continue };
            let planned = {
                let topology = Topology::of(&after);
                let with = with.iter().map(|uuid| topology.network(*uuid)).collect::<Result<Vec<_>>>()?;
                share::share(&topology, topology.network(home.switch.uuid)?, &with)
            };
            match planned {
                Ok(planned) => {
                    planned.apply_to(&mut after);
                    let plan = self.plan(home);
                    plan.changes.extend(planned.changes);
                    plan.undo.extend(planned.undo);
                }
                Err(error) => {
                    let message = format!("{} {}", error.message, error.details.join("; "));
                    self.bad.push(BadLine::of(zone.line, Error::new(error.kind, message)));
                }
            }
        }
        Ok(())
    }

    fn plan(&mut self, network: &Network) -> &mut Plan {
        self.plans.entry(network.index).or_insert_with(|| Plan::for_switch(network.switch))
    }
}

/// # Errors
/// A conflict where a key has another value and the file does not win.
fn check_stored(key: &str, before: Option<&String>, wanted: Option<&String>, wins: bool) -> Result<()> {
    match (before, wanted) {
        (Some(before), Some(wanted)) if before != wanted && !wins => {
            Err(Error::conflict(format!("{key} is {before} already, not {wanted}")))
        }
        _ => Ok(()),
    }
}

/// # Errors
/// Invalid input where a mark gives the zone another domain than the file does: its hosts were planned under that one.
fn check_domain_mark(key: &str, wanted: Option<&str>, domain: &Domain) -> Result<()> {
    let marked = wanted.filter(|_| key == DOMAIN_MARK).and_then(|wanted| Domain::parse(wanted).ok());
    match marked {
        Some(marked) if marked != *domain => {
            Err(Error::invalid(format!("{DOMAIN_MARK} is {marked}, but the domain of the zone is {domain}")))
        }
        _ => Ok(()),
    }
}

/// Names the keys that no rule for names and values was applied to.
fn as_stored_warning(switch: &str, stored: &Stored) -> Option<String> {
    let made = stored.records.iter().filter(|(_, value)| value.is_some());
    let names: Vec<String> = made.map(|(key, _)| key.clone()).collect();
    (!names.is_empty()).then(|| {
        format!(
            "{switch}: names or values that qdns itself would refuse or correct, made as the file has them ({}): {}",
            names.len(),
            some_of(&names)
        )
    })
}

fn store(map: &mut Map, key: &str, wanted: Option<&String>) {
    match wanted {
        Some(value) => drop(map.insert(key.to_owned(), value.clone())),
        None => drop(map.remove(key)),
    }
}

/// The ports of a database.
struct Ports<'a> {
    uuids: HashSet<Uuid>,
    by_name: HashMap<&'a str, Uuid>,
}

impl<'a> Ports<'a> {
    fn of(topology: &Topology<'a>) -> Self {
        let ports = &topology.rows.ports;
        Ports {
            uuids: ports.iter().map(|port| port.uuid).collect(),
            by_name: ports.iter().map(|port| (port.name.as_str(), port.uuid)).collect(),
        }
    }

    /// The same port in this database, where ports may have other UUIDs than in the one that was exported.
    fn now(&self, port: PortOrigin) -> PortOrigin {
        if self.uuids.contains(&port.uuid) {
            return port;
        }
        let named = port.name.as_ref().and_then(|name| self.by_name.get(name.as_str()));
        PortOrigin { uuid: named.copied().unwrap_or(port.uuid), ..port }
    }

    /// The hosts whose port does not exist.
    fn gone(&self, hosts: &[HostLine]) -> Vec<String> {
        let is_gone =
            |line: &&HostLine| line.host.port.as_ref().is_some_and(|port| !self.uuids.contains(&port.uuid));
        hosts.iter().filter(is_gone).map(|line| line.host.name.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::FileFormat;
    use crate::formats::exported::ExportedZone;
    use crate::model::snapshot::Snapshot;
    use crate::plan::backup::Backup;
    use crate::plan::export;
    use proptest::prelude::*;

    proptest! {
        /// Whatever a zone holds, an import of its export into a database without the zone makes the same row.
        #[test]
        fn a_zone_is_restored_as_it_was(
            records in proptest::collection::btree_map(
                "web|db|Web|a b|web\\.internal|db\\.internal|db\\.prod|WEB\\.internal\\.|gateway|[12]\\.0\\.0\\.10\\.in-addr\\.arpa",
                "10\\.0\\.0\\.[12]|10\\.0\\.0\\.1,10\\.0\\.0\\.2|fd00::1 10\\.0\\.0\\.2|(web|db)\\.internal|x|", 0..8),
            marks in proptest::collection::btree_map(
                "qdns-(static|no-short|port|alias)-(web|db|gone)|qdns-domain|note|switch",
                "true|web|db|net1|old|prod\\.internal|internal|local|00000000-0000-0000-0000-000000000007", 0..6),
        ) {
            let mut snapshot = Snapshot::of_net1(Vec::new(), &[], &[]);
            snapshot.dns[0].records = records;
            let switch = (SWITCH_MARK.to_owned(), "net1".to_owned());
            snapshot.dns[0].external_ids = Map::from([switch]).into_iter().chain(marks).collect();
            let topology = Topology::of(&snapshot);
            let (mut zones, mut backup) = (Vec::new(), Backup::default());
            for (switch, zone) in topology.zones_by_home() {
                let (mut exported, _) = ExportedZone::of(switch, zone.row);
                let whole = export::zone(&topology, zone, std::mem::take(&mut exported.hosts));
                exported.hosts = whole.hosts;
                exported.switch.clone_from(&whole.entry.switch);
                backup.zones.push(whole.entry);
                zones.push(exported);
            }
            let text = FileFormat::write_backup(&zones, &backup);
            let parsed = FileFormat::Json.parse(&text);
            let empty = snapshot.clone().without_zone();
            let import = Import { keeps_ports: true, ..Import::default() };
            let plans = plan(&Topology::of(&empty), &parsed, &import);
            prop_assert!(plans.is_ok(), "{:?} {}", plans, text);
            let mut after = empty.clone();
            plans.unwrap().iter().for_each(|plan| plan.apply_to(&mut after));
            prop_assert_eq!(&after.dns[0].records, &snapshot.dns[0].records, "{}", text);
            prop_assert_eq!(&after.dns[0].external_ids, &snapshot.dns[0].external_ids, "{}", text);
            let again = plan(&Topology::of(&after), &parsed, &import).unwrap();
            prop_assert!(again.iter().all(|plan| plan.changes.is_empty()), "{:?} {}", again, text);
        }
    }
}
