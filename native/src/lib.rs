//! The native core of contractchain, imported by Python as `contractchain._native`.
//!
//! This file only registers. The work is done by modules that know no Python; `py` is the line
//! that everything crosses.

pub mod engine;
pub mod fault;
pub mod rlp;
pub mod state;
pub mod store;
pub mod transaction;
pub mod trie;
pub mod workers;

#[cfg(feature = "python")]
mod py;
