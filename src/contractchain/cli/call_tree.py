"""The tree of calls of a transaction: for people, and as plain data."""

from collections.abc import Iterator
from typing import Any

import click

from contractchain.cli.session import Session
from contractchain.client.call_trees import (
    CallRecord,
    EmittedLog,
    ExplainedCall,
    explain_call,
    explain_log,
)
from contractchain.client.numbers import format_ether
from contractchain.codec.hexadecimal import to_checksum, to_hex
from contractchain.errors import CorruptStoreError
from contractchain.types import Address, Artifact


class CallTreeView:
    """Shows trees with the names of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def lines(self, root: CallRecord) -> list[str]:
        """Return the tree, one line for each call, event and result."""
        return [self._title(root, self._explain(root)), *self._below(root, "")]

    def document(self, record: CallRecord) -> dict[str, Any]:
        """Return the tree as plain data; amounts of wei are decimal strings."""
        explained = self._explain(record)
        out: dict[str, Any] = {
            "type": record.kind,
            "from": to_checksum(record.caller),
            "to": None if record.callee is None else to_checksum(record.callee),
            "contract": None if record.callee is None else self._name(record.callee),
            "value": str(record.value),
            "gas_used": record.gas_used,
            "call": explained.call,
            "input": to_hex(record.data),
            "output": to_hex(record.output),
            "failure": explained.failure,
        }
        if explained.function is not None:
            out["function"] = explained.function.signature
        if explained.arguments is not None:
            out["arguments"] = explained.arguments
        if explained.returns is not None:
            out["returns"] = explained.returns
        out["events"] = [
            {
                "address": to_checksum(log.address),
                "event": explain_log(log, self._session.known.abis_for),
                "topics": [to_hex(topic) for topic in log.topics],
                "data": to_hex(log.data),
                "position": log.position,
            }
            for log in record.logs
        ]
        out["calls"] = [self.document(call) for call in record.calls]
        return out

    def _below(self, record: CallRecord, margin: str) -> Iterator[str]:
        """Yield the lines below a call."""
        entries: list[CallRecord | EmittedLog | str] = [*_merge(record)]
        explained = self._explain(record)
        if explained.failure is not None:
            entries.append(click.style(explained.failure, fg="red"))
        elif explained.result is not None:
            entries.append(f"returns {explained.result}")
        for index, entry in enumerate(entries):
            is_last = index == len(entries) - 1
            branch, inner = ("└─ ", "   ") if is_last else ("├─ ", "│  ")
            match entry:
                case CallRecord():
                    yield margin + branch + self._title(entry, self._explain(entry))
                    yield from self._below(entry, margin + inner)
                case EmittedLog():
                    yield margin + branch + self._event(entry, record)
                case str():
                    yield margin + branch + entry

    def _title(self, record: CallRecord, explained: ExplainedCall) -> str:
        where = ""
        if record.callee is not None and not record.is_creation:
            where = self._name(record.callee) or to_checksum(record.callee)
            where = click.style(where, fg="cyan" if record.error is None else "red") + "."
        notes = [f"{record.gas_used:,} gas"]
        if record.value and record.kind != "DELEGATECALL":
            notes.append(f"{format_ether(record.value)} ether")
        if record.kind not in ("CALL", "CREATE"):
            notes.append(record.kind.lower())
        if record.is_creation and record.callee is not None:
            notes.append(f"at {to_checksum(record.callee)}")
        return f"{where}{explained.call}  [{', '.join(notes)}]"

    def _event(self, log: EmittedLog, record: CallRecord) -> str:
        text = f"emits {explain_log(log, self._session.known.abis_for)}"
        if log.address != record.callee:
            text += f"  by {self._session.describe_address(log.address)}"
        return text

    def _explain(self, record: CallRecord) -> ExplainedCall:
        return explain_call(record, self._session.known.abis_for, self._find_artifact)

    def _name(self, address: Address) -> str | None:
        deployment = self._session.registry.find_at(address)
        return deployment.title if deployment is not None else None

    def _find_artifact(self, address: Address) -> Artifact | None:
        deployment = self._session.registry.find_at(address)
        if deployment is None:
            return None
        try:
            return self._session.known.get_artifact(deployment)
        except CorruptStoreError:
            return None


def _merge(record: CallRecord) -> Iterator[CallRecord | EmittedLog]:
    """Yield calls and logs in the order in which they happened."""
    logs = list(record.logs)
    for index, call in enumerate(record.calls):
        while logs and logs[0].position <= index:
            yield logs.pop(0)
        yield call
    yield from logs
