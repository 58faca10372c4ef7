//! `SecureTrie`: the trie of the engine on its own, for tests and measurements.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use alloy_primitives::keccak256;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};

use super::guard::{detached, raise};
use crate::fault::Fault;
use crate::trie::Trie;

/// A trie that hashes its keys. Values are not empty.
#[pyclass(frozen, module = "contractchain._native")]
#[derive(Default)]
pub struct SecureTrie {
    inner: Mutex<Trie<Arc<[u8]>>>,
}

impl SecureTrie {
    fn lock(&self) -> MutexGuard<'_, Trie<Arc<[u8]>>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl SecureTrie {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    fn set(&self, py: Python<'_>, key: &[u8], value: &[u8]) -> PyResult<()> {
        if value.is_empty() {
            return Err(raise(
                py,
                &Fault::message("invalid", "a trie holds no empty values"),
            ));
        }
        self.lock().insert(keccak256(key), value.into());
        Ok(())
    }

    fn delete(&self, key: &[u8]) -> bool {
        self.lock().remove(&keccak256(key))
    }

    fn get<'py>(&self, py: Python<'py>, key: &[u8]) -> Option<Bound<'py, PyBytes>> {
        self.lock()
            .get(&keccak256(key))
            .map(|value| PyBytes::new(py, value))
    }

    fn root<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let root = detached(py, || Ok(self.lock().root_hash_parallel()))?;
        Ok(PyBytes::new(py, root.as_slice()))
    }

    fn prove<'py>(&self, py: Python<'py>, key: &[u8]) -> PyResult<Bound<'py, PyTuple>> {
        let nodes = self.lock().prove(&keccak256(key));
        PyTuple::new(py, nodes.iter().map(|node| PyBytes::new(py, node)))
    }

    /// Another trie with the same entries; both may be changed.
    fn copy(&self) -> Self {
        Self {
            inner: Mutex::new(self.lock().clone()),
        }
    }
}
