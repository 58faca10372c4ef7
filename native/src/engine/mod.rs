//! The EVM on world states: blocks, simulated calls, and what they report.
//!
//! This module is the only one that runs revm.

mod access_list;
mod block;
mod call;
mod context;
mod estimate;
mod events;
mod fork;
mod instructions;
mod outcome;
mod overlay;
mod precompiles;
mod receipt;
mod simulate;
mod system;
mod trace;
mod transfers;

use alloy_primitives::B256;

pub use block::BlockOutput;
pub use call::{Message, Override, Simulated};
pub use context::{BlobSchedule, BlockContext, Withdrawal};
pub use estimate::Estimate;
pub use events::{Destruction, FrameEnd, FrameStart, Instruction, Step, TraceEvent, TraceOptions};
pub use fork::Fork;
pub use outcome::Outcome;
pub use simulate::{PlannedCall, SimulatedBlock, SimulatedCall, Simulation, Terms};
pub use trace::Recorder;
pub use transfers::{Event, Transfer};

use crate::fault::Result;
use crate::state::{Changes, CodeTable, Export, Keeper, World};
use crate::transaction::Decoder;

/// An engine with the states it holds. Safe to use from several threads.
#[derive(Debug, Default)]
pub struct Engine {
    /// States by root.
    pub states: Keeper,
    /// Decodes raw transactions and remembers them.
    pub decoder: Decoder,
    codes: CodeTable,
}

impl Engine {
    /// Root after applying encoded diffs in order; the new state is held once.
    pub fn apply_diffs(&self, root: &B256, diffs: &[&[u8]]) -> Result<B256> {
        let mut world = self.states.get(root)?;
        for diff in diffs {
            world.apply(&Changes::decode(diff, &self.codes)?);
        }
        Ok(self.states.insert(world))
    }

    /// The state as diffs from the empty one.
    pub fn export(&self, root: &B256) -> Result<Export> {
        Ok(Export::new(self.states.get(root)?))
    }

    /// A state to read from.
    pub fn world(&self, root: &B256) -> Result<World> {
        self.states.get(root)
    }
}

#[cfg(test)]
mod tests;
