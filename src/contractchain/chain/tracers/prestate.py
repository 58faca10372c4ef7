"""`prestateTracer`: the accounts a transaction reads as they were before it, or what it changes.

Spec:
    geth's built-in tracers.
"""

import json
from dataclasses import dataclass, field

from contractchain.chain.tracers.base import TraceSubject, to_hex
from contractchain.chain.tracers.guard import TraceBudget
from contractchain.chain.tracers.options import PrestateTracerOptions
from contractchain.types import (
    EMPTY_CODE_HASH,
    Account,
    Address,
    FrameEnd,
    FrameStart,
    Hash32,
    TraceEvent,
    TraceOptions,
    TraceStep,
)

_SLOAD, _SSTORE = 0x54, 0x55
_NAMING = frozenset((0x31, 0x3B, 0x3C, 0x3F, 0xFF))
"""BALANCE, EXTCODESIZE, EXTCODECOPY, EXTCODEHASH, SELFDESTRUCT: an address is on top."""
_INSTRUCTIONS = frozenset((_SLOAD, _SSTORE, *_NAMING))
_ADDRESS_MASK = 2**160 - 1
_DELEGATION = b"\xef\x01\x00"
ACCOUNT_BYTES = 256
SLOT_BYTES = 140
"""About what each takes in a result."""


@dataclass(slots=True, kw_only=True)
class _State:
    """An account at one point."""

    account: Account | None
    code: bytes = b""
    slots: dict[int, int] = field(default_factory=dict)

    @property
    def balance(self) -> int:
        return 0 if self.account is None else self.account.balance

    @property
    def nonce(self) -> int:
        return 0 if self.account is None else self.account.nonce

    @property
    def is_empty(self) -> bool:
        return not (self.balance or self.nonce or self.code or any(self.slots.values()))


class PrestateTracer:
    """Collects accounts and slots, and looks them up at the end."""

    def __init__(self, options: PrestateTracerOptions, budget: TraceBudget) -> None:
        self._options = options
        self._budget = budget
        self._frames: list[Address] = []
        self._touched: dict[Address, dict[int, None]] = {}

    @property
    def wanted(self) -> TraceOptions:
        """Frames, and the instructions that name accounts and slots."""
        return TraceOptions(instructions=_INSTRUCTIONS, with_frames=True)

    def take(self, event: TraceEvent) -> None:
        """Take an event."""
        match event:
            case FrameStart(caller=caller, callee=callee, address=address):
                self._frames.append(address)
                for touched in (caller, callee):
                    self._touch(touched)
            case FrameEnd():
                self._frames.pop()
            case TraceStep(error=error) if error is not None:
                pass  # it has read nothing
            case TraceStep(op=op, stack=stack) if stack and op in _NAMING:
                self._touch((stack[-1] & _ADDRESS_MASK).to_bytes(20, "big"))
            case TraceStep(op=op, stack=stack) if stack and op in (_SLOAD, _SSTORE):
                slots = self._touch(self._frames[-1])
                if stack[-1] not in slots:
                    self._budget.spend(SLOT_BYTES)
                    slots[stack[-1]] = None
            case _:
                pass

    def build(self, subject: TraceSubject) -> str:
        """Return the accounts by address."""
        for address in (subject.sender, subject.beneficiary, *subject.authorities):
            self._touch(address)
        before = self._read(subject, subject.root_before)
        for state in list(before.values()):  # code that is borrowed is read, too (EIP-7702)
            if len(state.code) == 23 and state.code.startswith(_DELEGATION):
                self._touch(state.code[len(_DELEGATION) :])
        if len(self._touched) > len(before):
            before = self._read(subject, subject.root_before)
        if not self._options.diff_mode:
            return json.dumps({to_hex(key): self._show(state) for key, state in self._kept(before)})
        after = self._read(subject, subject.root_after)
        pre, post = {}, {}
        for address, old in before.items():
            new = after[address]
            changes = self._changes(old, new)
            if changes is None:
                continue
            if self._options.include_empty or not old.is_empty:
                changed = {
                    slot: value
                    for slot, value in old.slots.items()
                    if value and (new.account is None or value != new.slots[slot])
                }
                pre[to_hex(address)] = self._show(old, changed)
            if new.account is not None:
                post[to_hex(address)] = changes
        return json.dumps({"post": post, "pre": pre})

    def _touch(self, address: Address) -> dict[int, None]:
        found = self._touched.get(address)
        if found is None:
            self._budget.spend(ACCOUNT_BYTES)
            found = self._touched[address] = {}
        return found

    def _read(self, subject: TraceSubject, root: Hash32) -> dict[Address, _State]:
        reader = subject.reader
        addresses = sorted(self._touched)
        out = {}
        for address, account in zip(addresses, reader.accounts(root, addresses), strict=True):
            state = out[address] = _State(account=account)
            if account is not None and account.code_hash != EMPTY_CODE_HASH:
                state.code = reader.code(root, address)
                self._budget.spend(2 * len(state.code))
            if self._options.disable_storage:
                continue
            for slot in sorted(self._touched[address]):
                value = reader.storage(root, address, slot.to_bytes(32, "big"))
                state.slots[slot] = int.from_bytes(value, "big")
        return out

    def _kept(self, states: dict[Address, _State]) -> list[tuple[Address, _State]]:
        return [
            (address, state)
            for address, state in states.items()
            if self._options.include_empty or not state.is_empty
        ]

    def _show(self, state: _State, slots: dict[int, int] | None = None) -> dict[str, object]:
        out: dict[str, object] = {"balance": hex(state.balance)}
        if state.nonce:
            out["nonce"] = state.nonce
        if state.code and not self._options.disable_code:
            out["code"] = to_hex(state.code)
        shown = state.slots if slots is None else slots
        if shown:
            out["storage"] = _show_slots(shown)
        return out

    def _changes(self, old: _State, new: _State) -> dict[str, object] | None:
        """Return what is new of an account, None if nothing is."""
        slots = {slot: value for slot, value in new.slots.items() if value != old.slots[slot]}
        is_same = (old.balance, old.nonce, old.code) == (new.balance, new.nonce, new.code)
        if is_same and not slots:
            return None
        out: dict[str, object] = {}
        if new.balance != old.balance:
            out["balance"] = hex(new.balance)
        if new.nonce != old.nonce:
            out["nonce"] = new.nonce
        if new.code != old.code and not self._options.disable_code:
            out["code"] = to_hex(new.code)
        if any(slots.values()):
            out["storage"] = _show_slots({slot: value for slot, value in slots.items() if value})
        return out


def _show_slots(slots: dict[int, int]) -> dict[str, str]:
    return {f"{slot:#066x}": f"{value:#066x}" for slot, value in sorted(slots.items())}
