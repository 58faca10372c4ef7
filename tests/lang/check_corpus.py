"""Which files of real source trees solc and we accept, and whether the documentation agrees.

    python tests/lang/check_corpus.py DIRECTORY... [--compile] [--docs] [--remap PREFIX=TARGET]
                                      [--skip PART]

Names of sources are relative to the directory; `remappings.txt` in it is read, and what begins
with `@` or a name is also looked up in its `node_modules` and `lib`. Version pragmas that leave
room for some 0.8 are relaxed, so that files which pin an older 0.8 are judged by both compilers.
A file is accepted when nothing in it and in what it imports is an error.

With `--compile`, code is made for every contract of the accepted files, and what is refused is
listed by reason. With `--docs`, `userdoc`, `devdoc` and `abi` are compared with solc's. Needs solc
(`npm install` in tests/node).
"""

import argparse
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from solc_oracle import SolcOracle, find_reason_without_solc

from contractchain.lang import compile_sources
from contractchain.lang.driver.settings import Settings
from contractchain.lang.semantics import analyse
from contractchain.lang.semantics.pragmas import accepts_language
from contractchain.lang.semantics.units import resolve_import_path

Judge = Callable[[dict[str, str]], dict[str, str]]
"""Returns the first error of each file that has one."""
_PRAGMA = re.compile(r"pragma\s+solidity\s+([^;]*);")
_IMPORT = re.compile(r"""^[ \t]*import\s+(?:[^"';]*?from\s*)?["']([^"']+)["']""", re.M)
_BATCH = 150
"""Files that are given to a compiler at once."""


@dataclass(slots=True, kw_only=True)
class Tree:
    """A directory of sources."""

    root: Path
    remappings: list[tuple[str, str]]
    texts: dict[str, str | None] = field(default_factory=dict)
    imports: dict[str, list[str]] = field(default_factory=dict)

    def read(self, name: str) -> str | None:
        """Return the text of a source with its version pragma relaxed."""
        if name not in self.texts:
            self.texts[name] = self._load(name)
        return self.texts[name]

    def _load(self, name: str) -> str | None:
        for folder in ("", "node_modules/", "lib/"):
            path = self.root / (folder + name)
            if path.is_file():
                return _PRAGMA.sub(_relax, path.read_text("utf-8", "surrogateescape"))
        return None

    def closure(self, name: str) -> set[str]:
        """Return `name` and everything that it imports, so far as it exists."""
        found, pending = {name}, [name]
        while pending:
            for target in self._imports_of(pending.pop()):
                if target not in found:
                    found.add(target)
                    pending.append(target)
        return found

    def _imports_of(self, name: str) -> list[str]:
        if name not in self.imports:
            paths = _IMPORT.findall(self.read(name) or "")
            names = [resolve_import_path(name, path, self.remappings) for path in paths]
            self.imports[name] = [item for item in names if self.read(item) is not None]
        return self.imports[name]


