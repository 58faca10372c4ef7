//! `Engine`: the execution layer as Python sees it. The adapter in
//! `contractchain.execution.revm` turns tuples into the data of the interface.

use std::sync::{Mutex, PoisonError};

use alloy_primitives::{B256, U256};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyTuple};

use super::convert::{
    Batch, address, block_context, fork, hash, int, message, outcome, overrides, simulated,
    trace_options,
};
use super::guard::{detached, facts};
use super::simulation;
use super::trace::Callback;
use crate::engine::{self, BlockOutput, Estimate};
use crate::fault::Fault;
use crate::state::{Account, Export, World};
use crate::transaction::{Checked, Rules};

/// An engine with the states it holds.
#[pyclass(frozen, module = "contractchain._native")]
#[derive(Default)]
pub struct Engine {
    inner: engine::Engine,
}

#[pymethods]
impl Engine {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    fn decode_many<'py>(
        &self,
        raws: &Bound<'py, PyAny>,
        fork_item: &Bound<'py, PyAny>,
        chain_id: u64,
        max_blobs: u64,
    ) -> PyResult<Bound<'py, PyList>> {
        let py = raws.py();
        let rules = Rules::new(fork(fork_item)?, chain_id, max_blobs);
        let batch = Batch::new(raws)?;
        let results = detached(py, || {
            Ok(self.inner.decoder.decode_many(&batch.slices(), &rules))
        })?;
        let list = PyList::empty(py);
        for (raw, result) in batch.objects().iter().zip(&results) {
            match result {
                Ok(checked) => list.append(decoded(py, raw.into_pyobject(py)?, checked)?)?,
                Err(fault) => list.append((fault.code, facts(py, fault)?))?,
            }
        }
        Ok(list)
    }

    fn prepare(
        &self,
        raws: &Bound<'_, PyAny>,
        fork_item: &Bound<'_, PyAny>,
        chain_id: u64,
        max_blobs: u64,
    ) -> PyResult<()> {
        let rules = Rules::new(fork(fork_item)?, chain_id, max_blobs);
        let batch = Batch::new(raws)?;
        detached(raws.py(), || {
            self.inner.decoder.prepare(&batch.slices(), &rules);
            Ok(())
        })
    }

    fn execute_block<'py>(
        &self,
        parent_root: &Bound<'py, PyAny>,
        context: &Bound<'py, PyAny>,
        transactions: &Bound<'py, PyAny>,
        strict: bool,
    ) -> PyResult<Bound<'py, PyDict>> {
        let py = context.py();
        let (root, context) = (hash(parent_root)?, block_context(context)?);
        let batch = Batch::new(transactions)?;
        let output = detached(py, || {
            self.inner
                .execute_block(&root, &context, &batch.slices(), strict)
        })?;
        block_output(py, &output)
    }

    fn has_state(&self, root: &Bound<'_, PyAny>) -> PyResult<bool> {
        Ok(self.inner.states.has(&hash(root)?))
    }

    fn retain(&self, root: &Bound<'_, PyAny>) -> PyResult<()> {
        let key = hash(root)?;
        detached(root.py(), || self.inner.states.retain(&key))
    }

    fn release(&self, root: &Bound<'_, PyAny>) -> PyResult<()> {
        let key = hash(root)?;
        detached(root.py(), || self.inner.states.release(&key))
    }

    fn apply_diffs<'py>(
        &self,
        root: &Bound<'py, PyAny>,
        diffs: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let py = root.py();
        let (key, batch) = (hash(root)?, Batch::new(diffs)?);
        let new_root = detached(py, || self.inner.apply_diffs(&key, &batch.slices()))?;
        Ok(bytes(py, &new_root))
    }

    fn export_state(&self, root: &Bound<'_, PyAny>) -> PyResult<StateExport> {
        let key = hash(root)?;
        let export = detached(root.py(), || self.inner.export(&key))?;
        Ok(StateExport {
            export: Mutex::new(export),
        })
    }

    fn accounts<'py>(
        &self,
        root: &Bound<'py, PyAny>,
        addresses: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyList>> {
        let py = root.py();
        let world = self.world(root)?;
        let wanted: Vec<_> = addresses
            .try_iter()?
            .map(|item| address(&item?))
            .collect::<PyResult<_>>()?;
        let list = PyList::empty(py);
        for address in &wanted {
            list.append(account(py, world.account(address))?)?;
        }
        Ok(list)
    }

    fn storage<'py>(
        &self,
        root: &Bound<'py, PyAny>,
        address_item: &Bound<'py, PyAny>,
        slot: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let slot = U256::from_be_bytes(hash(slot)?.0);
        let value = self.world(root)?.storage(&address(address_item)?, &slot);
        Ok(PyBytes::new(root.py(), &value.to_be_bytes::<32>()))
    }

    fn code<'py>(
        &self,
        root: &Bound<'py, PyAny>,
        address_item: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let world = self.world(root)?;
        let code = world
            .account(&address(address_item)?)
            .and_then(|found| found.code.as_ref());
        Ok(PyBytes::new(
            root.py(),
            code.map_or(&[], |code| code.bytes()),
        ))
    }

    fn proof<'py>(
        &self,
        root: &Bound<'py, PyAny>,
        address_item: &Bound<'py, PyAny>,
        slots: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyTuple>> {
        let py = root.py();
        let world = self.world(root)?;
        let address = address(address_item)?;
        let slots: Vec<B256> = slots
            .try_iter()?
            .map(|item| hash(&item?))
            .collect::<PyResult<_>>()?;
        let (nodes, proofs) = detached(py, || Ok(world.prove(&address, &slots)))?;
        let nodes = nodes.iter().map(|node| PyBytes::new(py, node));
        let proofs = proofs
            .iter()
            .map(|(slot, value, nodes)| {
                let nodes = nodes.iter().map(|node| PyBytes::new(py, node));
                let value = PyBytes::new(py, &value.to_be_bytes::<32>());
                (bytes(py, slot), value, PyTuple::new(py, nodes)?).into_pyobject(py)
            })
            .collect::<PyResult<Vec<_>>>()?;
        let found = account(py, world.account(&address))?;
        (found, PyTuple::new(py, nodes)?, proofs).into_pyobject(py)
    }

    fn call<'py>(
        &self,
        root: &Bound<'py, PyAny>,
        context: &Bound<'py, PyAny>,
        message_item: &Bound<'py, PyAny>,
        changes: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyTuple>> {
        let py = root.py();
        let (root, context) = (hash(root)?, block_context(context)?);
        let (message, changes) = (message(message_item)?, overrides(changes)?);
        let result = detached(py, || self.inner.call(&root, &context, &message, &changes))?;
        simulated(py, &result)
    }

    fn simulate_block<'py>(
        &self,
        parent_root: &Bound<'py, PyAny>,
        context: &Bound<'py, PyAny>,
        calls: &Bound<'py, PyAny>,
        terms: &Bound<'py, PyAny>,
        changes: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyTuple>> {
        let py = context.py();
        let (root, context) = (hash(parent_root)?, block_context(context)?);
        let (calls, changes) = (simulation::planned_calls(calls)?, overrides(changes)?);
        let terms = simulation::terms(terms)?;
        let result = detached(py, || {
            self.inner
                .simulate_block(&root, &context, &changes, &calls, terms)
        })?;
        simulation::output(py, &result)
    }

    fn trace_call<'py>(
        &self,
        root: &Bound<'py, PyAny>,
        context: &Bound<'py, PyAny>,
        message_item: &Bound<'py, PyAny>,
        changes: Option<&Bound<'py, PyAny>>,
        sink: &Bound<'py, PyAny>,
        options: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyTuple>> {
        let py = root.py();
        let (root, context) = (hash(root)?, block_context(context)?);
        let (message, changes) = (message(message_item)?, overrides(changes)?);
        let (callback, options) = (Callback::new(sink), trace_options(options)?);
        let result = detached(py, || {
            let recorder = callback.recorder(options);
            self.inner
                .trace_call(&root, &context, &message, &changes, recorder)
        });
        let (result, diff) = callback.finish(result)?;
        (simulated(py, &result)?, PyBytes::new(py, &diff)).into_pyobject(py)
    }

    fn trace_transaction<'py>(
        &self,
        parent_root: &Bound<'py, PyAny>,
        context: &Bound<'py, PyAny>,
        transactions: &Bound<'py, PyAny>,
        sink: &Bound<'py, PyAny>,
        options: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyTuple>> {
        let py = context.py();
        let (root, context) = (hash(parent_root)?, block_context(context)?);
        let batch = Batch::new(transactions)?;
        let (callback, options) = (Callback::new(sink), trace_options(options)?);
        let result = detached(py, || {
            let recorder = callback.recorder(options);
            self.inner
                .trace_block(&root, &context, &batch.slices(), recorder)
        });
        let state_root = result.as_ref().map(|output| output.state_root).ok();
        let output = match (callback.finish(result), state_root) {
            (Err(error), Some(root)) => {
                self.inner.states.release(&root).ok();
                return Err(error);
            }
            (result, _) => result?,
        };
        let traced = output.traced.as_ref().map(|result| simulated(py, result));
        (block_output(py, &output)?, traced.transpose()?).into_pyobject(py)
    }

    fn estimate_gas<'py>(
        &self,
        root: &Bound<'py, PyAny>,
        context: &Bound<'py, PyAny>,
        message_item: &Bound<'py, PyAny>,
        changes: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = root.py();
        let (root, context) = (hash(root)?, block_context(context)?);
        let (message, changes) = (message(message_item)?, overrides(changes)?);
        let work = || self.inner.estimate_gas(&root, &context, &message, &changes);
        Ok(match detached(py, work)? {
            Estimate::Gas(gas) => gas.into_pyobject(py)?.into_any(),
            Estimate::Failure(failure) => outcome(py, &failure)?.into_any(),
        })
    }

    fn create_access_list<'py>(
        &self,
        root: &Bound<'py, PyAny>,
        context: &Bound<'py, PyAny>,
        message_item: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyTuple>> {
        let py = root.py();
        let (root, context) = (hash(root)?, block_context(context)?);
        let message = message(message_item)?;
        let work = || self.inner.create_access_list(&root, &context, &message);
        let (list, result) = detached(py, work)?;
        let entries = list
            .iter()
            .map(|(address, slots)| {
                let slots = slots.iter().map(|slot| bytes(py, &B256::from(*slot)));
                Ok((
                    PyBytes::new(py, address.as_slice()),
                    PyTuple::new(py, slots)?,
                ))
            })
            .collect::<PyResult<Vec<_>>>()?;
        (entries, simulated(py, &result)?).into_pyobject(py)
    }
}

