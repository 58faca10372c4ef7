"""Gas and size of contracts as three compilers make them: ours, solc, and solc through its IR."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evm_host import EvmHost
from run_files import encode_values, selector
from solc_oracle import SolcOracle

from contractchain.lang import compile_sources

COMPILERS = ("ctc", "solc --optimize", "solc --optimize --via-ir")
_IMPORT = re.compile(r'^\s*import\s[^;]*?"([^"]+)"\s*;', re.M | re.S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A contract as one compiler made it."""

    abi: list[dict[str, Any]]
    init_code: bytes
    runtime: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a table: the same thing done by the code of each of `COMPILERS`."""

    contract: str
    what: str
    gas: tuple[int, int, int]
    """Execution gas, without intrinsic gas and refunds; the deposit of code counts."""
    size: tuple[int, int, int] | None = None
    """Bytes of runtime code."""


def compile_everywhere(
    sources: dict[str, str], file: str, solc: SolcOracle
) -> dict[str, tuple[Code, Code, Code]]:
    """Compile by all three; return what can be deployed in `file`, by name."""
    compilation = compile_sources(sources).check()
    outputs = [solc.compile_sources(sources, via_ir=via_ir) for via_ir in (False, True)]
    found = {}
    for artifact in compilation.artifacts.values():
        if artifact.source_name != file or not artifact.init_code:
            continue
        abi = list(artifact.abi)
        codes = [Code(abi=abi, init_code=artifact.init_code, runtime=artifact.runtime_code)]
        for output in outputs:
            evm = output["contracts"][file][artifact.name]["evm"]
            init, runtime = (
                bytes.fromhex(evm[k]["object"]) for k in ("bytecode", "deployedBytecode")
            )
            codes.append(Code(abi=abi, init_code=init, runtime=runtime))
        found[artifact.name] = (codes[0], codes[1], codes[2])
    return found


def read_closure(name: str, text: str, packages: Path) -> dict[str, str]:
    """Return a source with everything it imports from `packages`, by source name."""
    sources = {name: text}
    work = [name]
    while work:
        current = work.pop()
        for path in _IMPORT.findall(sources[current]):
            target = _join(current, path) if path.startswith(".") else path
            if target not in sources:
                sources[target] = (packages / target).read_text()
                work.append(target)
    return sources


def _join(importer: str, path: str) -> str:
    parts = importer.split("/")[:-1]
    for part in path.split("/"):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


class Deployed:
    """A contract on a chain of its own."""

    def __init__(self, code: Code, arguments: tuple[Any, ...], host: EvmHost | None = None) -> None:
        self.code = code
        self.host = host if host is not None else EvmHost()
        inputs = next((e["inputs"] for e in code.abi if e["type"] == "constructor"), [])
        init_code = code.init_code + encode_values(inputs, arguments)
        self.address, outcome = self.host.deploy(init_code)
        if not outcome.success:
            raise SystemExit(f"a constructor failed: {outcome.data.hex()}")
        self.deploy_gas = outcome.gas_used

    def call(self, function: str, arguments: tuple[Any, ...]) -> tuple[int, bytes]:
        """Call a function; return gas and what it returned."""
        entry = next(
            e
            for e in self.code.abi
            if e["type"] == "function"
            and e["name"] == function
            and len(e["inputs"]) == len(arguments)
        )
        data = selector(entry) + encode_values(entry["inputs"], arguments)
        outcome = self.host.call(self.address, data)
        if not outcome.success:
            raise SystemExit(f"`{function}` failed: {outcome.data.hex()}")
        return outcome.gas_used, outcome.data


def measure_calls(
    name: str,
    deployed: tuple[Deployed, ...],
    calls: list[tuple[str, tuple[Any, ...]]],
) -> Iterator[Row]:
    """Yield what the deployment cost, then each call; all must return the same."""
    sizes = [len(each.code.runtime) for each in deployed]
    costs = [each.deploy_gas for each in deployed]
    yield Row(contract=name, what="deployment", gas=_three(costs), size=_three(sizes))
    for function, arguments in calls:
        results = [each.call(function, arguments) for each in deployed]
        if len({data for _, data in results}) != 1:
            raise SystemExit(f"{name}: `{function}` returned different things")
        yield Row(contract=name, what=f"`{function}`", gas=_three([gas for gas, _ in results]))


def _three(values: list[int]) -> tuple[int, int, int]:
    ours, legacy, via_ir = values
    return ours, legacy, via_ir
