//! Steps of a trace on their way to Python, in chunks.

use std::sync::{Mutex, PoisonError};

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyTuple};

use super::convert::int;
use crate::engine::{Recorder, Step};

/// A Python callable that takes lists of steps; what it raises ends the execution.
pub struct Callback {
    callable: Py<PyAny>,
    error: Mutex<Option<PyErr>>,
}

impl Callback {
    /// Hands steps to `callable`.
    pub fn new(callable: &Bound<'_, PyAny>) -> Self {
        Self {
            callable: callable.clone().unbind(),
            error: Mutex::new(None),
        }
    }

    /// A recorder for one execution.
    pub fn recorder(&self, with_memory: bool) -> Recorder<'_> {
        let sink = |steps: Vec<Step>| match Python::attach(|py| self.take(py, &steps)) {
            Ok(()) => true,
            Err(error) => {
                *self.error.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                false
            }
        };
        Recorder::new(Box::new(sink), with_memory)
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

    fn take(&self, py: Python<'_>, steps: &[Step]) -> PyResult<()> {
        let chunk = PyList::empty(py);
        for item in steps {
            chunk.append(step(py, item)?)?;
        }
        self.callable.call1(py, (chunk,))?;
        Ok(())
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
