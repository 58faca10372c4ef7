//! Forks by their position in `contractchain.types.Fork`.

use revm::primitives::hardfork::SpecId;

use crate::fault::{Fault, Result};

/// A set of protocol rules, in the order of activation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum Fork {
    Frontier,
    Homestead,
    TangerineWhistle,
    SpuriousDragon,
    Byzantium,
    Constantinople,
    Petersburg,
    Istanbul,
    Berlin,
    London,
    Paris,
    Shanghai,
    Cancun,
    Prague,
    Osaka,
}

use Fork::*;

const FORKS: [(Fork, SpecId, &str); 15] = [
    (Frontier, SpecId::FRONTIER, "Frontier"),
    (Homestead, SpecId::HOMESTEAD, "Homestead"),
    (TangerineWhistle, SpecId::TANGERINE, "TangerineWhistle"),
    (SpuriousDragon, SpecId::SPURIOUS_DRAGON, "SpuriousDragon"),
    (Byzantium, SpecId::BYZANTIUM, "Byzantium"),
    // With another SSTORE, see `instructions`.
    (Constantinople, SpecId::PETERSBURG, "Constantinople"),
    (Petersburg, SpecId::PETERSBURG, "Petersburg"),
    (Istanbul, SpecId::ISTANBUL, "Istanbul"),
    (Berlin, SpecId::BERLIN, "Berlin"),
    (London, SpecId::LONDON, "London"),
    (Paris, SpecId::MERGE, "Paris"),
    (Shanghai, SpecId::SHANGHAI, "Shanghai"),
    (Cancun, SpecId::CANCUN, "Cancun"),
    (Prague, SpecId::PRAGUE, "Prague"),
    (Osaka, SpecId::OSAKA, "Osaka"),
];

impl Fork {
    /// The fork at this position.
    pub fn from_order(order: u8) -> Result<Self> {
        match FORKS.get(order as usize) {
            Some((fork, ..)) => Ok(*fork),
            None => Err(Fault::message(
                "engine",
                format!("there is no fork {order}"),
            )),
        }
    }

    /// revm's name for the rules.
    pub fn spec(self) -> SpecId {
        FORKS[self as usize].1
    }

    /// Name as in `contractchain.types.Fork`.
    pub fn name(self) -> &'static str {
        FORKS[self as usize].2
    }
}
