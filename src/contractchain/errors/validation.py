"""Data that breaks a rule of the protocol: encodings, transactions, blocks."""

from dataclasses import dataclass, field
from typing import ClassVar

from contractchain.errors.base import ContractChainError


@dataclass(eq=False)
class ValidationError(ContractChainError):
    """Data from outside breaks a rule."""

    code: ClassVar[str] = "invalid"

    message: str

    def describe(self) -> str:
        return self.message


@dataclass(eq=False)
class DecodeError(ValidationError):
    """Bytes or text that do not decode."""

    code: ClassVar[str] = "decode"

    what: str = "data"
    """What was being decoded, e.g. `transaction`."""
    offset: int | None = None
    """Byte offset of the fault, where it is known."""

    def describe(self) -> str:
        at = f" at byte {self.offset}" if self.offset is not None else ""
        return f"malformed {self.what}{at}: {self.message}"


@dataclass(eq=False)
class InvalidProofError(ValidationError):
    """Nodes of a trie that do not prove what is there or that nothing is."""

    code: ClassVar[str] = "invalid-proof"


@dataclass(eq=False)
class InvalidTransactionError(ValidationError):
    """A transaction that no block may contain (in its present place)."""

    code: ClassVar[str] = "invalid-transaction"


@dataclass(eq=False)
class InvalidSignatureError(InvalidTransactionError):
    """The signature has values out of range or recovers no address (EIP-2 included)."""

    code: ClassVar[str] = "invalid-signature"

    message: str = "the signature is not valid"


@dataclass(eq=False)
class InvalidSidecarError(InvalidTransactionError):
    """The blobs that came with a transaction are not the ones that it names (EIP-4844, 7594)."""

    code: ClassVar[str] = "invalid-sidecar"


@dataclass(eq=False)
class TransactionTypeError(InvalidTransactionError):
    """The transaction type does not exist (yet) under the fork in force."""

    code: ClassVar[str] = "transaction-type"

    message: str = ""
    got: int = 0
    """EIP-2718 type."""
    fork: str = ""

    def describe(self) -> str:
        return f"transaction type {self.got} is not valid under {self.fork}"


@dataclass(eq=False)
class WrongChainIdError(InvalidTransactionError):
    """Signed for another chain (EIP-155)."""

    code: ClassVar[str] = "wrong-chain-id"

    message: str = ""
    got: int | None = None
    expected: int = 0

    def describe(self) -> str:
        return f"transaction is signed for chain id {self.got}, this chain is {self.expected}"


@dataclass(eq=False)
class NonceTooLowError(InvalidTransactionError):
    """The nonce was used already."""

    code: ClassVar[str] = "nonce-too-low"

    message: str = ""
    got: int = 0
    expected: int = 0

    def describe(self) -> str:
        return f"nonce too low: got {self.got}, next is {self.expected}"


@dataclass(eq=False)
class NonceTooHighError(InvalidTransactionError):
    """Earlier nonces of the sender are missing."""

    code: ClassVar[str] = "nonce-too-high"

    message: str = ""
    got: int = 0
    expected: int = 0

    def describe(self) -> str:
        return f"nonce too high: got {self.got}, next is {self.expected}"


@dataclass(eq=False)
class NonceOverflowError(InvalidTransactionError):
    """The nonce is 2**64 - 1 (EIP-2681)."""

    code: ClassVar[str] = "nonce-overflow"

    message: str = "the nonce has reached its maximum"


@dataclass(eq=False)
class InsufficientFundsError(InvalidTransactionError):
    """The sender cannot pay the gas limit at the maximum fee plus the value."""

    code: ClassVar[str] = "insufficient-funds"

    message: str = ""
    balance: int = 0
    """Wei."""
    required: int = 0
    """Wei."""

    def describe(self) -> str:
        return f"insufficient funds: balance {self.balance} wei, required {self.required} wei"


@dataclass(eq=False)
class IntrinsicGasTooLowError(InvalidTransactionError):
    """The gas limit does not cover the intrinsic (or floor, EIP-7623) gas."""

    code: ClassVar[str] = "intrinsic-gas-too-low"

    message: str = ""
    gas_limit: int = 0
    required: int = 0

    def describe(self) -> str:
        return f"intrinsic gas too low: gas limit {self.gas_limit}, required {self.required}"


@dataclass(eq=False)
class GasLimitExceededError(InvalidTransactionError):
    """The gas limit is above what the block (or EIP-7825) has room for."""

    code: ClassVar[str] = "gas-limit-exceeded"

    message: str = ""
    gas_limit: int = 0
    available: int = 0

    def describe(self) -> str:
        return f"gas limit {self.gas_limit} exceeds the available {self.available}"


@dataclass(eq=False)
class FeeTooLowError(InvalidTransactionError):
    """`max_fee_per_gas` is below the base fee (EIP-1559)."""

    code: ClassVar[str] = "fee-too-low"

    message: str = ""
    max_fee_per_gas: int = 0
    base_fee_per_gas: int = 0

    def describe(self) -> str:
        return (
            f"max fee per gas {self.max_fee_per_gas} wei is below "
            f"the base fee {self.base_fee_per_gas} wei"
        )


@dataclass(eq=False)
class FeeOverflowError(InvalidTransactionError):
    """Gas at the maximum fee costs more than 256 bits can say, so nobody can own it.

    The native engine counts fees in 128 bits and refuses a price above that, too.
    """

    code: ClassVar[str] = "fee-overflow"

    message: str = "the fee is more than anybody can own"


