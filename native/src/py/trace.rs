//! Events of a trace on their way to Python, in chunks.

use std::sync::{Mutex, PoisonError};

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyTuple};

use super::convert::{int, log};
use crate::engine::{Recorder, Step, TraceEvent, TraceOptions};

/// A Python callable that takes lists of events; what it raises ends the execution.
pub struct Callback {
    callable: Py<PyAny>,
    error: Mutex<Option<PyErr>>,
}

impl Callback {
    /// Hands events to `callable`.
    pub fn new(callable: &Bound<'_, PyAny>) -> Self {
        Self {
            callable: callable.clone().unbind(),
            error: Mutex::new(None),
        }
    }

    /// A recorder for one execution.
    pub fn recorder(&self, options: TraceOptions) -> Recorder<'_> {
        let sink = |events: Vec<TraceEvent>| match Python::attach(|py| self.take(py, &events)) {
            Ok(()) => true,
            Err(error) => {
                *self.error.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                false
            }
        };
        Recorder::new(Box::new(sink), options)
    }

    /// What the callable has raised, else `result`.
    pub fn finish<T>(self, result: PyResult<T>) -> PyResult<T> {
        match self
            .error
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
        {
            Some(error) => Err(error),
            None => result,
        }
    }

    fn take(&self, py: Python<'_>, events: &[TraceEvent]) -> PyResult<()> {
        let chunk = PyList::empty(py);
        for item in events {
            chunk.append(event(py, item)?)?;
        }
        self.callable.call1(py, (chunk,))?;
        Ok(())
    }
}

/// A step as its fields; what else there is begins with its name.
fn event<'py>(py: Python<'py>, event: &TraceEvent) -> PyResult<Bound<'py, PyTuple>> {
    match event {
        TraceEvent::Step(item) => step(py, item),
        TraceEvent::Start(start) => (
            "start",
            start.kind,
            PyBytes::new(py, start.caller.as_slice()),
            PyBytes::new(py, start.callee.as_slice()),
            PyBytes::new(py, start.address.as_slice()),
            int(py, &start.value)?,
            start.gas,
            PyBytes::new(py, &start.data),
        )
            .into_pyobject(py),
        TraceEvent::End(end) => {
            let output = PyBytes::new(py, &end.output);
            let at = (end.instruction).map(|at| (at.op, at.words, at.has_third, at.is_static));
            ("end", output, end.gas_used, end.error, at).into_pyobject(py)
        }
        TraceEvent::Log(item) => ("log", log(py, item)?).into_pyobject(py),
        TraceEvent::Destruction(item) => (
            "destruction",
            PyBytes::new(py, item.address.as_slice()),
            PyBytes::new(py, item.beneficiary.as_slice()),
            int(py, &item.balance)?,
        )
            .into_pyobject(py),
    }
}

/// The fields of `TraceStep`, in order, and whether the frame is static.
fn step<'py>(py: Python<'py>, step: &Step) -> PyResult<Bound<'py, PyTuple>> {
    let stack = step
        .stack
        .iter()
        .map(|word| int(py, word))
        .collect::<PyResult<Vec<_>>>()?;
    let memory = step.memory.as_ref().map(|memory| PyBytes::new(py, memory));
    let fields: [Bound<'py, PyAny>; 13] = [
        step.pc.into_pyobject(py)?.into_any(),
        step.op.into_pyobject(py)?.into_any(),
        step.gas.into_pyobject(py)?.into_any(),
        step.gas_cost.into_pyobject(py)?.into_any(),
        step.memory_size.into_pyobject(py)?.into_any(),
        PyTuple::new(py, stack)?.into_any(),
        step.depth.into_pyobject(py)?.into_any(),
        PyBytes::new(py, &step.return_data).into_any(),
        step.refund.into_pyobject(py)?.into_any(),
        step.error.into_pyobject(py)?.into_any(),
        memory.into_pyobject(py)?.into_any(),
        PyBytes::new(py, step.code_address.as_slice()).into_any(),
        step.is_static.into_pyobject(py)?.to_owned().into_any(),
    ];
    PyTuple::new(py, fields)
}
