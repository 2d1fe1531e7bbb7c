//! What the tests share: the lab with its databases and guests, the runner of `qdns`, and snapshots.

pub mod doctor;
pub mod lab;
mod run;
mod snapshot;
mod systemd;

pub use run::{Run, answered, command, install_qdns, qdns, run};
pub use snapshot::FILTERS;
pub(crate) use snapshot::snapshot;
pub use systemd::check_exposure;
