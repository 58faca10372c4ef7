"""Native core of contractchain; the Rust source is in `native/`.

Plain data only: `contractchain.execution.revm` turns it into the data of the interfaces.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, final

from contractchain.interfaces.execution_data import AccountOverride, BlockContext, Message
from contractchain.interfaces.simulation_data import PlannedCall, SimulationTerms
from contractchain.types import Fork, TraceOptions

__abi__: Final[int]

_Facts: TypeAlias = dict[str, Any]  # fields of an error
_OutcomeData: TypeAlias = (
    tuple[Literal["success"], bytes, bytes | None]
    | tuple[Literal["revert"], bytes]
    | tuple[Literal["halt"], str]
)
_LogData: TypeAlias = tuple[bytes, tuple[bytes, ...], bytes]
_CallData: TypeAlias = tuple[_OutcomeData, int, list[_LogData]]
_EventData: TypeAlias = (
    tuple[Literal["log"], _LogData] | tuple[Literal["transfer"], bytes, bytes, int]
)
_SimulatedCallData: TypeAlias = tuple[
    int, int, _OutcomeData, int, int, list[_EventData], bytes | None
]
_AccountData: TypeAlias = tuple[int, int, bytes, bytes]
_StepData: TypeAlias = tuple[
    int,
    int,
    int,
    int,
    int,
    tuple[int, ...],
    int,
    bytes,
    int,
    str | None,
    bytes | None,
    bytes,
    bool,
]

_TraceEventData: TypeAlias = (
    tuple[Literal["start"], str, bytes, bytes, bytes, int, int, bytes]
    | tuple[Literal["end"], bytes, int, str | None, tuple[int, int, bool, bool] | None]
    | tuple[Literal["log"], _LogData]
    | tuple[Literal["destruction"], bytes, bytes, int]
)

class Fault(Exception): ...

@final
class Engine:
    def __new__(cls) -> Engine: ...
    def prepare(
        self, raws: Iterable[bytes], fork_item: Fork, chain_id: int, max_blobs: int
    ) -> None: ...
    def decode_many(
        self, raws: Iterable[bytes], fork_item: Fork, chain_id: int, max_blobs: int
    ) -> list[tuple[Any, ...]]: ...
    def execute_block(
        self,
        parent_root: bytes,
        context: BlockContext,
        transactions: Iterable[bytes],
        strict: bool,
    ) -> dict[str, Any]: ...
    def has_state(self, root: bytes) -> bool: ...
    def retain(self, root: bytes) -> None: ...
    def release(self, root: bytes) -> None: ...
    def apply_diffs(self, root: bytes, diffs: Iterable[bytes]) -> bytes: ...
    def export_state(self, root: bytes) -> StateExport: ...
    def accounts(self, root: bytes, addresses: Iterable[bytes]) -> list[_AccountData | None]: ...
    def storage(self, root: bytes, address_item: bytes, slot: bytes) -> bytes: ...
    def code(self, root: bytes, address_item: bytes) -> bytes: ...
    def proof(
        self, root: bytes, address_item: bytes, slots: Iterable[bytes]
    ) -> tuple[
        _AccountData | None, tuple[bytes, ...], list[tuple[bytes, bytes, tuple[bytes, ...]]]
    ]: ...
    def call(
        self,
        root: bytes,
        context: BlockContext,
        message_item: Message,
        changes: Mapping[bytes, AccountOverride] | None,
    ) -> _CallData: ...
    def simulate_block(
        self,
        parent_root: bytes,
        context: BlockContext,
        calls: Iterable[PlannedCall],
        terms: SimulationTerms,
        changes: Mapping[bytes, AccountOverride] | None,
    ) -> (
        tuple[int, str, _Facts] | tuple[bytes, bytes | None, int, int, list[_SimulatedCallData]]
    ): ...
    def trace_call(
        self,
        root: bytes,
        context: BlockContext,
        message_item: Message,
        changes: Mapping[bytes, AccountOverride] | None,
        sink: Callable[[list[_StepData | _TraceEventData]], None],
        options: TraceOptions,
    ) -> tuple[_CallData, bytes]: ...
    def trace_transaction(
        self,
        parent_root: bytes,
        context: BlockContext,
        transactions: Iterable[bytes],
        sink: Callable[[list[_StepData | _TraceEventData]], None],
        options: TraceOptions,
    ) -> tuple[dict[str, Any], _CallData]: ...
    def estimate_gas(
        self,
        root: bytes,
        context: BlockContext,
        message_item: Message,
        changes: Mapping[bytes, AccountOverride] | None,
    ) -> int | _OutcomeData: ...
    def create_access_list(
        self, root: bytes, context: BlockContext, message_item: Message
    ) -> tuple[list[tuple[bytes, tuple[bytes, ...]]], _CallData]: ...

@final
class StateExport:
    def __iter__(self) -> Iterator[bytes]: ...
    def __next__(self) -> bytes: ...

@final
class SecureTrie:
    def __new__(cls) -> SecureTrie: ...
    def set(self, key: bytes, value: bytes) -> None: ...
    def delete(self, key: bytes) -> bool: ...
    def get(self, key: bytes) -> bytes | None: ...
    def root(self) -> bytes: ...
    def prove(self, key: bytes) -> tuple[bytes, ...]: ...
    def copy(self) -> SecureTrie: ...

def version() -> str: ...
def keccak256(data: bytes) -> bytes: ...
def recover_addresses(signatures: Iterable[bytes]) -> list[bytes | None]: ...
def sign_hashes(digests: Iterable[bytes], key: bytes) -> list[bytes]: ...

class BlockStore:
    """Blocks on disk, one encoded record each; see `contractchain.store.native`."""

    def __new__(cls, directory: Path, acknowledged: int) -> BlockStore: ...
    def commit(self, record: bytes) -> None: ...
    def rollback_to(self, number: int) -> bool: ...
    def head_number(self) -> int | None: ...
    def head(self) -> tuple[int, bytes] | None: ...
    def get(self, number: int) -> bytes | None: ...
    def find_block(self, hash: bytes) -> int | None: ...
    def find_transaction(self, hash: bytes) -> tuple[int, int] | None: ...
    def close(self) -> None: ...
