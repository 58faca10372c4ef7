//! Holds world states by root for as long as somebody retains them.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use alloy_primitives::B256;

use super::World;
use crate::fault::{Fault, Result};
use crate::trie::EMPTY_ROOT;

/// States by root, each with its number of holds. The empty state is always there.
#[derive(Debug, Default)]
pub struct Keeper {
    states: RwLock<HashMap<B256, Held>>,
}

#[derive(Debug)]
struct Held {
    world: World,
    holds: usize,
}

impl Keeper {
    /// Whether the state is held.
    pub fn has(&self, root: &B256) -> bool {
        let states = self.states.read().unwrap_or_else(PoisonError::into_inner);
        *root == EMPTY_ROOT || states.contains_key(root)
    }

    /// The state, sharing everything with the one held.
    pub fn get(&self, root: &B256) -> Result<World> {
        if *root == EMPTY_ROOT {
            return Ok(World::default());
        }
        let states = self.states.read().unwrap_or_else(PoisonError::into_inner);
        match states.get(root) {
            Some(held) => Ok(held.world.clone()),
            None => Err(Fault::state_unavailable(root.as_slice())),
        }
    }

    /// Holds a new state, or one that is held already, once more and returns its root.
    pub fn insert(&self, mut world: World) -> B256 {
        let root = world.root();
        if root != EMPTY_ROOT {
            let mut states = self.states.write().unwrap_or_else(PoisonError::into_inner);
            let held = states.entry(root).or_insert(Held { world, holds: 0 });
            held.holds += 1;
        }
        root
    }

    /// Holds a state once more.
    pub fn retain(&self, root: &B256) -> Result<()> {
        if *root == EMPTY_ROOT {
            return Ok(());
        }
        let mut states = self.states.write().unwrap_or_else(PoisonError::into_inner);
        match states.get_mut(root) {
            Some(held) => {
                held.holds += 1;
                Ok(())
            }
            None => Err(Fault::state_unavailable(root.as_slice())),
        }
    }

    /// Gives up one hold.
    pub fn release(&self, root: &B256) -> Result<()> {
        if *root == EMPTY_ROOT {
            return Ok(());
        }
        let mut states = self.states.write().unwrap_or_else(PoisonError::into_inner);
        let Some(held) = states.get_mut(root) else {
            return Err(Fault::state_unavailable(root.as_slice()));
        };
        held.holds -= 1;
        if held.holds == 0 {
            let gone = states.remove(root);
            // Freeing a large state takes time that readers need not wait for.
            drop(states);
            drop(gone);
        }
        Ok(())
    }
}
