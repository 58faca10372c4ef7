"""`ctc evm`: the EVM itself, and Ethereum's own tests on it."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from contractchain.cli.commands.evm_scenario import BOTH, run_scenario_file
from contractchain.cli.commands.evm_suites import (
    describe_counts,
    describe_failure,
    run_suite,
    suite_options,
)
from contractchain.cli.invocation import TEXT
from contractchain.cli.invocation import command as ctc_command
from contractchain.cli.options import ENGINES, MAX_GAS, parse_amount
from contractchain.cli.rendering import Answer, align
from contractchain.cli.tracing import TraceOutput
from contractchain.errors import UsageError, closest

if TYPE_CHECKING:
    from contractchain.interfaces.execution_data import CallResult

DEFAULT_GAS = 10_000_000
CODE_ADDRESS = bytes.fromhex("c0de" * 10)
"""Where code is put to be run."""

Function = TypeVar("Function", bound=Callable[..., Any])


@click.group("evm", context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Run bytecode, and Ethereum's own test suites."""


def _trace_options(function: Function) -> Function:
    for name, text in (
        ("--trace-memory", "Trace, with the memory before each instruction."),
        ("--trace", "Print a line of JSON per instruction (EIP-3155), and a summary."),
    ):
        function = click.option(name, is_flag=True, help=text)(function)
    return function


@ctc_command(
    "statetest",
    examples=[
        "ctc evm statetest GeneralStateTests/stCreate2",
        "ctc evm statetest --fork Cancun --engine py-evm -j 4 GeneralStateTests",
        "ctc evm statetest --trace --fork Prague --case d0g1v0 stExample/add11.json",
    ],
)
@suite_options
@click.option(
    "--case", metavar="NAME", help="Only this test, or its case NAME[0], or cases like d0g0v0."
)
@_trace_options
def statetest(
    paths: tuple[Path, ...],
    fork: str | None,
    jobs: int,
    engine: str,
    known: Path | None,
    case: str | None,
    trace: bool,
    trace_memory: bool,
) -> Answer:
    """Run state tests: files or folders in the format of ethereum/tests.

    State root and logs must come out as the files say; what must be refused must be refused for
    the reason given. One line per failure; the exit status is 1 if there is one. --trace prints
    the EIP-3155 trace of the one case that --fork and --case leave.
    """
    from contractchain.conformance import Suite

    if trace or trace_memory:
        return _trace_case(paths, fork, case, engine, with_memory=trace_memory)
    return run_suite(Suite.STATE, paths, fork, jobs, engine, known, case)


@ctc_command(
    "blocktest",
    examples=[
        "ctc evm blocktest BlockchainTests/ValidBlocks",
        "ctc evm blocktest --json BlockchainTests",
    ],
)
@suite_options
def blocktest(
    paths: tuple[Path, ...], fork: str | None, jobs: int, engine: str, known: Path | None
) -> Answer:
    """Run block tests: files or folders in the format of ethereum/tests.

    Every valid block must be imported and every invalid one refused for the reason given; the
    head must be the one that the file names. Seals of proof of work are not checked.
    """
    from contractchain.conformance import Suite

    return run_suite(Suite.BLOCK, paths, fork, jobs, engine, known)


@ctc_command("txtest", examples=["ctc evm txtest TransactionTests"])
@suite_options
def txtest(
    paths: tuple[Path, ...], fork: str | None, jobs: int, engine: str, known: Path | None
) -> Answer:
    """Run transaction tests: files or folders in the format of ethereum/tests.

    Hash, sender and intrinsic gas of valid transactions must come out as the files say; invalid
    ones must be refused for the reason given.
    """
    from contractchain.conformance import Suite

    return run_suite(Suite.TRANSACTION, paths, fork, jobs, engine, known)


