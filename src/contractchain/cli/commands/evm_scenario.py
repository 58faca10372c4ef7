"""`ctc evm run --scenario`: what differential testing found, run again."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from contractchain.cli.rendering import Answer, align

if TYPE_CHECKING:
    from contractchain.conformance.scenarios import ScenarioResult
    from contractchain.errors import ContractChainError
    from contractchain.interfaces.execution_data import BlockExecution
    from contractchain.types import Outcome

BOTH = "both"
"""Name of the choice that runs both engines and compares them."""


def run_scenario_file(path: Path, engine: str) -> Answer:
    """Run a scenario on an engine, or on both of them.

    Returns:
        What each block and call came to; for both engines the first difference, with exit status
        1, if there is one.
    """
    from contractchain.conformance.scenario_file import load_scenario
    from contractchain.conformance.scenarios import find_difference, run_scenario
    from contractchain.execution import create_engine

    scenario = load_scenario(path)
    names: tuple[str, ...] = ("revm", "py-evm") if engine == BOTH else (engine,)
    engines = [create_engine(name) for name in names]
    results = [run_scenario(each, scenario, with_traces=engine == BOTH) for each in engines]
    fields, document = _describe_result(results[0])
    document = {"engine": engine, "fork": scenario.fork.value, **document}
    fields = [("engine", engine), ("fork", scenario.fork.value), *fields]
    if engine != BOTH:
        return Answer(document=document, text=align(fields))
    difference = find_difference(results[0], results[1])
    document["difference"] = None
    if difference is None:
        fields.append(("engines", "agree"))
        return Answer(document=document, text=align(fields))
    document["difference"] = {
        "where": difference.where,
        names[0]: difference.left,
        names[1]: difference.right,
    }
    fields += [("DIFFERENCE", difference.where), (names[0], difference.left)]
    fields.append((names[1], difference.right))
    return Answer(document=document, text=align(fields), exit_code=1)


def _describe_result(
    result: "ScenarioResult",
) -> tuple[list[tuple[str, str]], dict[str, Any]]:
    from contractchain.interfaces.execution_data import BlockExecution

    fields = [("first state", _hex(result.start_root))]
    blocks = []
    for number, block in enumerate(result.blocks, 1):
        if isinstance(block, BlockExecution):
            lines, entry = _describe_block(block)
        else:
            lines, entry = [f"refused: {block}"], {"error": block.to_dict()}
        fields += [(f"block {number}" if not at else "", line) for at, line in enumerate(lines)]
        blocks.append(entry)
    calls = []
    for number, (call, estimate) in enumerate(zip(result.calls, result.estimates, strict=True), 1):
        text = str(call) if isinstance(call, Exception) else describe_outcome(call.outcome)
        gas = "" if isinstance(call, Exception) else f", gas {call.gas_used:,}"
        bound = str(estimate) if isinstance(estimate, (int, Exception)) else "none succeeds"
        fields.append((f"call {number}", f"{text}{gas}; estimate: {bound}"))
        calls.append({"outcome": text, "estimate": bound})
        if not isinstance(call, Exception):
            calls[-1]["gas_used"] = str(call.gas_used)
    return fields, {"first_state": _hex(result.start_root), "blocks": blocks, "calls": calls}


def _describe_block(block: "BlockExecution") -> tuple[list[str], dict[str, Any]]:
    failures = dict(block.failures)
    transactions = []
    for place, index in enumerate(block.included):
        outcome = describe_outcome(failures[place]) if place in failures else "success"
        transactions.append({"index": index, "hash": _hex(block.hashes[place]), "outcome": outcome})
    rejected = [{"index": index, **_to_plain(error)} for index, error in block.rejected]
    document: dict[str, Any] = {
        "state_root": _hex(block.state_root),
        "receipts_root": _hex(block.receipts_root),
        "gas_used": block.gas_used,
        "transactions": transactions,
        "rejected": rejected,
        "skipped": list(block.skipped),
    }
    lines = [
        f"state root {document['state_root']}, gas {block.gas_used:,}",
        *(f"transaction {entry['index']}: {entry['outcome']}" for entry in transactions),
        *(f"transaction {index}: rejected, {error}" for index, error in block.rejected),
        *(f"transaction {index}: skipped" for index in block.skipped),
    ]
    return lines, document


def describe_outcome(outcome: "Outcome") -> str:
    """Return how code ended, in a few words."""
    from contractchain.types import Halt, Revert, Success

    match outcome:
        case Success(return_data=data):
            return f"success with {_hex(data)}"
        case Revert(data=data):
            return f"reverted with {_hex(data)}"
        case Halt(reason=reason):
            return f"halted: {reason}"


def _to_plain(error: "ContractChainError") -> dict[str, object]:
    return error.to_dict()


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