def _relax(match: re.Match[str]) -> str:
    return "pragma solidity >=0.8.0;" if accepts_language(match[1]) else match[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What both compilers say about the files of a tree."""

    ours: dict[str, str]
    """First error of each file that we refuse."""
    theirs: dict[str, str]
    """First error of each file that solc refuses."""


def judge_all(tree: Tree, names: list[str], judge: Judge) -> dict[str, str]:
    """Return why files are refused: for errors of their own, or of what they import."""
    refused: dict[str, str] = {}
    for start in range(0, len(names), _BATCH):
        left = names[start : start + _BATCH]
        while left:
            closures = {name: tree.closure(name) for name in left}
            everything = set[str]().union(*closures.values())
            errors = judge({name: tree.read(name) or "" for name in sorted(everything)})
            bad = {name for name in left if closures[name] & errors.keys()}
            for name in bad:
                at = name if name in errors else min(closures[name] & errors.keys())
                refused[name] = f"{at}: {errors[at]}"
            if not errors:
                break
            if not bad:
                raise SystemExit(f"errors in no file of the batch: {errors}")
            left = [name for name in left if name not in bad]
    return refused


def judge_by_us(tree: Tree, sources: dict[str, str]) -> dict[str, str]:
    """Return the first error of each file by our front end."""
    analysis = analyse(sources, reader=tree.read, remappings=tree.remappings)
    errors: dict[str, str] = {}
    for item in analysis.diagnostics:
        if item.is_error:
            file = analysis.sources.file_of(item.span)
            name = next(iter(sources)) if file is None else file.name
            errors.setdefault(name, f"{item.code} {item.message}")
    return errors


def ask_solc(
    tree: Tree, solc: SolcOracle, sources: dict[str, str], outputs: list[str]
) -> dict[str, Any]:
    """Return the output of solc without code."""
    return solc.compile(
        {
            "language": "Solidity",
            "sources": {name: {"content": text} for name, text in sources.items()},
            "settings": {
                "evmVersion": "prague",
                "remappings": [f"{prefix}={target}" for prefix, target in tree.remappings],
                "outputSelection": {"*": {"*": outputs}},
            },
        }
    )


def judge_by_solc(tree: Tree, solc: SolcOracle, sources: dict[str, str]) -> dict[str, str]:
    """Return the first error of each file by solc."""
    errors: dict[str, str] = {}
    for item in ask_solc(tree, solc, sources, ["abi"]).get("errors", []):
        if item["severity"] == "error":
            place = item.get("sourceLocation") or {"file": next(iter(sources))}
            errors.setdefault(place["file"], f"{item.get('errorCode')} {item['message']}")
    return errors


def compile_all(tree: Tree, names: Iterable[str]) -> tuple[int, list[str]]:
    """Make code for every contract of `names`; return how many there are, and the refusals."""
    count, refusals = 0, []
    settings = Settings(remappings=tuple(f"{a}={b}" for a, b in tree.remappings))
    for name in names:
        compilation = compile_sources(
            {name: tree.read(name) or ""},
            settings=settings,
            reader=tree.read,
            wanted=lambda contract, name=name: contract.unit.name == name,  # type: ignore[misc]
        )
        count += sum(item.symbol.is_deployable for item in compilation.contracts.values())
        refusals += [
            f"{name}: {item.code} {item.message}"
            for item in compilation.diagnostics
            if item.is_error
        ]
    return count, refusals


def compare_docs(tree: Tree, solc: SolcOracle, names: list[str]) -> tuple[int, list[str]]:
    """Compare ABI and documentation; return the number of contracts, and the differences."""
    count, differences = 0, []
    settings = Settings(remappings=tuple(f"{a}={b}" for a, b in tree.remappings))
    for start in range(0, len(names), _BATCH):
        part = names[start : start + _BATCH]
        sources = {name: tree.read(name) or "" for name in part}
        for name in part:
            sources |= {item: tree.read(item) or "" for item in tree.closure(name)}
        theirs = ask_solc(tree, solc, sources, ["abi", "userdoc", "devdoc"])["contracts"]
        ours = compile_sources(sources, settings=settings, wanted=lambda contract: False)
        assert ours.analysis is not None
        for contract in ours.analysis.contracts:
            unit = contract.unit.name
            if unit not in part:
                continue
            count += 1
            mine, other = ours.describe(contract).artifact, theirs[unit][contract.name]
            for what, value in (
                ("abi", list(mine.abi)),
                ("userdoc", mine.userdoc),
                ("devdoc", mine.devdoc),
            ):
                if value != other[what]:
                    differences.append(f"{unit}:{contract.name} {what}")
    return count, differences


def read_remappings(root: Path, more: list[str]) -> list[tuple[str, str]]:
    """Return the remappings of a tree."""
    file = root / "remappings.txt"
    lines = [*(file.read_text().split() if file.is_file() else ()), *more]
    return [(line.partition("=")[0], line.partition("=")[2]) for line in lines if "=" in line]


def check_tree(tree: Tree, solc: SolcOracle, skip: list[str], options: argparse.Namespace) -> int:
    """Check one tree, print what was found, and return the number of our faults."""
    began = time.process_time()
    names = sorted(
        str(path.relative_to(tree.root))
        for path in tree.root.rglob("*.sol")
        if path.is_file() and not any(part in str(path.relative_to(tree.root)) for part in skip)
    )
    inside = [
        n for n in names if any(accepts_language(p) for p in _PRAGMA.findall(tree.read(n) or ""))
    ]
    theirs = judge_all(tree, inside, lambda sources: judge_by_solc(tree, solc, sources))
    ours = judge_all(tree, inside, lambda sources: judge_by_us(tree, sources))
    both = [name for name in inside if name not in ours and name not in theirs]
    refused = [name for name in ours if name not in theirs]
    taken = [name for name in theirs if name not in ours]
    print(
        f"{tree.root.name}: {len(names)} files, {len(inside)} for 0.8,"
        f" {len(both)} accepted by both,"
        f" {len(refused)} only by solc, {len(taken)} only by us,"
        f" {len(inside) - len(both) - len(refused) - len(taken)} by none"
        f" ({time.process_time() - began:.0f} s CPU)"
    )
    for name in refused:
        print(f"  WE REFUSE {name}\n    {ours[name]}")
    for name in taken:
        print(f"  SOLC REFUSES {name}\n    {theirs[name]}")
    faults = len(refused)
    if options.reasons:
        reasons = Counter(theirs[name].partition(": ")[2][:100] for name in theirs)
        for reason, count in reasons.most_common():
            print(f"  {count} x {reason}")
    if options.docs:
        count, differences = compare_docs(tree, solc, both)
        print(f"  documentation of {count} contracts: {len(differences)} differences")
        for item in differences:
            print(f"    {item}")
        faults += len(differences)
    if options.compile:
        count, refusals = compile_all(tree, both)
        print(f"  {count} contracts with code, {len(refusals)} refused")
        for item in refusals:
            print(f"    {item}")
        faults += len(refusals)
    return faults


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directories", type=Path, nargs="+")
    parser.add_argument("--compile", action="store_true", help="make code as well")
    parser.add_argument("--docs", action="store_true", help="compare ABI and documentation")
    parser.add_argument("--remap", action="append", default=[], help="prefix=target")
    parser.add_argument("--skip", action="append", default=[], help="part of paths to leave out")
    parser.add_argument("--reasons", action="store_true", help="why solc refuses what it refuses")
    options = parser.parse_args()
    reason = find_reason_without_solc()
    if reason is not None:
        raise SystemExit(reason)
    solc = SolcOracle()
    faults = 0
    for root in options.directories:
        tree = Tree(root=root, remappings=read_remappings(root, options.remap))
        faults += check_tree(tree, solc, options.skip, options)
    solc.close()
    sys.exit(faults > 0)


if __name__ == "__main__":
    main()
