"""Cases that fail for a reason that is not ours, and are to fail.

A file of entries, each with the suite, the engines and patterns of test files, the reason and the
evidence. Every case of a file that an entry names must fail: one that passes is a failure, so that
no entry outlives its reason.
"""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from contractchain.conformance.results import CaseResult, Verdict
from contractchain.errors import ConfigError

KEYS = {"suite": str, "engines": list, "files": list, "reason": str, "evidence": str}
"""Keys of an entry, all of them needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFailure:
    """Cases that fail, and why they must."""

    suite: str
    engines: tuple[str, ...]
    files: tuple[str, ...]
    """Patterns of the ends of paths, with whole names of folders."""
    reason: str
    evidence: str

    def covers(self, suite: str, engine: str, path: Path) -> bool:
        """Tell whether every case of a file is to fail."""
        place = path.absolute().as_posix()
        return (
            self.suite == suite
            and engine in self.engines
            and any(fnmatchcase(place, f"*/{pattern}") for pattern in self.files)
        )


def load_known_failures(path: Path) -> tuple[KnownFailure, ...]:
    """Read the entries of a TOML file: the tables `[[failure]]`.

    Raises:
        ConfigError: not readable, not TOML, or an entry without one of its keys.
    """
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(error.strerror or "not readable", path=str(path)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"not TOML: {error}", path=str(path)) from error
    entries = document.get("failure", [])
    if set(document) - {"failure"} or not isinstance(entries, list):
        raise ConfigError("expected tables `[[failure]]` and nothing else", path=str(path))
    return tuple(_parse_entry(entry, path) for entry in entries)


def apply_known_failures(
    results: Iterable[CaseResult], known: Sequence[KnownFailure], suite: str, engine: str
) -> Iterable[CaseResult]:
    """Yield results in the light of what is known: failures that must be, and passes that must not.

    Args:
        results: Of one or several files.
        known: Entries.
        suite: What kind of files they are of.
        engine: Which ran them.
    """
    for result in results:
        entry = next((k for k in known if k.covers(suite, engine, Path(result.path))), None)
        if entry is None or result.verdict is Verdict.SKIPPED:
            yield result
        elif result.verdict is Verdict.FAILED:
            yield replace(result, verdict=Verdict.KNOWN, reason=entry.reason)
        else:
            yield replace(
                result,
                verdict=Verdict.FAILED,
                reason=f"passes, but is known to fail: {entry.reason}",
                expected="a failure",
                actual="none",
            )


def _parse_entry(entry: Any, path: Path) -> KnownFailure:
    for key, kind in KEYS.items():
        value = entry.get(key) if isinstance(entry, dict) else None
        is_list = kind is list and isinstance(value, list) and all(map(_is_text, value))
        if not value or not (is_list or (kind is str and _is_text(value))):
            expected = "a list of texts" if kind is list else "a text"
            raise ConfigError(f"expected {expected}", path=str(path), key=f"failure.{key}")
    return KnownFailure(
        suite=entry["suite"],
        engines=tuple(entry["engines"]),
        files=tuple(entry["files"]),
        reason=entry["reason"],
        evidence=entry["evidence"],
    )


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
