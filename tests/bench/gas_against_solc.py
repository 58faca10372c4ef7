"""Gas and size against solc, as tables: one command, exact and the same everywhere.

    python tests/bench/gas_against_solc.py [--openzeppelin NODE_MODULES] [--write] [--json FILE]

Three compilers (ours, `solc --optimize`, `solc --optimize --via-ir`), three tables: the contracts
in `contracts/`, the constructs of `constructs.sol`, and contracts built on OpenZeppelin's. Sources
of the last are looked for below `--openzeppelin` (`npm install @openzeppelin/contracts` anywhere);
without it that table says that it was left out. Needs solc (`npm install` in tests/node).

Exits with 1 if what we promise does not hold: in each table no more gas in total than
`solc --optimize`, no single row above 1.15 times it, code within 1.2 times its size.
"""

import argparse
import dataclasses
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "lang"))

from gas_rows import COMPILERS, Row  # noqa: E402
from gas_tables import measure_constructs, measure_contracts, measure_library  # noqa: E402
from solc_oracle import SolcOracle, find_reason_without_solc  # noqa: E402

PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- gas: begin -->\n", "<!-- gas: end -->\n"
MOST_GAS, MOST_SIZE = 1.15, 1.2


def render_table(title: str, rows: list[Row]) -> str:
    """Return a table in Markdown, its totals last."""
    heads = ["", *COMPILERS, "ratio", *COMPILERS, "ratio"]
    lines = [f"### {title}", "", "Gas in the first columns, bytes of runtime code in the last.", ""]
    lines += ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    name = ""
    for row in rows:
        label = row.what
        if len({r.contract for r in rows}) < len(rows):
            label = f"{row.contract}: {row.what}" if row.contract != name else row.what
            name = row.contract
        lines.append(_line(label, row.gas, row.size))
    gas = tuple(sum(column) for column in zip(*(r.gas for r in rows), strict=True))
    size = tuple(sum(c) for c in zip(*(r.size for r in rows if r.size), strict=True))
    lines.append(_line("**all**", gas, size))
    return "\n".join(lines) + "\n"


def _line(label: str, gas: tuple[int, ...], size: tuple[int, ...] | None) -> str:
    cells = [
        label.replace("|", "\\|"),
        *_cells(gas),
        *(_cells(size) if size is not None else [""] * 4),
    ]
    return "| " + " | ".join(cells) + " |"


def _cells(values: tuple[int, ...]) -> list[str]:
    return [*(f"{value:,}" for value in values), f"{values[0] / values[1]:.2f}"]


def find_broken_promises(title: str, rows: list[Row]) -> list[str]:
    """Return what exceeds the limits, a sentence each."""
    broken = []
    ours, theirs = (sum(row.gas[i] for row in rows) for i in (0, 1))
    if ours > theirs:
        broken.append(f"{title}: {ours} gas in total, {theirs} by solc")
    for row in rows:
        if row.gas[0] > MOST_GAS * row.gas[1]:
            broken.append(f"{title}: {row.contract}, {row.what}: {row.gas[0]} gas, {row.gas[1]}")
        if row.size is not None and row.size[0] > MOST_SIZE * row.size[1]:
            broken.append(f"{title}: {row.contract}: {row.size[0]} bytes, {row.size[1]} by solc")
    return broken


def write_page(text: str) -> None:
    """Put the tables between their marks in the page."""
    page = PAGE.read_text()
    pattern = re.compile(re.escape(BEGIN) + ".*" + re.escape(END), re.S)
    if not pattern.search(page):
        raise SystemExit(f"{PAGE} has no marks for the tables")
    PAGE.write_text(pattern.sub(lambda _: BEGIN + "\n" + text + "\n" + END, page))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--openzeppelin", type=Path, help="directory that holds `@openzeppelin`")
    parser.add_argument("--write", action="store_true", help="rewrite docs/performance.md")
    parser.add_argument("--json", type=Path, help="write the numbers here, too")
    options = parser.parse_args()
    reason = find_reason_without_solc()
    if reason is not None:
        raise SystemExit(reason)
    solc = SolcOracle()
    tables = {
        "The contracts in `contracts/`": measure_contracts(solc),
        "Single constructs": measure_constructs(solc),
    }
    if options.openzeppelin is not None:
        title = "Contracts on OpenZeppelin's"
        tables[title] = measure_library(solc, options.openzeppelin)
    solc.close()
    text = "\n".join(render_table(title, rows) for title, rows in tables.items())
    if options.openzeppelin is None:
        text += "\nContracts on OpenZeppelin's were left out: no `--openzeppelin` was given.\n"
    print(text)
    if options.write:
        write_page(text)
    if options.json is not None:
        rows = {title: [dataclasses.asdict(r) for r in found] for title, found in tables.items()}
        options.json.write_text(json.dumps(rows, indent=1))
    broken = [line for title, rows in tables.items() for line in find_broken_promises(title, rows)]
    for line in broken:
        print(line, file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
