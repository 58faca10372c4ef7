//! World states: immutable, named by their root, sharing what they have in common.

mod account;
mod code;
mod diff;
mod export;
mod keeper;
mod world;

pub use account::{Account, Slot};
pub use code::{Code, CodeTable};
pub use diff::{AccountChange, Changes, Info};
pub use export::Export;
pub use keeper::Keeper;
pub use world::World;

#[cfg(test)]
mod tests;
