//! What the tests stand on: the lab with its databases and guests, and the runner of `qdns`.

pub mod doctor;
pub mod lab;
mod run;

pub use run::{Run, command, qdns, run};
