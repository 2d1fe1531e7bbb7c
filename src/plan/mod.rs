//! What to change: one planner a file, each a pure function from rows to a plan.

pub mod bad_lines;
pub mod balancer;
pub mod change;
pub mod forwarders;
pub mod hosts;
pub mod import;
pub mod machine;
pub mod stale;
pub mod sync;
pub mod zone;
