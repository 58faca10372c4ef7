"""`ctc stress`: load campaigns."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contractchain.cli.invocation import TEXT
from contractchain.cli.invocation import command as make_command
from contractchain.cli.options import parse_amount
from contractchain.cli.rendering import Answer, align, table
from contractchain.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from contractchain.stress.campaign import Campaign
    from contractchain.types import Artifact

EXAMPLES = (
    "ctc stress run loadtests/counter.yaml",
    "ctc stress run --contract Counter --function increment --rate 500 --duration 10s",
    "ctc stress run --complexity 3 --mode closed --users 32 --rpc http://127.0.0.1:8545",
)

COMPARE_EXAMPLES = (
    "ctc stress run loadtests/counter.yaml --out reports/ours",
    "ctc stress run loadtests/counter.yaml --rpc http://127.0.0.1:8545 --out reports/theirs",
    "ctc stress compare reports/ours reports/theirs",
)


@click.group("stress", context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Run load campaigns and report latency, throughput and failures."""


@make_command("run", examples=EXAMPLES)
@click.argument("campaign", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--contract", metavar="NAME", help="Contract to hammer.")
@click.option("--function", metavar="NAME", help="Function to call (increment).")
@click.option("--complexity", type=int, metavar="LEVEL", help="A rung of the ladder: 0 to 5.")
@click.option("--rate", type=click.FloatRange(min=0, min_open=True), help="Target TPS (100).")
@click.option("--duration", metavar="TIME", help="How long, e.g. 10s or 2m (10s).")
@click.option("--warm-up", metavar="TIME", help="Start that percentiles leave out.")
@click.option("--timeout", metavar="TIME", help="Until a transaction counts as lost (30s).")
@click.option(
    "--mode", type=click.Choice(("open", "closed")), help="Schedule or virtual users (open)."
)
@click.option(
    "--arrival", type=click.Choice(("constant", "poisson", "ramp")), help="Spread of an open loop."
)
@click.option("--users", type=click.IntRange(1), help="Virtual users of a closed loop (16).")
@click.option("--connections", type=click.IntRange(1), help="HTTP connections (16).")
@click.option("--senders", type=click.IntRange(1), help="Accounts that send (64).")
@click.option("--gas-limit", type=click.IntRange(21000), help="Per transaction (estimated).")
@click.option("--gas-price", type=TEXT, metavar="AMOUNT", help="Most to pay per gas, e.g. 20gwei.")
@click.option("--seed", type=int, help="Of the schedule and the arguments (1).")
@click.option("--block-time", type=click.IntRange(1), help="Of the own node, in seconds.")
@click.option("--engine", type=click.Choice(("auto", "revm", "py-evm")), help="Of the own node.")
@click.option("--rpc", metavar="URL", envvar="CTC_RPC_URL", help="Node to test (starts its own).")
@click.option("--mnemonic", metavar="WORDS", help="Whose first account pays.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where the report goes (reports/NAME).",
)
@click.option("--quiet", is_flag=True, help="Show no progress.")
def run(campaign: Path | None, **flags: Any) -> Answer:
    """Run a campaign: a file, a contract and a function, or a rung of the ladder.

    Latency counts from the instant at which a transaction was due. Every planned transaction ends
    in exactly one row of the failure table. Exit status: 0 passed, 4 invalid because the generator
    could not keep up, 5 because a contract disagrees with the receipts.
    """
    from contractchain.stress.own_node import start_node
    from contractchain.stress.report import save_report, summarise
    from contractchain.stress.runner import run_campaign

    plan = _build_campaign(campaign, flags)
    with ExitStack() as stack:
        progress = _silent if flags["quiet"] else stack.enter_context(_Progress())
        url = flags["rpc"] or stack.enter_context(start_node(plan.node))
        outcome = run_campaign(plan, url, _artifact_finder(), progress)
    directory = flags["out"] or Path("reports") / plan.name
    with _writing(directory):
        paths = save_report(outcome.report, outcome.records, outcome.blocks, directory)
    rows = [*summarise(outcome.report), ("report", str(paths["report.html"]))]
    document = outcome.report.to_dict() | {"files": {n: str(p) for n, p in paths.items()}}
    return Answer(
        document=document,
        text=align(rows),
        exit_code=outcome.report.judgement.verdict.exit_code,
    )


@make_command("compare", examples=COMPARE_EXAMPLES)
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="RUN...")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where the page and the picture go (the folder around the first run).",
)
def compare(runs: tuple[Path, ...], out: Path | None) -> Answer:
    """Put runs of one campaign beside each other.

    RUN is a folder that `ctc stress run` wrote. All figures are computed again from the raw data in
    it; a report that does not follow from its data is refused, and so are runs of different loads.
    """
    from contractchain.stress.comparison import (
        check_comparable,
        save_comparison,
        tabulate,
        to_document,
    )
    from contractchain.stress.saved import load_run

    loaded = [load_run(path) for path in runs]
    check_comparable(loaded)
    directory = out or runs[0].resolve().parent
    with _writing(directory):
        paths = save_comparison(loaded, directory)
    rows = tabulate(loaded)
    text = table(rows, right=frozenset(range(1, len(rows[0]))))
    return Answer(
        document=to_document(loaded) | {"files": {n: str(p) for n, p in paths.items()}},
        text=f"{text}\n\nreport  {paths['comparison.html']}",
        warnings=tuple(
            f"{run.directory}: {run.verdict}: {'; '.join(run.reasons)}"
            for run in loaded
            if run.reasons
        ),
    )


