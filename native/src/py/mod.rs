//! The line between Python and Rust: bytes and plain data cross it, once per block or batch.

mod store;

use pyo3::prelude::*;

/// Number of the interface between this module and its Python adapters; both must agree.
const ABI: u32 = 1;

/// Version of the crate.
#[pyfunction]
fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// Native core of contractchain.
#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__abi__", ABI)?;
    module.add_function(wrap_pyfunction!(version, module)?)?;
    store::register(module)?;
    Ok(())
}
