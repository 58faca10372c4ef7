"""Artifacts as if the file of the contract had been compiled alone.

Numbers of files and of syntax nodes count through everything that is compiled together. An
artifact that is kept must not depend on that: it is a function of its file and of what that
imports, and of nothing else.
"""

import re
from dataclasses import replace
from typing import Any

from contractchain.lang.driver.listing import compress_source_map
from contractchain.lang.driver.pipeline import Compilation, CompiledContract
from contractchain.lang.semantics.annotations import Analysis
from contractchain.lang.semantics.symbols import UnitScope
from contractchain.types import Artifact, StorageLayout

_NUMBERED = re.compile(r"(t_(?:struct|enum|contract|super|userDefinedValueType)\([^()]*\))(\d+)")


def detach_artifact(compilation: Compilation, compiled: CompiledContract) -> Artifact:
    """Return the artifact of a contract with numbers that count through its own files only."""
    analysis = compilation.analysis
    assert analysis is not None
    numbers = _Numbers(analysis, compiled.symbol.unit)
    artifact = compiled.artifact
    if compiled.creation is not None and compiled.runtime is not None:
        artifact = replace(
            artifact,
            source_map=compress_source_map(compiled.creation.source_entries, numbers.files),
            runtime_source_map=compress_source_map(compiled.runtime.source_entries, numbers.files),
            immutable_references={
                str(numbers.node(int(name))) if name.isdigit() else name: places
                for name, places in artifact.immutable_references.items()
            },
        )
    layout = artifact.storage_layout
    return replace(
        artifact,
        source_files=tuple(unit.name for unit in numbers.units),
        storage_layout=None if layout is None else numbers.layout(layout),
    )


class _Numbers:
    """From the numbers of one compilation to those of a file that is compiled alone."""

    def __init__(self, analysis: Analysis, unit: UnitScope) -> None:
        self.units = unit.find_closure()
        self.files = {item.node.span.file: index for index, item in enumerate(self.units)}
        """From the index of a file in the compilation to the one among `units`."""
        self._shifts: list[tuple[range, int]] = []
        sizes = {}
        start = 1
        for item in analysis.units.values():  # parsed in this order, the unit is the last node
            sizes[item.name] = range(start, item.node.node_id + 1)
            start = item.node.node_id + 1
        start = 1
        for item in self.units:
            ids = sizes[item.name]
            self._shifts.append((ids, start - ids.start))
            start += len(ids)

    def node(self, number: int) -> int:
        """Return the number of a syntax node."""
        for ids, shift in self._shifts:
            if number in ids:
                return number + shift
        return number

    def layout(self, layout: StorageLayout) -> StorageLayout:
        """Return a storage layout."""
        return StorageLayout(
            storage=tuple(
                replace(item, ast_id=self.node(item.ast_id), type=self._text(item.type))
                for item in layout.storage
            ),
            types={self._text(key): self._json(value) for key, value in layout.types.items()},
        )

    def _json(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: self.node(item) if key == "astId" else self._json(item)
                for key, item in value.items()
            }
        if isinstance(value, list):
            return [self._json(item) for item in value]
        return self._text(value) if isinstance(value, str) else value

    def _text(self, text: str) -> str:
        return _NUMBERED.sub(lambda found: f"{found[1]}{self.node(int(found[2]))}", text)