command.add_command(run)
command.add_command(compare)


@contextmanager
def _writing(directory: Path) -> Iterator[None]:
    """Report files that cannot be written as errors of the folder."""
    try:
        yield
    except OSError as error:
        raise ConfigError(f"cannot be written: {error.strerror}", path=str(directory)) from error


def _build_campaign(path: Path | None, flags: dict[str, Any]) -> "Campaign":
    """Return the campaign of a file or of the flags; flags come before the file.

    Raises:
        UsageError: neither a file nor a contract, or both.
        ConfigError: a value is out of range.
    """
    import msgspec

    from contractchain.codec.units import parse_duration
    from contractchain.stress.campaign import Arrival, Campaign, Mode, Step, load_campaign
    from contractchain.stress.ladder import find_oracles, get_rung

    chosen = [path is not None, flags["contract"] is not None, flags["complexity"] is not None]
    if sum(chosen) != 1:
        raise UsageError(
            "name a campaign file, a `--contract` or a `--complexity`, and only one of them"
        )
    values = {
        key: flags[key]
        for key in ("rate", "users", "connections", "senders", "gas_limit", "seed", "mnemonic")
        if flags[key] is not None
    }
    for key in ("duration", "warm_up", "timeout"):
        if flags[key] is not None:
            values[key] = parse_duration(flags[key])
    if flags["mode"] is not None:
        values["mode"] = Mode(flags["mode"])
    if flags["arrival"] is not None:
        values["arrival"] = Arrival(flags["arrival"])
    price = parse_amount("--gas-price", flags["gas_price"], 2**64 - 1)
    if price is not None:
        values["max_fee_per_gas"] = price
    if path is not None:
        base = load_campaign(path)
    else:
        if flags["complexity"] is not None:
            step = get_rung(flags["complexity"]).step
        else:
            step = Step(contract=flags["contract"], function=flags["function"] or "increment")
        base = Campaign(name=step.contract.lower(), steps=[step], oracles=find_oracles(step))
    node = {k: flags[k] for k in ("block_time", "engine") if flags[k] is not None}
    if node:
        if flags["rpc"] is not None:
            raise UsageError("`--block-time` and `--engine` are for the own node, not with `--rpc`")
        values["node"] = msgspec.structs.replace(base.node, **node)
    return msgspec.structs.replace(base, **values)


def _artifact_finder() -> "Callable[[str], Artifact]":
    from contractchain.client.compilation import load_contract
    from contractchain.client.project import Project

    project = Project.find(Path.cwd())

    def find(name: str) -> "Artifact":
        return load_contract(project, name, cache=project.data_directory / "cache").artifact

    return find


def _silent(_what: str, _done: int, _total: int) -> None:
    """Show nothing."""


class _Progress:
    """A line on stderr that says what is going on."""

    def __enter__(self) -> Callable[[str, int, int], None]:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            TextColumn("{task.completed}/{task.total}"),
            console=Console(stderr=True),
            transient=True,
            refresh_per_second=2,
        )
        self._bar.start()
        self._task = self._bar.add_task("starting", total=1)
        return self._update

    def _update(self, what: str, done: int, total: int) -> None:
        self._bar.update(self._task, description=what, completed=done, total=max(total, 1))

    def __exit__(self, *_: object) -> None:
        self._bar.stop()
