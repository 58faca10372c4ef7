//! The precompiles of a fork, as overrides move or replace them.
//!
//! Where one is called from may change; which addresses every transaction has warm does not.

use alloy_primitives::Address;
use alloy_primitives::map::AddressMap;
use revm::context::{Cfg, ContextTr};
use revm::handler::{EthPrecompiles, PrecompileProvider};
use revm::interpreter::{CallInputs, InterpreterResult};
use revm::primitives::AddressSet;
use revm::primitives::hardfork::SpecId;

use super::Override;
use crate::fault::{Fault, Result};

/// Precompiles by the address at which they are called.
#[derive(Debug, Clone)]
pub struct Precompiles {
    usual: EthPrecompiles,
    /// Address of the fork's precompile by that of its place now; None: each is in its own place.
    places: Option<AddressMap<Address>>,
}

impl Precompiles {
    /// Those of a fork.
    pub fn new(spec: SpecId) -> Self {
        Self {
            usual: EthPrecompiles::new(spec),
            places: None,
        }
    }

    /// Whether the fork has a precompile at `address`.
    pub fn has(&self, address: &Address) -> bool {
        self.usual.contains(address)
    }

    /// Moves those that overrides move, and drops those whose code they replace.
    pub fn apply(&mut self, overrides: &[Override]) -> Result<()> {
        for change in overrides {
            let address = change.address;
            match change.move_precompile_to {
                Some(target) => self.move_to(address, target, overrides)?,
                None if change.code.is_some() && self.has(&address) => {
                    self.places_mut().remove(&address);
                }
                None => {}
            }
        }
        Ok(())
    }

    fn move_to(&mut self, from: Address, to: Address, overrides: &[Override]) -> Result<()> {
        if !self.has(&from) {
            let message = format!("there is no precompile at {from:#x}");
            return Err(Fault::message("invalid-override", message));
        }
        if from == to {
            return Err(Fault::new(
                "precompile-moved-to-itself",
                [("address", from.as_slice().into())],
            ));
        }
        if overrides.iter().any(|change| change.address == to) {
            let message =
                format!("the precompile {from:#x} is moved to {to:#x}, which is overridden itself");
            return Err(Fault::message("invalid-override", message));
        }
        let places = self.places_mut();
        places.remove(&from);
        places.insert(to, from);
        Ok(())
    }

    fn places_mut(&mut self) -> &mut AddressMap<Address> {
        let usual = &self.usual;
        self.places.get_or_insert_with(|| {
            let addresses = usual.warm_addresses().iter();
            addresses.map(|address| (*address, *address)).collect()
        })
    }
}

impl<CTX: ContextTr<Cfg: Cfg<Spec = SpecId>>> PrecompileProvider<CTX> for Precompiles {
    type Output = InterpreterResult;

    fn set_spec(&mut self, spec: SpecId) -> bool {
        <EthPrecompiles as PrecompileProvider<CTX>>::set_spec(&mut self.usual, spec)
    }

    fn run(
        &mut self,
        context: &mut CTX,
        inputs: &CallInputs,
    ) -> std::result::Result<Option<InterpreterResult>, String> {
        let Some(places) = &self.places else {
            return self.usual.run(context, inputs);
        };
        let Some(&usual_address) = places.get(&inputs.bytecode_address) else {
            return Ok(None);
        };
        let mut inputs = inputs.clone();
        inputs.bytecode_address = usual_address;
        self.usual.run(context, &inputs)
    }

    fn warm_addresses(&self) -> &AddressSet {
        self.usual.warm_addresses()
    }
}