@dataclass(eq=False)
class PriorityFeeAboveMaxFeeError(InvalidTransactionError):
    """`max_priority_fee_per_gas` exceeds `max_fee_per_gas` (EIP-1559)."""

    code: ClassVar[str] = "priority-fee-above-max-fee"

    message: str = ""
    max_priority_fee_per_gas: int = 0
    max_fee_per_gas: int = 0

    def describe(self) -> str:
        return (
            f"max priority fee {self.max_priority_fee_per_gas} wei is above "
            f"max fee {self.max_fee_per_gas} wei"
        )


@dataclass(eq=False)
class BlobFeeTooLowError(InvalidTransactionError):
    """`max_fee_per_blob_gas` is below the blob base fee (EIP-4844)."""

    code: ClassVar[str] = "blob-fee-too-low"

    message: str = ""
    max_fee_per_blob_gas: int = 0
    blob_base_fee: int = 0

    def describe(self) -> str:
        return (
            f"max fee per blob gas {self.max_fee_per_blob_gas} wei is below "
            f"the blob base fee {self.blob_base_fee} wei"
        )


@dataclass(eq=False)
class BlobTransactionError(InvalidTransactionError):
    """A blob transaction without blobs, with too many, with bad versions, or creating."""

    code: ClassVar[str] = "blob-transaction"


@dataclass(eq=False)
class AuthorizationListError(InvalidTransactionError):
    """A set-code transaction with an empty list, or that creates (EIP-7702)."""

    code: ClassVar[str] = "authorization-list"


@dataclass(eq=False)
class InitCodeTooLargeError(InvalidTransactionError):
    """The init code exceeds 49,152 bytes (EIP-3860)."""

    code: ClassVar[str] = "init-code-too-large"

    message: str = ""
    size_bytes: int = 0
    limit_bytes: int = 49152

    def describe(self) -> str:
        return f"init code of {self.size_bytes} bytes exceeds {self.limit_bytes}"


@dataclass(eq=False)
class SenderHasCodeError(InvalidTransactionError):
    """The sender is a contract (EIP-3607)."""

    code: ClassVar[str] = "sender-has-code"

    message: str = "the sender is a contract"


@dataclass(eq=False)
class InvalidOverrideError(ValidationError):
    """A change to the state of a simulation that cannot be made."""

    code: ClassVar[str] = "invalid-override"


@dataclass(eq=False)
class PrecompileMovedToItselfError(InvalidOverrideError):
    """A precompile is moved to where it is."""

    code: ClassVar[str] = "precompile-moved-to-itself"

    message: str = ""
    address: bytes = b""

    def describe(self) -> str:
        return f"the precompile 0x{self.address.hex()} is moved to its own address"


@dataclass(eq=False)
class SimulationLimitError(ValidationError):
    """A simulation asks for more blocks or gas than one may have."""

    code: ClassVar[str] = "simulation-limit"


@dataclass(eq=False)
class CallRefusedError(ValidationError):
    """A call cannot be part of the block that is simulated."""

    code: ClassVar[str] = "call-refused"

    message: str = ""
    block_number: int = 0
    index: int = 0
    """Place among the calls of the block."""
    reason: ValidationError = field(default_factory=lambda: ValidationError("unknown"))

    def describe(self) -> str:
        return f"call {self.index} of block {self.block_number}: {self.reason.describe()}"


@dataclass(eq=False)
class InvalidBlockError(ValidationError):
    """A block that breaks a rule."""

    code: ClassVar[str] = "invalid-block"


@dataclass(eq=False)
class InvalidHeaderError(InvalidBlockError):
    """A header that does not follow from its parent."""

    code: ClassVar[str] = "invalid-header"

    field_name: str = ""
    """Header field, e.g. `timestamp`; empty if the fault is in none alone."""

    def describe(self) -> str:
        return f"`{self.field_name}`: {self.message}" if self.field_name else self.message


@dataclass(eq=False)
class BlockOrderError(InvalidHeaderError):
    """The number or the timestamp of a block is not above that of the block before."""

    code: ClassVar[str] = "block-order"

    message: str = ""
    got: int = 0
    previous: int = 0

    def describe(self) -> str:
        return f"`{self.field_name}` must be above {self.previous}, not {self.got}"


@dataclass(eq=False)
class InvalidUncleError(InvalidBlockError):
    """Too many uncles, one listed twice or rewarded before, no close relative, or invalid."""

    code: ClassVar[str] = "invalid-uncle"


@dataclass(eq=False)
class UnknownParentError(InvalidBlockError):
    """The parent block is not known here."""

    code: ClassVar[str] = "unknown-parent"

    message: str = "the parent block is not known"
    parent_hash: bytes = b""

    def describe(self) -> str:
        return f"unknown parent block 0x{self.parent_hash.hex()}"


@dataclass(eq=False)
class MismatchError(InvalidBlockError):
    """A header field differs from what executing the block gives."""

    code: ClassVar[str] = "mismatch"

    message: str = ""
    field_name: str = ""
    """Header field, e.g. `state_root`."""
    got: bytes | int | None = None
    """What the header says."""
    expected: bytes | int | None = None
    """What execution gives."""

    def describe(self) -> str:
        return (
            f"`{self.field_name}` is {_show(self.got)}, executing the block gives "
            f"{_show(self.expected)}"
        )


@dataclass(eq=False)
class InvalidSealError(ValidationError):
    """The seal of a block (signature, proof of work) is not valid."""

    code: ClassVar[str] = "invalid-seal"


def _show(value: bytes | int | None) -> str:
    return f"0x{value.hex()}" if isinstance(value, bytes) else str(value)
