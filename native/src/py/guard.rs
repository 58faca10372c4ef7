//! Work without the interpreter lock, and faults on their way to Python.
//!
//! A fault crosses as `Fault(code, facts)`; the Python adapter makes the typed error. A panic is a
//! bug of ours and crosses as the fault `internal`.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use super::convert::int;
use crate::fault::{Fact, Fault as Data, Result};

pyo3::create_exception!(
    contractchain._native,
    Fault,
    PyException,
    "A fault as plain data: the code of an error class, and its fields."
);

/// Runs `work` without the interpreter lock.
pub fn detached<T: Send>(py: Python<'_>, work: impl FnOnce() -> Result<T> + Send) -> PyResult<T> {
    match py.detach(|| catch_unwind(AssertUnwindSafe(work))) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(fault)) => Err(raise(py, &fault)),
        Err(panic) => Err(raise(py, &Data::internal(panic_message(&*panic)))),
    }
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    format!("native core: {}", text.unwrap_or("panic"))
}

/// The exception for a fault.
pub fn raise(py: Python<'_>, fault: &Data) -> PyErr {
    match facts(py, fault) {
        Ok(facts) => Fault::new_err((fault.code, facts.unbind())),
        Err(error) => error,
    }
}

/// The fields of a fault by name.
pub fn facts<'py>(py: Python<'py>, fault: &Data) -> PyResult<Bound<'py, PyDict>> {
    let facts = PyDict::new(py);
    for (name, fact) in &fault.facts {
        match fact {
            Fact::Int(value) => facts.set_item(name, int(py, value)?)?,
            Fact::Text(text) => facts.set_item(name, text)?,
            Fact::Bytes(bytes) => facts.set_item(name, PyBytes::new(py, bytes))?,
        }
    }
    Ok(facts)
}

/// A number from outside that does not fit.
pub fn out_of_range(py: Python<'_>, code: &'static str, name: &str, bits: usize) -> PyErr {
    let message = format!("`{name}` is not a number of {bits} bits");
    raise(py, &Data::message(code, message))
}

/// Bytes from outside of the wrong size.
pub fn wrong_size(py: Python<'_>, what: &'static str, expected: usize, found: usize) -> PyErr {
    let message = format!("expected {expected} bytes, found {found}");
    let facts = [("message", Fact::from(message)), ("what", what.into())];
    raise(py, &Data::new("decode", facts))
}
