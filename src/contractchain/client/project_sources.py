"""The source files of a project as the compiler sees them: texts by source unit name.

Each file is read once in a run, so that what is compiled is what the digest says. Decides where
imports are looked for; compiles nothing.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from contractchain.client.project import Project
from contractchain.errors import UsageError

IMPORT_DIRECTORIES = ("node_modules", "lib")
"""Where imports that are no paths of the project are looked for, below its root."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRecord:
    """One file that took part in a compilation."""

    name: str
    """Source unit name."""
    path: str
    """Path from the project's root, or the whole path of a file outside."""
    digest: str
    """sha256 of its bytes in hex."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    path: Path
    data: bytes
    text: str | None
    """`None` if it is not UTF-8."""


class ProjectSources:
    """Files of one project, read when they are first asked for."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._roots: dict[str, Path] = {}
        self._files: dict[str, _File | None] = {}

    def add(self, path: Path) -> str:
        """Make a file known that is to be compiled, and return its source unit name."""
        project = self.project
        name = project.describe(path) if project.contains(path) else path.name
        self._roots[name] = path
        return name

    def get_text(self, name: str) -> str:
        """Return the text of a source unit.

        Raises:
            UsageError: there is none that can be read.
        """
        text = self.find_text(name)
        if text is None:
            shown = self.project.describe(self._roots.get(name, Path(name)))
            raise UsageError(f"`{shown}` cannot be read as UTF-8 text")
        return text

    def find_text(self, name: str) -> str | None:
        """Return the text of a source unit, None if there is none that can be read."""
        file = self._find(name)
        return None if file is None else file.text

    def describe(self, name: str) -> SourceRecord:
        """Return what identifies a source unit that was found."""
        file = self._find(name)
        assert file is not None
        project = self.project
        inside = project.contains(file.path)
        return SourceRecord(
            name=name,
            path=project.describe(file.path) if inside else str(file.path.resolve()),
            digest=hashlib.sha256(file.data).hexdigest(),
        )

    def has(self, record: SourceRecord) -> bool:
        """Whether the source unit of `record` is still the same file with the same content."""
        file = self._find(record.name)
        return file is not None and self.describe(record.name) == record

    def _find(self, name: str) -> _File | None:
        if name not in self._files:
            self._files[name] = next(self._read(name), None)
        return self._files[name]

    def _read(self, name: str) -> Iterator[_File]:
        """Yield the files that `name` may mean, the one that counts first."""
        root = self.project.root
        places = (root, *(root / folder for folder in IMPORT_DIRECTORIES))
        known = self._roots.get(name)
        for path in (known,) if known is not None else (place / name for place in places):
            try:
                data = path.read_bytes()
            except (OSError, ValueError):
                continue
            try:
                text: str | None = data.decode("utf-8")
            except UnicodeDecodeError:
                text = None
            yield _File(path=path, data=data, text=text)
