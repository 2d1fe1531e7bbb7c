//! The library of the `qdns` program. Only [`cli`] is public: the program, the tests and the benchmark use nothing else.
//!
//! CONTRIBUTING.md describes the layers; `tests/it/layers.rs` checks that no layer imports from one above it.

#![warn(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::print_stderr, clippy::exit)]

pub mod cli;
mod commands;
mod doctor;
mod error;
mod formats;
mod model;
mod output;
mod ovn;
mod plan;
mod resolver;
