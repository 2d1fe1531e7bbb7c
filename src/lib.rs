//! qdns: names for the guests of OVN networks.
//!
//! Data flows one way: [`cli`] (what was typed) → [`commands`] (one intent each) → [`model`] (pure)
//! → [`ovn`] (the only place that knows ovn-nbctl) → back through [`output`].

#![warn(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::print_stderr, clippy::exit)]

pub mod cli;
pub mod commands;
pub mod doctor;
pub mod error;
pub mod formats;
pub mod model;
pub mod output;
pub mod ovn;
pub mod plan;
pub mod resolver;
