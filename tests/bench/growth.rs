//! What a command costs as the network grows: 1 to 1,000 switches of 100 ports, two keys to a port; for
//! qdns, for bare ovn-nbctl, and for the way by hand.

use std::time::Duration;

use anyhow::{Result, ensure};

use super::by_hand;
use super::large;
use super::place::Place;
use super::table::time;
use super::target::Target;
use super::turns::{Patience, Way, medians};
use super::writes;
use crate::lab::Nb;

/// How many switches.
pub const SWITCHES: [u32; 4] = [1, 10, 100, 1000];
/// How many ports each has.
pub const PORTS: u32 = 100;

/// The ways of doing it, in the order of [`Sized::add`] and [`Sized::list`].
pub const WAYS: [&str; 4] = ["by hand: get, set all", "bare ovn-nbctl", "qdns", "qdns, through a daemon"];

/// What each way takes on a network of one size.
pub struct Measured {
    /// How many ports the network has.
    pub ports: u32,
    /// Adding a host.
    pub add: Vec<Duration>,
    /// Listing a switch's hosts.
    pub list: Vec<Duration>,
}

/// Measures all sizes.
pub fn measure(patience: Patience) -> Result<Vec<Measured>> {
    SWITCHES.into_iter().map(|switches| of_size(switches, patience)).collect()
}

fn of_size(switches: u32, patience: Patience) -> Result<Measured> {
    let nb = Nb::start()?;
    large::fill(&nb, switches, PORTS, 2 * PORTS)?;
    let daemon = nb.daemon()?;
    let (direct, through) = (Target::direct(&nb), Target::through(&nb, daemon.socket()));
    let switch = format!("net-{}", switches.div_ceil(2));
    let switch = switch.as_str();
    // The daemon reads its copy first.
    through.nbctl(&["ls-list"])?;
    let place = Place { target: &direct, switch, patience, is_judged: false };
    let row = writes::row_of(&place)?;
    let mut add: [Way; 4] = [
        Box::new(|turn| {
            let (name, address) = (format!("doc-{turn}"), format!("10.251.0.{turn}"));
            let too_long = by_hand::add(&direct, switch, &name, &address)?;
            ensure!(too_long.is_none(), "a short map");
            Ok(())
        }),
        Box::new(|turn| {
            place.read(&place.zone())?;
            writes::set(&place, &row, b'b', turn)
        }),
        Box::new(|turn| writes::add(&direct, switch, b'q', turn)),
        Box::new(|turn| writes::add(&through, switch, b't', turn)),
    ];
    let mut list: [Way; 4] = [
        Box::new(|_| by_hand::list(&direct, switch).map(drop)),
        place.reading(place.zone()),
        Box::new(|_| direct.qdns(&["record", "ls", switch]).map(drop)),
        Box::new(|_| through.qdns(&["record", "ls", switch]).map(drop)),
    ];
    let (add, _) = medians(patience, &mut add, || Ok(()))?;
    let (list, _) = medians(patience, &mut list, || Ok(()))?;
    Ok(Measured { ports: switches * PORTS, add, list })
}

/// The figures.
pub fn markdown(measured: &[Measured]) -> String {
    let mut text = format!("| command | ports | {} |\n|---|--:|--:|--:|--:|--:|\n", WAYS.join(" | "));
    for (name, of) in commands() {
        for size in measured {
            let times: Vec<String> = of(size).iter().copied().map(time).collect();
            text += &format!("| `{name}` | {} | {} |\n", size.ports, times.join(" | "));
        }
    }
    text
}

/// What each way took for one command.
pub type Series = fn(&Measured) -> &[Duration];

/// The commands that are measured, and what each way took for them.
pub fn commands() -> [(&'static str, Series); 2] {
    [("record add", |size| &size.add), ("record ls SWITCH", |size| &size.list)]
}
