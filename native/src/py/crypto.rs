//! Hashing and signatures in batches, for callers that sign or check many.

use alloy_primitives::{B256, U256};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};

use super::convert::{Batch, fixed, hash};
use super::guard::{detached, wrong_size};
use crate::fault::Fault;
use crate::transaction::{SHARED_BATCH, recover_address, sign};
use crate::workers::map_shared;

/// keccak256 of `data`.
#[pyfunction]
pub fn keccak256<'py>(py: Python<'py>, data: &[u8]) -> Bound<'py, PyBytes> {
    PyBytes::new(py, alloy_primitives::keccak256(data).as_slice())
}

/// Recovers the address behind each `digest + r + s + y_parity` of 97 bytes, None if invalid.
#[pyfunction]
pub fn recover_addresses<'py>(
    py: Python<'py>,
    signatures: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyList>> {
    let batch = Batch::new(signatures)?;
    let signatures = batch
        .slices()
        .into_iter()
        .map(|item| {
            <[u8; 97]>::try_from(item).map_err(|_| wrong_size(py, "signature", 97, item.len()))
        })
        .collect::<PyResult<Vec<_>>>()?;
    let recovered = detached(py, || {
        Ok(map_shared(signatures, SHARED_BATCH, |item| {
            let r = U256::from_be_slice(&item[32..64]);
            let s = U256::from_be_slice(&item[64..96]);
            let digest = B256::from_slice(&item[..32]);
            (item[96] <= 1)
                .then(|| recover_address(&digest, item[96] == 1, &r, &s))
                .flatten()
        }))
    })?;
    let addresses = recovered
        .iter()
        .map(|address| address.map(|address| PyBytes::new(py, address.as_slice())));
    PyList::new(py, addresses)
}

/// Signs each digest of 32 bytes with one key; returns `r + s + y_parity` of 65 bytes each.
#[pyfunction]
pub fn sign_hashes<'py>(
    digests: &Bound<'py, PyAny>,
    key: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyList>> {
    let py = digests.py();
    let key: [u8; 32] = fixed(key, "private key")?;
    let digests: Vec<B256> = digests
        .try_iter()?
        .map(|item| hash(&item?))
        .collect::<PyResult<_>>()?;
    let signed = detached(py, || {
        map_shared(digests, SHARED_BATCH, move |digest| sign(&digest, &key))
            .into_iter()
            .collect::<Option<Vec<_>>>()
            .ok_or_else(|| Fault::message("invalid", "the private key is out of range"))
    })?;
    let signatures = signed.iter().map(|(compact, is_odd)| {
        let mut signature = [0; 65];
        signature[..64].copy_from_slice(compact);
        signature[64] = u8::from(*is_odd);
        PyBytes::new(py, &signature)
    });
    PyList::new(py, signatures)
}
