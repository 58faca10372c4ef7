//! Contract code, held once however many accounts and states have it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use alloy_primitives::{B256, Bytes, keccak256};
use revm::bytecode::Bytecode;

/// Runtime code that is not empty, analysed for execution.
#[derive(Debug)]
pub struct Code {
    /// keccak256 of the code.
    pub hash: B256,
    /// The code with its jump destinations.
    pub bytecode: Bytecode,
}

impl Code {
    /// The code as the account has it.
    pub fn bytes(&self) -> &[u8] {
        self.bytecode.original_byte_slice()
    }
}

/// Finds code by hash as long as any state has it.
#[derive(Debug, Default)]
pub struct CodeTable {
    codes: Mutex<Codes>,
}

#[derive(Debug, Default)]
struct Codes {
    by_hash: HashMap<B256, Weak<Code>>,
    /// Size at which entries of dropped codes are swept.
    sweep_at: usize,
}

impl CodeTable {
    /// Returns the code with this hash if some state has it.
    pub fn find(&self, hash: &B256) -> Option<Arc<Code>> {
        let codes = self.codes.lock().unwrap_or_else(PoisonError::into_inner);
        codes.by_hash.get(hash).and_then(Weak::upgrade)
    }

    /// Returns the one holder of code that the EVM has analysed.
    pub fn intern(&self, hash: B256, bytecode: Bytecode) -> Arc<Code> {
        let mut codes = self.codes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(code) = codes.by_hash.get(&hash).and_then(Weak::upgrade) {
            return code;
        }
        if codes.by_hash.len() >= codes.sweep_at {
            codes.by_hash.retain(|_, code| code.strong_count() > 0);
            codes.sweep_at = (codes.by_hash.len() * 2).max(1024);
        }
        let code = Arc::new(Code { hash, bytecode });
        codes.by_hash.insert(hash, Arc::downgrade(&code));
        code
    }

    /// Returns the one holder of `code`, None for empty code.
    pub fn intern_bytes(&self, code: &[u8]) -> Option<Arc<Code>> {
        if code.is_empty() {
            return None;
        }
        let hash = keccak256(code);
        Some(match self.find(&hash) {
            Some(code) => code,
            None => self.intern(hash, analyse(code)),
        })
    }
}

/// A delegation that is not well-formed (EIP-7702) can only come from outside; it runs as code.
fn analyse(code: &[u8]) -> Bytecode {
    let bytes = Bytes::copy_from_slice(code);
    Bytecode::new_raw_checked(bytes.clone()).unwrap_or_else(|_| Bytecode::new_legacy(bytes))
}
