//! Simulated blocks on their way between Python and the engine.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};

use super::convert::{Fields, IN_MESSAGE, int, log, message, outcome};
use super::guard::facts;
use crate::engine::{Event, PlannedCall, SimulatedCall, Simulation, Terms};

/// From a sequence of `contractchain.interfaces.simulation_data.PlannedCall`.
pub fn planned_calls(items: &Bound<'_, PyAny>) -> PyResult<Vec<PlannedCall>> {
    let planned = |object: &Bound<'_, PyAny>| {
        let fields = Fields {
            object,
            code: IN_MESSAGE,
        };
        Ok(PlannedCall {
            message: message(&fields.get("message")?)?,
            nonce: (fields.option("nonce")?)
                .map(|_| fields.uint64("nonce"))
                .transpose()?,
        })
    };
    items.try_iter()?.map(|item| planned(&item?)).collect()
}

/// From `contractchain.interfaces.simulation_data.SimulationTerms`.
pub fn terms(object: &Bound<'_, PyAny>) -> PyResult<Terms> {
    let fields = Fields {
        object,
        code: IN_MESSAGE,
    };
    Ok(Terms {
        validates: fields.get("validates")?.extract()?,
        traces_transfers: fields.get("traces_transfers")?.extract()?,
        gas: fields.uint64("gas")?,
    })
}

/// `(state_root, requests_hash, gas_used, blob_gas_used, calls)`, or `(index, code, facts)` of the
/// call that is refused.
pub fn output<'py>(py: Python<'py>, result: &Simulation) -> PyResult<Bound<'py, PyTuple>> {
    let block = match result {
        Simulation::Block(block) => block,
        Simulation::Refused { index, fault } => {
            return (*index, fault.code, facts(py, fault)?).into_pyobject(py);
        }
    };
    let calls = block.calls.iter().map(|it| call(py, it));
    let requests_hash = block.requests_hash.as_ref();
    (
        PyBytes::new(py, block.state_root.as_slice()),
        requests_hash.map(|hash| PyBytes::new(py, hash.as_slice())),
        block.gas_used,
        block.blob_gas_used,
        calls.collect::<PyResult<Vec<_>>>()?,
    )
        .into_pyobject(py)
}

/// `(nonce, gas_limit, outcome, gas_used, max_gas_used, events, state_root)`.
fn call<'py>(py: Python<'py>, call: &SimulatedCall) -> PyResult<Bound<'py, PyTuple>> {
    let events = call.events.iter().map(|it| event(py, it));
    let state_root = call.state_root.as_ref();
    (
        call.nonce,
        call.gas_limit,
        outcome(py, &call.outcome)?,
        call.gas_used,
        call.max_gas_used,
        events.collect::<PyResult<Vec<_>>>()?,
        state_root.map(|root| PyBytes::new(py, root.as_slice())),
    )
        .into_pyobject(py)
}

/// `("log", log)` or `("transfer", sender, recipient, value)`.
fn event<'py>(py: Python<'py>, event: &Event) -> PyResult<Bound<'py, PyTuple>> {
    match event {
        Event::Log(entry) => ("log", log(py, entry)?).into_pyobject(py),
        Event::Transfer(transfer) => (
            "transfer",
            PyBytes::new(py, transfer.sender.as_slice()),
            PyBytes::new(py, transfer.recipient.as_slice()),
            int(py, &transfer.value)?,
        )
            .into_pyobject(py),
    }
}