impl Engine {
    fn world(&self, root: &Bound<'_, PyAny>) -> PyResult<World> {
        let key = hash(root)?;
        detached(root.py(), || self.inner.world(&key))
    }
}

/// Yields the chunks of a state.
#[pyclass(frozen, module = "contractchain._native")]
pub struct StateExport {
    export: Mutex<Export>,
}

#[pymethods]
impl StateExport {
    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyBytes>>> {
        let next = || {
            self.export
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .next()
        };
        let chunk = detached(py, || Ok(next()))?;
        Ok(chunk.map(|chunk| PyBytes::new(py, &chunk)))
    }
}

fn bytes<'py>(py: Python<'py>, value: &B256) -> Bound<'py, PyBytes> {
    PyBytes::new(py, value.as_slice())
}

/// The fields of `DecodedTransaction`, in order.
fn decoded<'py>(
    py: Python<'py>,
    raw: Bound<'py, PyBytes>,
    (transaction, intrinsic): &Checked,
) -> PyResult<Bound<'py, PyTuple>> {
    let env = &transaction.env;
    let fees = &transaction.fees;
    let to = env.kind.to().map(|to| PyBytes::new(py, to.as_slice()));
    let fields: [Bound<'py, PyAny>; 13] = [
        raw.into_any(),
        bytes(py, &transaction.hash).into_any(),
        PyBytes::new(py, transaction.sender.as_slice()).into_any(),
        env.tx_type.into_pyobject(py)?.into_any(),
        env.nonce.into_pyobject(py)?.into_any(),
        env.gas_limit.into_pyobject(py)?.into_any(),
        int(py, &fees.max)?,
        int(py, &fees.priority)?,
        int(py, &env.value)?,
        to.into_pyobject(py)?,
        intrinsic.required.into_pyobject(py)?.into_any(),
        int(py, &fees.blob)?,
        env.blob_hashes.len().into_pyobject(py)?.into_any(),
    ];
    PyTuple::new(py, fields)
}

