"""Source files and places in them.

Offsets are counted in bytes of the UTF-8 text, as in solc's ``src`` triples and source maps; lines
and columns, which only people read, are counted in characters from one.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple


class Span(NamedTuple):
    """A stretch of one source file."""

    start: int
    """First byte, counted from the beginning of the file."""
    length: int
    """Number of bytes."""
    file: int
    """Index of the file in its `SourceSet`; -1 for something that no source contains."""

    @property
    def end(self) -> int:
        """First byte after the stretch."""
        return self.start + self.length

    @property
    def src(self) -> str:
        """The stretch in solc's ``start:length:file`` form."""
        return f"{self.start}:{self.length}:{self.file}"

    def to(self, other: "Span") -> "Span":
        """Return the stretch from the start of this one to the end of `other`."""
        return Span(self.start, other.start + other.length - self.start, self.file)


NOWHERE = Span(-1, 0, -1)
"""The place of something that is in no source."""


class Location(NamedTuple):
    """A place as people name it."""

    line: int
    """Line, counted from 1."""
    column: int
    """Character in the line, counted from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """The text of one source unit."""

    name: str
    """Source unit name: what imports resolve to."""
    text: str
    """The whole text."""
    index: int
    """Position in the `SourceSet`."""
    data: bytes = field(init=False, repr=False)
    """The text in UTF-8."""
    _line_starts: list[int] = field(init=False, repr=False, default_factory=list)

    def __post_init__(self) -> None:
        object.__setattr__(self, "data", self.text.encode("utf-8", "replace"))

    @property
    def line_starts(self) -> list[int]:
        """Byte offset of the first character of each line."""
        if not self._line_starts:
            self._line_starts.append(0)
            position = self.data.find(b"\n")
            while position >= 0:
                self._line_starts.append(position + 1)
                position = self.data.find(b"\n", position + 1)
        return self._line_starts

    def location(self, offset: int) -> Location:
        """Return line and column of the byte at `offset`."""
        offset = max(0, min(offset, len(self.data)))
        line = bisect_right(self.line_starts, offset)
        start = self.line_starts[line - 1]
        return Location(line, len(self.data[start:offset].decode("utf-8", "replace")) + 1)

    def line(self, number: int) -> str:
        """Return the text of line `number`, counted from 1, without its end."""
        if not 1 <= number <= len(self.line_starts):
            return ""
        start = self.line_starts[number - 1]
        end = self.data.find(b"\n", start)
        return self.data[start : end if end >= 0 else None].decode("utf-8", "replace").rstrip("\r")

    def slice(self, span: Span) -> str:
        """Return the text of `span`."""
        return self.data[span.start : span.end].decode("utf-8", "replace")


class SourceSet:
    """The files of one compilation, by index and by name."""

    def __init__(self, sources: Iterable[tuple[str, str]] = ()) -> None:
        self._files: list[SourceFile] = []
        self._by_name: dict[str, SourceFile] = {}
        for name, text in sources:
            self.add(name, text)

    def add(self, name: str, text: str) -> SourceFile:
        """Append a file and return it; a name that is there already keeps its file."""
        found = self._by_name.get(name)
        if found is not None:
            return found
        file = SourceFile(name=name, text=text, index=len(self._files))
        self._files.append(file)
        self._by_name[name] = file
        return file

    def find(self, name: str) -> SourceFile | None:
        """Return the file called `name`."""
        return self._by_name.get(name)

    def get_index(self, name: str) -> int:
        """Return the index of the file called `name`, which there is."""
        return self._by_name[name].index

    def file_of(self, span: Span) -> SourceFile | None:
        """Return the file that `span` lies in."""
        return self._files[span.file] if 0 <= span.file < len(self._files) else None

    def __getitem__(self, index: int) -> SourceFile:
        return self._files[index]

    def __iter__(self) -> Iterator[SourceFile]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)