@ctc_command(
    "run",
    examples=[
        "ctc evm run --code 0x600160020160005260206000f3",
        "ctc evm run --code counter.hex --input 0xd09de08a --fork london",
        "ctc evm run --code 0x5f5ffd --trace",
        "ctc evm run --scenario found.json --engine both",
    ],
)
@click.option("--code", type=TEXT, metavar="HEX|FILE", help="Runtime code.")
@click.option(
    "--scenario",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A state, blocks and calls, as `make fuzz` writes them, instead of code.",
)
@click.option("--input", "calldata", type=TEXT, default="0x", metavar="HEX", help="Calldata.")
@click.option("--gas", type=TEXT, metavar="GAS", help=f"Gas limit (default: {DEFAULT_GAS:,}).")
@click.option("--fork", metavar="NAME", default="prague", show_default=True, help="Rules.")
@click.option(
    "--engine",
    type=click.Choice((*ENGINES, BOTH)),
    default="auto",
    envvar="CTC_ENGINE",
    help="Execution engine; `both` compares them on a scenario.  [env: CTC_ENGINE]",
)
@_trace_options
def run(
    code: str | None,
    scenario: Path | None,
    calldata: str,
    gas: str | None,
    fork: str,
    engine: str,
    trace: bool,
    trace_memory: bool,
) -> Answer:
    """Run code as a transaction that calls it would, on an otherwise empty state.

    The gas used is what the transaction pays for, its intrinsic gas included. The exit status
    is 3 if the code reverts or halts.

    With --scenario, blocks and calls of a file are run instead; the exit status is 1 if the
    engines differ.
    """
    from contractchain.codec.trace import encode_summary
    from contractchain.execution import create_engine
    from contractchain.interfaces.execution_data import AccountOverride, BlockContext, Message
    from contractchain.types import EMPTY_TRIE_ROOT, Fork, TraceOptions

    if (code is None) == (scenario is None):
        raise UsageError("give either `--code` or `--scenario`")
    if scenario is not None:
        if trace or trace_memory:
            raise UsageError("`--trace` is of `--code`, not of a `--scenario`")
        return run_scenario_file(scenario, engine)
    if engine == BOTH:
        raise UsageError("`--engine both` compares the engines on a `--scenario`")
    forks = {candidate.value.lower(): candidate for candidate in Fork}
    rules = forks.get(fork.lower())
    if rules is None:
        hint = closest(fork.lower(), forks) or f"there are {', '.join(forks)}"
        raise UsageError(f"there is no fork `{fork}`", hint=hint)
    executing = create_engine(engine)
    limit = parse_amount("--gas", gas, MAX_GAS)
    limit = DEFAULT_GAS if limit is None else limit
    context = BlockContext(
        fork=rules,
        chain_id=1,
        number=1,
        timestamp=1,
        gas_limit=limit,
        difficulty=0 if rules >= Fork.PARIS else 131_072,
        parent_beacon_block_root=bytes(32) if rules >= Fork.CANCUN else None,
    )
    message = Message(to=CODE_ADDRESS, data=_parse_hex("--input", calldata), gas_limit=limit)
    overrides = {CODE_ADDRESS: AccountOverride(code=_read_code(code or ""))}
    if not (trace or trace_memory):
        result = executing.call(EMPTY_TRIE_ROOT, context, message, overrides)
        return _describe_run(result, executing.name, rules.value)
    output = TraceOutput()
    options = TraceOptions(with_memory=trace_memory)
    traced = executing.trace_call(
        EMPTY_TRIE_ROOT, context, message, output, overrides, options=options
    )
    result = traced.result
    answer = _describe_run(result, executing.name, rules.value)
    summary = encode_summary(result.outcome, result.gas_used, rules.value)
    return replace(answer, document=answer.document | output.build_document(summary), text=summary)


command.add_command(statetest)
command.add_command(blocktest)
command.add_command(txtest)
command.add_command(run)


def _trace_case(
    paths: tuple[Path, ...], fork: str | None, case: str | None, engine: str, *, with_memory: bool
) -> Answer:
    from contractchain.codec.trace import encode_summary
    from contractchain.conformance import Tally, find_test_files, get_state_case, trace_state_case
    from contractchain.execution import create_engine
    from contractchain.types import Halt

    executing = create_engine(engine)
    path, chosen = get_state_case(find_test_files(paths), fork, case)
    start = time.monotonic()
    output = TraceOutput()
    traced = trace_state_case(chosen, executing, output, path=str(path), with_memory=with_memory)
    tally = Tally()
    tally.add(traced.result)
    answer = describe_counts(tally, executing.name, 1, time.monotonic() - start)
    outcome = Halt(reason="refused") if traced.call is None else traced.call.outcome
    gas_used = 0 if traced.call is None else traced.call.gas_used
    summary = encode_summary(outcome, gas_used, chosen.fork_name, traced.state_root)
    document = answer.document | {"case": chosen.name} | output.build_document(summary)
    is_passed = tally.passed == 1 or output.is_kept
    faults = (*map(describe_failure, tally.failures), *answer.text.splitlines()[:-1])
    warnings = () if is_passed else faults
    return replace(answer, document=document, text=summary, warnings=warnings)


def _read_code(text: str) -> bytes:
    path = Path(text)
    if text.startswith(("0x", "0X")) or not path.is_file():
        return _parse_hex("--code", text)
    try:
        return _parse_hex("--code", path.read_text("ascii").strip())
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"`--code`: {path} cannot be read as hex text") from error


def _parse_hex(option: str, text: str) -> bytes:
    digits = "".join(text.split()).removeprefix("0x").removeprefix("0X")
    try:
        return bytes.fromhex(digits)
    except ValueError as error:
        shown = text if len(text) <= 40 else text[:36] + "…"
        raise UsageError(f"`{option}`: expected hex, found `{shown}`") from error


def _describe_run(result: "CallResult", engine: str, fork: str) -> Answer:
    from contractchain.types import Halt, Revert, Success

    document: dict[str, Any] = {"engine": engine, "fork": fork, "gas_used": result.gas_used}
    fields = [("engine", engine), ("fork", fork), ("gas used", f"{result.gas_used:,}")]
    failure = None
    match result.outcome:
        case Success(return_data=data):
            document |= {"outcome": "success", "output": _hex(data)}
        case Revert(data=data):
            document |= {"outcome": "revert", "output": _hex(data)}
            failure = f"reverted with {_hex(data)}"
        case Halt(reason=reason):
            document |= {"outcome": "halt", "output": "0x", "reason": reason}
            failure = f"halted: {reason}"
    document["logs"] = [
        {
            "address": _hex(log.address),
            "topics": [_hex(topic) for topic in log.topics],
            "data": _hex(log.data),
        }
        for log in result.logs
    ]
    fields.append(("output", document["output"]))
    fields += [("log", f"{entry['topics']} {entry['data']}") for entry in document["logs"]]
    return Answer(document=document, text=align(fields), failure=failure)


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
