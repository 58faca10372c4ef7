"""What must be equal between the engines, and what may differ."""

from dataclasses import fields

from contractchain.codec.state_diff import decode_state_diff
from contractchain.conformance.scenarios import to_comparable
from contractchain.interfaces.execution_data import BlockExecution

plain = to_comparable


def facts(execution: BlockExecution) -> dict[str, object]:
    """Return everything about a block in comparable form."""
    out = {f.name: plain(getattr(execution, f.name)) for f in fields(execution)}
    return {"decoded_diff": decode_state_diff(execution.state_diff), **out}
