//! The block store, as Python sees it: encoded records in, encoded records out.

use super::guard::{detached, raise};
use crate::{
    fault::Fault,
    store::{self, HASH_SIZE},
};
use pyo3::{prelude::*, types::PyBytes};
use std::{
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
};

/// Add the names of this module.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<BlockStore>()
}

/// Blocks on disk, one encoded record each.
#[pyclass(frozen, module = "contractchain._native")]
struct BlockStore {
    store: RwLock<Option<Arc<store::BlockStore>>>,
}

#[pymethods]
impl BlockStore {
    fn get_open(&self, py: Python<'_>) -> PyResult<Arc<store::BlockStore>> {
        let store = self.store.read().unwrap_or_else(PoisonError::into_inner);
        let closed = || raise(py, &Fault::message("store", "the store is closed"));
        store.clone().ok_or_else(closed)
    }

    fn run<T: Send>(
        &self,
        py: Python<'_>,
        work: impl Send + FnOnce(&store::BlockStore) -> store::Result<T>,
    ) -> PyResult<T> {
        let store = self.get_open(py)?;
        detached(py, move || work(&store))
    }
}
