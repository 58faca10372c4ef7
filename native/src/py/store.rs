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
    /// Open the store in `directory`; its first `acknowledged` blocks must be there.
    #[new]
    fn new(py: Python<'_>, directory: PathBuf, acknowledged: u64) -> PyResult<Self> {
        let opened = detached(py, || store::BlockStore::open(&directory, acknowledged))?;
        Ok(Self {
            store: RwLock::new(Some(Arc::new(opened))),
        })
    }

    /// Append an encoded record; it is durable when this returns.
    fn commit(&self, py: Python<'_>, record: &[u8]) -> PyResult<()> {
        self.run(py, |store| store.commit(record))
    }

    /// Remove every block above `number`; false if `number` is above the head.
    fn rollback_to(&self, py: Python<'_>, number: u64) -> PyResult<bool> {
        self.run(py, |store| store.rollback_to(number))
    }

    /// Number of the highest block, None on an empty store.
    fn head_number(&self, py: Python<'_>) -> PyResult<Option<u64>> {
        Ok(self.get_open(py)?.head_number())
    }

    /// Number and hash of the highest block, None on an empty store.
    fn head<'py>(&self, py: Python<'py>) -> PyResult<Option<(u64, Bound<'py, PyBytes>)>> {
        let head = self.run(py, store::BlockStore::head)?;
        Ok(head.map(|(number, hash)| (number, PyBytes::new(py, &hash))))
    }

    /// The encoded record of a block, None if there is no such block.
    fn get<'py>(&self, py: Python<'py>, number: u64) -> PyResult<Option<Bound<'py, PyBytes>>> {
        let record = self.run(py, |store| store.get(number))?;
        Ok(record.map(|record| PyBytes::new(py, &record)))
    }

    /// Number of the block with this hash of 32 bytes.
    fn find_block(&self, py: Python<'_>, hash: [u8; HASH_SIZE]) -> PyResult<Option<u64>> {
        self.run(py, |store| store.find_block(&hash))
    }

    /// Block number and index in the block of the transaction with this hash of 32 bytes.
    fn find_transaction(
        &self,
        py: Python<'_>,
        hash: [u8; HASH_SIZE],
    ) -> PyResult<Option<(u64, u32)>> {
        self.run(py, |store| store.find_transaction(&hash))
    }

    /// Finish what is being written and release the files.
    fn close(&self, py: Python<'_>) {
        let store = self
            .store
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        py.detach(|| drop(store));
    }
}

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
