//! The native core of contractchain, imported by Python as `contractchain._native`.
//!
//! This file only registers. The work is done by modules that know no Python; `py` is the line
//! that everything crosses.

#[cfg(feature = "python")]
mod py;
pub mod store;
