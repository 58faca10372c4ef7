//! Python objects to our types and back.

use std::collections::HashSet;

use alloy_primitives::{Address, B256, Bytes, Log, U256};
use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyInt, PyTuple};
use revm::context::transaction::{AccessList, AccessListItem, Authorization, SignedAuthorization};

use super::guard::{out_of_range, raise, wrong_size};
use crate::engine::{
    BlobSchedule, BlockContext, Fork, Message, Outcome, Override, Simulated, TraceOptions,
    Withdrawal,
};
use crate::transaction::recover_authority;

/// Error class for numbers in a block's environment that do not fit.
const IN_BLOCK: &str = "invalid-block";
/// Error class for numbers in a message that do not fit.
pub const IN_MESSAGE: &str = "invalid-transaction";

/// A Python integer.
pub fn int<'py>(py: Python<'py>, value: &U256) -> PyResult<Bound<'py, PyAny>> {
    if let Ok(small) = u64::try_from(*value) {
        return Ok(small.into_pyobject(py)?.into_any());
    }
    let bytes = PyBytes::new(py, &value.to_be_bytes::<32>());
    py.get_type::<PyInt>()
        .call_method1("from_bytes", (bytes, "big"))
}

/// An address from bytes.
pub fn address(value: &Bound<'_, PyAny>) -> PyResult<Address> {
    fixed(value, "address").map(Address::from)
}

/// A hash, root or slot from bytes.
pub fn hash(value: &Bound<'_, PyAny>) -> PyResult<B256> {
    fixed(value, "32-byte value").map(B256::from)
}

/// Bytes of exactly `N` bytes.
pub fn fixed<const N: usize>(value: &Bound<'_, PyAny>, what: &'static str) -> PyResult<[u8; N]> {
    let bytes: &[u8] = value.extract()?;
    bytes
        .try_into()
        .map_err(|_| wrong_size(value.py(), what, N, bytes.len()))
}

fn slot(value: &Bound<'_, PyAny>) -> PyResult<U256> {
    Ok(U256::from_be_bytes(hash(value)?.0))
}

/// Attributes of one Python object, with the error class for numbers that do not fit.
pub struct Fields<'a, 'py> {
    /// The object.
    pub object: &'a Bound<'py, PyAny>,
    /// The error class.
    pub code: &'static str,
}

impl<'py> Fields<'_, 'py> {
    /// An attribute.
    pub fn get(&self, name: &str) -> PyResult<Bound<'py, PyAny>> {
        self.object.getattr(name)
    }

    /// A number of 64 bits.
    pub fn uint64(&self, name: &str) -> PyResult<u64> {
        self.get(name)?
            .extract()
            .map_err(|error| self.range(error, name, 64))
    }

    fn uint128(&self, name: &str) -> PyResult<u128> {
        let value = self.uint256(name)?;
        u128::try_from(value).map_err(|_| out_of_range(self.object.py(), self.code, name, 128))
    }

    fn uint256(&self, name: &str) -> PyResult<U256> {
        uint256(&self.get(name)?).map_err(|error| self.range(error, name, 256))
    }

    fn range(&self, error: PyErr, name: &str, bits: usize) -> PyErr {
        let py = self.object.py();
        if error.is_instance_of::<PyOverflowError>(py) {
            return out_of_range(py, self.code, name, bits);
        }
        error
    }

    fn address(&self, name: &str) -> PyResult<Address> {
        address(&self.get(name)?)
    }

    fn hash(&self, name: &str) -> PyResult<B256> {
        hash(&self.get(name)?)
    }

    /// The value, None if it is None.
    pub fn option(&self, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
        let value = self.get(name)?;
        Ok((!value.is_none()).then_some(value))
    }

    fn items<T>(
        &self,
        name: &str,
        convert: impl Fn(&Bound<'py, PyAny>) -> PyResult<T>,
    ) -> PyResult<Vec<T>> {
        self.get(name)?
            .try_iter()?
            .map(|item| convert(&item?))
            .collect()
    }
}

fn uint256(value: &Bound<'_, PyAny>) -> PyResult<U256> {
    if let Ok(small) = value.extract::<u64>() {
        return Ok(U256::from(small));
    }
    let bytes = value.call_method1("to_bytes", (32, "big"))?;
    Ok(U256::from_be_slice(bytes.extract()?))
}

/// A fork from `contractchain.types.Fork`.
pub fn fork(value: &Bound<'_, PyAny>) -> PyResult<Fork> {
    let order: u8 = value.getattr("order")?.extract()?;
    Fork::from_order(order).map_err(|fault| raise(value.py(), &fault))
}

