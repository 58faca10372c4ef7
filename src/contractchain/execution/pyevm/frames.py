"""Frames, logs and destructions as a trace on py-evm tells them.

py-evm makes no computation for a call or a creation that it knows will fail before its code runs,
and says nothing of a destruction. What it leaves out is told from the instruction: what was on the
stack before it, and what it took.
"""

from collections.abc import Callable
from typing import Any

from eth._utils.address import generate_contract_address, generate_safe_contract_address
from eth.constants import STACK_DEPTH_LIMIT, UINT_64_MAX
from eth.exceptions import Revert as RevertError
from eth.vm.opcode_values import (
    CALL,
    CALLCODE,
    CREATE,
    CREATE2,
    DELEGATECALL,
    SELFDESTRUCT,
    STATICCALL,
)

from contractchain.execution.pyevm.forks import name_halt
from contractchain.execution.steps import name_fault
from contractchain.types import (
    Address,
    Destruction,
    Fork,
    FrameEnd,
    FrameKind,
    FrameStart,
    Log,
    TraceEvent,
)

_KINDS = {
    CALL: FrameKind.CALL,
    CALLCODE: FrameKind.CALLCODE,
    DELEGATECALL: FrameKind.DELEGATECALL,
    STATICCALL: FrameKind.STATICCALL,
    CREATE: FrameKind.CREATE,
    CREATE2: FrameKind.CREATE2,
}
_WITH_VALUE = (CALL, CALLCODE)
_ADDRESS_MASK = 2**160 - 1


class FrameWatch:
    """Looks at the instructions of one frame that begin frames, emit logs or destroy."""

    def __init__(self, computation: Any) -> None:
        self._computation = computation
        self._op: int | None = None
        self._stack: tuple[int, ...] = ()
        self.instruction: tuple[int, int, bool, bool] | None = None
        """The present one, as `name_fault` wants it."""
        self._balance = 0
        self.has_child = False
        """Whether the present instruction has begun a frame."""
        self.log: Log | None = None
        """What the present instruction has emitted."""

    @property
    def kind(self) -> FrameKind:
        """Of the frame that the present instruction begins."""
        return _KINDS[self._op]

    @property
    def callee(self) -> Address:
        """Account that the present instruction calls."""
        return _address(self._stack[-2])

    @property
    def address(self) -> Address:
        """Account on which the frame works."""
        address: Address = self._computation.msg.storage_address
        return address

    def begin(self, op: int) -> None:
        """Note the state before an instruction."""
        values = self._computation._stack.values
        has_third = len(values) > 2 and _int(values[-3]) != 0
        self.instruction = (op, len(values), has_third, self._computation.msg.is_static)
        self._op = None
        if op in _KINDS:
            self._op, self._stack = op, read_stack(self._computation)
            self.has_child = False
        elif op == SELFDESTRUCT:
            self._op, self._stack = op, read_stack(self._computation)
            self._balance = self._computation.state.get_balance(self.address)

    def end(self, sink: Callable[[TraceEvent], object], error: str | None) -> None:
        """Report what the instruction has done."""
        if self.log is not None:
            sink(self.log)
            self.log = None
        op, self._op = self._op, self._op if self.has_child else None
        if op is None or error is not None:
            return
        if op == SELFDESTRUCT:
            sink(Destruction(self.address, _address(self._stack[-1]), self._balance))
        elif not self.has_child:
            self._op = op
            for event in self._build_missing(op):
                sink(event)
            self._op = None

    def _build_missing(self, op: int) -> tuple[FrameStart, FrameEnd]:
        """Return the frame of a call or a creation for which py-evm has made none."""
        computation, stack = self._computation, self._stack
        error = "other: insufficient balance"
        if computation.msg.depth + 1 > STACK_DEPTH_LIMIT:
            error = "call-depth"
        if op not in (CREATE, CREATE2):
            place = -4 if op in _WITH_VALUE else -3
            start = FrameStart(
                _KINDS[op],
                self.address,
                self.callee,
                self.callee if op in (CALL, STATICCALL) else self.address,
                self._value_of_call(op),
                computation.given_back,
                bytes(computation.memory_read_bytes(stack[place], stack[place - 1])),
            )
            return start, FrameEnd(b"", 0, error)
        init_code = bytes(computation.memory_read_bytes(stack[-2], stack[-3]))
        nonce = computation.state.get_nonce(self.address)
        gas = sum(computation.charges[1:])
        used = 0
        if gas:
            error, used, nonce = "create-collision", gas, nonce - 1
        else:
            left = computation.get_gas_remaining()
            has_reserve = computation.state.context.fork >= Fork.TANGERINE_WHISTLE
            gas = left - left // 64 if has_reserve else left
            if nonce == UINT_64_MAX and error != "call-depth" and self._can_pay(stack[-1]):
                error = "other: nonce overflow"
        if op == CREATE:
            created = generate_contract_address(self.address, nonce)
        else:
            created = generate_safe_contract_address(self.address, stack[-4], init_code)
        start = FrameStart(_KINDS[op], self.address, created, created, stack[-1], gas, init_code)
        return start, FrameEnd(b"", used, error)

    def _value_of_call(self, op: int) -> int:
        if op in _WITH_VALUE:
            return self._stack[-3]
        value: int = self._computation.msg.value
        return value if op == DELEGATECALL else 0

    def _can_pay(self, value: int) -> bool:
        balance: int = self._computation.state.get_balance(self.address)
        return balance >= value


def build_start(message: Any, caller: FrameWatch | None) -> FrameStart:
    """Return the beginning of a frame; `caller` is None for the outermost."""
    is_create = message.is_create
    if caller is None:
        kind = FrameKind.CREATE if is_create else FrameKind.CALL
        callee = message.storage_address if is_create else message.to
        return FrameStart(
            kind,
            message.sender,
            callee,
            message.storage_address,
            message.value,
            message.gas,
            bytes(message.code if is_create else message.data),
        )
    return FrameStart(
        caller.kind,
        caller.address,
        message.storage_address if is_create else caller.callee,
        message.storage_address,
        message.value,
        message.gas,
        bytes(message.code if is_create else message.data),
    )


def build_end(computation: Any) -> FrameEnd:
    """Return the end of a frame."""
    error = name_failure(computation.error) if computation.is_error else None
    if error is not None and error != "revert" and computation.halted_at is not None:
        error = name_fault(error, *computation.halted_at)
    output = b"" if error not in (None, "revert") else bytes(computation.output)
    return FrameEnd(output, computation.msg.gas - computation.get_gas_remaining(), error)


def name_failure(error: Any) -> str:
    """Return `revert`, or the reason of a halt."""
    return "revert" if isinstance(error, RevertError) else name_halt(error)


def make_log(address: Address, topics: tuple[int, ...], data: bytes) -> Log:
    """Return a log of ours."""
    return Log(
        address=address,
        topics=tuple(topic.to_bytes(32, "big") for topic in topics),
        data=bytes(data),
    )


def read_stack(computation: Any) -> tuple[int, ...]:
    """Return the words on the stack, the top last."""
    return tuple(map(_int, computation._stack.values))


def _int(value: int | bytes) -> int:
    return value if isinstance(value, int) else int.from_bytes(value, "big")


def _address(word: int) -> Address:
    return (word & _ADDRESS_MASK).to_bytes(20, "big")