/// `(nonce, balance, storage_root, code_hash)` or None.
fn account<'py>(
    py: Python<'py>,
    account: Option<&Account>,
) -> PyResult<Option<Bound<'py, PyTuple>>> {
    let Some(account) = account else {
        return Ok(None);
    };
    let fields = (
        account.nonce,
        int(py, &account.balance)?,
        bytes(py, &account.storage.root_hash()),
        bytes(py, &account.code_hash()),
    );
    fields.into_pyobject(py).map(Some)
}

/// The fields of `BlockExecution` by name; `failures` and `rejected` hold plain data.
fn block_output<'py>(py: Python<'py>, output: &BlockOutput) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    let optional = |root: &Option<B256>| root.as_ref().map(|root| bytes(py, root));
    dict.set_item("state_root", bytes(py, &output.state_root))?;
    dict.set_item("transactions_root", bytes(py, &output.transactions_root))?;
    dict.set_item("receipts_root", bytes(py, &output.receipts_root))?;
    dict.set_item("withdrawals_root", optional(&output.withdrawals_root))?;
    dict.set_item("requests_hash", optional(&output.requests_hash))?;
    dict.set_item("logs_bloom", PyBytes::new(py, output.logs_bloom.as_slice()))?;
    dict.set_item("gas_used", output.gas_used)?;
    dict.set_item("blob_gas_used", output.blob_gas_used)?;
    dict.set_item("included", PyTuple::new(py, &output.included)?)?;
    let hashes = output.hashes.iter().map(|hash| bytes(py, hash));
    dict.set_item("hashes", PyTuple::new(py, hashes)?)?;
    let senders = output
        .senders
        .iter()
        .map(|sender| PyBytes::new(py, sender.as_slice()));
    dict.set_item("senders", PyTuple::new(py, senders)?)?;
    let receipts = output
        .receipts
        .iter()
        .map(|receipt| PyBytes::new(py, receipt));
    dict.set_item("receipts", PyTuple::new(py, receipts)?)?;
    let failures = output
        .failures
        .iter()
        .map(|(place, failure)| Ok((*place, outcome(py, failure)?)))
        .collect::<PyResult<Vec<_>>>()?;
    dict.set_item("failures", failures)?;
    let plain = |(index, fault): &(usize, Fault)| Ok((*index, fault.code, facts(py, fault)?));
    let rejected = output
        .rejected
        .iter()
        .map(plain)
        .collect::<PyResult<Vec<_>>>()?;
    dict.set_item("rejected", rejected)?;
    dict.set_item("skipped", PyTuple::new(py, &output.skipped)?)?;
    dict.set_item("state_diff", PyBytes::new(py, &output.state_diff))?;
    Ok(dict)
}