/// From `contractchain.interfaces.execution_data.BlockContext`.
pub fn block_context(object: &Bound<'_, PyAny>) -> PyResult<BlockContext> {
    let fields = Fields {
        object,
        code: IN_BLOCK,
    };
    let blob_schedule = fields.option("blob_schedule")?.map(|schedule| {
        let fields = Fields {
            object: &schedule,
            code: IN_BLOCK,
        };
        Ok::<_, PyErr>(BlobSchedule {
            max: fields.uint64("max")?,
            base_fee_update_fraction: fields.uint64("base_fee_update_fraction")?.max(1),
        })
    });
    let withdrawals = match fields.option("withdrawals")? {
        None => None,
        Some(_) => Some(fields.items("withdrawals", withdrawal)?),
    };
    Ok(BlockContext {
        fork: fork(&fields.get("fork")?)?,
        chain_id: fields.uint64("chain_id")?,
        number: fields.uint64("number")?,
        timestamp: fields.uint64("timestamp")?,
        gas_limit: fields.uint64("gas_limit")?,
        beneficiary: fields.address("beneficiary")?,
        base_fee_per_gas: fields.uint64("base_fee_per_gas")?,
        prev_randao: fields.hash("prev_randao")?,
        difficulty: fields.uint256("difficulty")?,
        excess_blob_gas: fields.uint64("excess_blob_gas")?,
        blob_base_fee: (fields.option("blob_base_fee")?)
            .map(|_| fields.uint128("blob_base_fee"))
            .transpose()?,
        blob_schedule: blob_schedule.transpose()?,
        parent_hash: fields.hash("parent_hash")?,
        ancestor_hashes: fields.get("ancestor_hashes")?.extract::<&[u8]>()?.to_vec(),
        parent_beacon_block_root: match fields.option("parent_beacon_block_root")? {
            None => None,
            Some(root) => Some(hash(&root)?),
        },
        withdrawals,
        uncles: fields.items("uncles", |uncle| {
            let (number, beneficiary): (u64, Bound<'_, PyAny>) = uncle.extract()?;
            Ok((number, address(&beneficiary)?))
        })?,
        deposit_contract: fields.address("deposit_contract")?,
        opens: fields.get("opens")?.extract()?,
        closes: fields.get("closes")?.extract()?,
    })
}

fn withdrawal(object: &Bound<'_, PyAny>) -> PyResult<Withdrawal> {
    let fields = Fields {
        object,
        code: IN_BLOCK,
    };
    Ok(Withdrawal {
        index: fields.uint64("index")?,
        validator_index: fields.uint64("validator_index")?,
        address: fields.address("address")?,
        amount_gwei: fields.uint64("amount_gwei")?,
    })
}

/// From `contractchain.interfaces.execution_data.Message`.
pub fn message(object: &Bound<'_, PyAny>) -> PyResult<Message> {
    let fields = Fields {
        object,
        code: IN_MESSAGE,
    };
    let to = fields.option("to")?;
    let gas_limit = fields.option("gas_limit")?;
    let access_list = fields.items("access_list", |object| {
        let fields = Fields {
            object,
            code: IN_MESSAGE,
        };
        let address = fields.address("address")?;
        Ok(AccessListItem {
            address,
            storage_keys: fields.items("slots", hash)?,
        })
    })?;
    let authorization_list = fields.items("authorization_list", |object| {
        let fields = Fields {
            object,
            code: IN_MESSAGE,
        };
        let inner = Authorization {
            chain_id: fields.uint256("chain_id")?,
            address: fields.address("address")?,
            nonce: fields.uint64("nonce")?,
        };
        let parity = u8::try_from(fields.uint64("y_parity")?).unwrap_or(u8::MAX);
        let (r, s) = (fields.uint256("r")?, fields.uint256("s")?);
        Ok(recover_authority(SignedAuthorization::new_unchecked(
            inner, parity, r, s,
        )))
    })?;
    Ok(Message {
        sender: fields.address("sender")?,
        to: to.map(|to| address(&to)).transpose()?,
        value: fields.uint256("value")?,
        data: Bytes::copy_from_slice(fields.get("data")?.extract()?),
        gas_limit: gas_limit.map(|_| fields.uint64("gas_limit")).transpose()?,
        max_fee_per_gas: fields.uint128("max_fee_per_gas")?,
        max_priority_fee_per_gas: fields.uint128("max_priority_fee_per_gas")?,
        access_list: AccessList(access_list),
        authorization_list,
        blob_hashes: fields.items("blob_versioned_hashes", hash)?,
        max_fee_per_blob_gas: fields.uint128("max_fee_per_blob_gas")?,
    })
}

/// From a mapping of addresses to `AccountOverride`, or None.
pub fn overrides(object: Option<&Bound<'_, PyAny>>) -> PyResult<Vec<Override>> {
    let Some(object) = object else {
        return Ok(Vec::new());
    };
    let items = object.call_method0("items")?;
    items
        .try_iter()?
        .map(|item| {
            let (address_item, change): (Bound<'_, PyAny>, Bound<'_, PyAny>) = item?.extract()?;
            account_override(address(&address_item)?, &change)
        })
        .collect()
}

fn account_override(address: Address, object: &Bound<'_, PyAny>) -> PyResult<Override> {
    let fields = Fields {
        object,
        code: IN_MESSAGE,
    };
    let balance = fields.option("balance")?.map(|_| fields.uint256("balance"));
    let nonce = fields.option("nonce")?.map(|_| fields.uint64("nonce"));
    let code = match fields.option("code")? {
        None => None,
        Some(code) => Some(code.extract::<&[u8]>()?.to_vec()),
    };
    let storage = fields.option("storage")?.map(|slots| slot_values(&slots));
    Ok(Override {
        address,
        balance: balance.transpose()?,
        nonce: nonce.transpose()?,
        code,
        storage: storage.transpose()?,
        storage_diff: slot_values(&fields.get("storage_diff")?)?,
        move_precompile_to: (fields.option("move_precompile_to")?)
            .map(|target| self::address(&target))
            .transpose()?,
    })
}

fn slot_values(mapping: &Bound<'_, PyAny>) -> PyResult<Vec<(U256, U256)>> {
    mapping
        .call_method0("items")?
        .try_iter()?
        .map(|item| {
            let (at, value): (Bound<'_, PyAny>, Bound<'_, PyAny>) = item?.extract()?;
            Ok((slot(&at)?, slot(&value)?))
        })
        .collect()
}

/// A batch of byte strings that stays readable without the interpreter lock.
pub struct Batch(Vec<PyBackedBytes>);

impl Batch {
    /// From any sequence of bytes.
    pub fn new(items: &Bound<'_, PyAny>) -> PyResult<Self> {
        items
            .try_iter()?
            .map(|item| Ok(item?.extract()?))
            .collect::<PyResult<_>>()
            .map(Self)
    }

    /// The byte strings.
    pub fn slices(&self) -> Vec<&[u8]> {
        self.0.iter().map(|bytes| &bytes[..]).collect()
    }

    /// The Python objects, in order.
    pub fn objects(&self) -> &[PyBackedBytes] {
        &self.0
    }
}

/// `("success", return_data, created)`, `("revert", data)` or `("halt", reason)`.
pub fn outcome<'py>(py: Python<'py>, outcome: &Outcome) -> PyResult<Bound<'py, PyTuple>> {
    match outcome {
        Outcome::Success {
            return_data,
            created,
        } => {
            let created = created.map(|created| PyBytes::new(py, created.as_slice()));
            ("success", PyBytes::new(py, return_data), created).into_pyobject(py)
        }
        Outcome::Revert { data } => ("revert", PyBytes::new(py, data)).into_pyobject(py),
        Outcome::Halt { reason } => ("halt", *reason).into_pyobject(py),
    }
}

