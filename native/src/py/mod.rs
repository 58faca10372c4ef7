//! The line between Python and Rust: bytes and plain data cross it, once per block or batch.

mod convert;
mod crypto;
mod engine;
mod guard;
mod simulation;
mod store;
mod trace;
mod trie;

use pyo3::prelude::*;

/// Number of the interface between this module and its Python adapters; both must agree.
const ABI: u32 = 5;

/// Version of the crate.
#[pyfunction]
fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// Native core of contractchain.
#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__abi__", ABI)?;
    module.add("Fault", module.py().get_type::<guard::Fault>())?;
    module.add_class::<engine::Engine>()?;
    module.add_class::<engine::StateExport>()?;
    module.add_class::<trie::SecureTrie>()?;
    module.add_function(wrap_pyfunction!(version, module)?)?;
    store::register(module)?;
    module.add_function(wrap_pyfunction!(crypto::keccak256, module)?)?;
    module.add_function(wrap_pyfunction!(crypto::recover_addresses, module)?)?;
    module.add_function(wrap_pyfunction!(crypto::sign_hashes, module)?)?;
    Ok(())
}
