//! The test lab: real OVN databases, and a whole OVN with guests, on one machine and without a trace.
//!
//! [`Nb`] is a lone northbound database and starts in a few milliseconds. [`Lab`] is a complete OVN:
//! databases, ovn-northd, ovs-vswitchd, ovn-controller, and guests in namespaces of their own.
//! Whatever they start dies with the test process, even by SIGKILL: the kernel sees to it.

mod cluster;
mod full;
mod guest;
mod home;
mod nb;
mod ovn;
mod ovsdb;
mod place;
mod process;
mod release;
mod resolved;
mod secured;
mod space;
mod topology;

pub use cluster::Cluster;
pub use full::Full;
pub use guest::{Addressing, Guest};
pub use home::{executable, install, sweep};
pub use nb::{Nb, Southbound};
pub use ovn::{CHASSIS, Lab};
pub use process::{Ran, wait_for};
pub use release::Release;
pub use resolved::Resolved;
pub use secured::Secured;
pub use topology::Upstream;