/// `(address, topics, data)`.
pub fn log<'py>(py: Python<'py>, log: &Log) -> PyResult<Bound<'py, PyTuple>> {
    let topics = log.data.topics().iter();
    (
        PyBytes::new(py, log.address.as_slice()),
        PyTuple::new(py, topics.map(|topic| PyBytes::new(py, topic.as_slice())))?,
        PyBytes::new(py, &log.data.data),
    )
        .into_pyobject(py)
}

/// `(outcome, gas_used, [(address, topics, data)])`.
pub fn simulated<'py>(py: Python<'py>, result: &Simulated) -> PyResult<Bound<'py, PyTuple>> {
    let logs = result.logs.iter().map(|entry| log(py, entry));
    let logs = logs.collect::<PyResult<Vec<_>>>()?;
    (outcome(py, &result.outcome)?, result.gas_used, logs).into_pyobject(py)
}

/// What a trace shall tell, from the fields of `TraceOptions`.
pub fn trace_options(item: &Bound<'_, PyAny>) -> PyResult<TraceOptions> {
    let wanted: Option<HashSet<u8>> = item.getattr("instructions")?.extract()?;
    let instructions = wanted.map_or([true; 256], |wanted| {
        let mut flags = [false; 256];
        for op in wanted {
            flags[usize::from(op)] = true;
        }
        flags
    });
    Ok(TraceOptions {
        instructions,
        with_memory: item.getattr("with_memory")?.extract()?,
        with_frames: item.getattr("with_frames")?.extract()?,
    })
}
