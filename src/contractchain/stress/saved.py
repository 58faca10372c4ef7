"""The raw data of a run on disk, and back: what every figure of a report can be recomputed from.

`records.csv.gz` has a row per transaction, `blocks.csv` one per block that the harness saw. Times
are nanoseconds from the start of the run, -1 for never.
"""

import csv
import gzip
import io
import zlib
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from contractchain.codec.config_file import decode_config
from contractchain.errors import ConfigError
from contractchain.stress.analysis import (
    Figures,
    Second,
    calculate_figures,
    calculate_series,
    to_plain,
)
from contractchain.stress.campaign import Campaign
from contractchain.stress.collector import SeenBlock
from contractchain.stress.node_api import BlockSummary
from contractchain.stress.records import Fate, Records

REPORT, RECORDS, BLOCKS = "report.json", "records.csv.gz", "blocks.csv"
SCHEMA = 2
"""Of the files of a run; raised when one of them changes its meaning."""

_STAMPS = ("due", "noticed", "sent", "answered", "included", "block", "gas_used")
_RECORD_FIELDS = ("index", "step", *_STAMPS, "fate", "reason")
_BLOCK_FIELDS = ("number", "timestamp", "seen", "ours", "gas_used", "gas_limit")


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedRun:
    """A run as read from its directory."""

    directory: Path
    campaign: Campaign
    verdict: str
    reasons: tuple[str, ...]
    """Why it is not `PASSED`."""
    manifest: dict[str, Any]
    figures: Figures
    """Recomputed from the raw data."""
    series: tuple[Second, ...]


def encode_records(records: Records) -> bytes:
    """Return the transactions as gzipped CSV."""
    columns = [getattr(records, name) for name in _STAMPS]
    rows = (
        (i, records.step[i], *(column[i] for column in columns), Fate(fate).name.lower(), reason)
        for i, (fate, reason) in enumerate(zip(records.fate, records.reason, strict=True))
    )
    return gzip.compress(_write(_RECORD_FIELDS, rows), mtime=0)


def encode_blocks(blocks: Sequence[SeenBlock]) -> bytes:
    """Return the blocks as CSV."""
    rows = (
        (b.block.number, b.block.timestamp, b.seen, b.ours, b.block.gas_used, b.block.gas_limit)
        for b in blocks
    )
    return _write(_BLOCK_FIELDS, rows)


def load_run(directory: Path) -> SavedRun:
    """Read a run and compute its figures again from the raw data.

    Raises:
        ConfigError: a file is missing or malformed, or the report does not follow from the data.
    """
    path = directory / REPORT
    document = _decode_report(path)
    campaign = decode_config(
        orjson.dumps(document["campaign"]).decode(), Campaign, source=f"{path}: campaign"
    )
    records = _decode_records(directory / RECORDS)
    blocks = _decode_blocks(directory / BLOCKS)
    figures = calculate_figures(campaign, records, blocks)
    if orjson.loads(orjson.dumps(to_plain(figures))) != document["figures"]:
        raise ConfigError(
            "the figures do not follow from the raw data",
            path=str(path),
            hint=f"`{RECORDS}` or `{BLOCKS}` is of another run, or one of the files was changed",
        )
    return SavedRun(
        directory=directory,
        campaign=campaign,
        verdict=str(document["verdict"]),
        reasons=tuple(str(reason) for reason in document["reasons"]),
        manifest=document["manifest"],
        figures=figures,
        series=calculate_series(records, blocks),
    )


def _write(fields: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(fields)
    writer.writerows(rows)
    return text.getvalue().encode()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"cannot be read: {error.strerror}",
            path=str(path),
            hint="name a folder that `ctc stress run` wrote",
        ) from error


def _decode_report(path: Path) -> dict[str, Any]:
    try:
        document = orjson.loads(_read(path))
    except orjson.JSONDecodeError as error:
        raise ConfigError(f"is not JSON: {error}", path=str(path)) from error
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        found = document.get("schema") if isinstance(document, dict) else None
        raise ConfigError(
            f"this version reads schema {SCHEMA}, the file has {found}",
            path=str(path),
            key="schema",
            hint="run the campaign again",
        )
    kinds = {"campaign": dict, "figures": dict, "manifest": dict, "verdict": str, "reasons": list}
    for key, kind in kinds.items():
        if not isinstance(document.get(key), kind):
            raise ConfigError("is missing or malformed", path=str(path), key=key)
    return document


def _rows(path: Path, text: bytes, fields: Sequence[str]) -> list[list[str]]:
    try:
        rows = list(csv.reader(io.StringIO(text.decode())))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(f"is not CSV: {error}", path=str(path)) from error
    if not rows or tuple(rows[0]) != tuple(fields):
        raise ConfigError(f"the columns must be {', '.join(fields)}", path=str(path), line=1)
    for line, row in enumerate(rows[1:], start=2):
        if len(row) != len(fields):
            raise ConfigError(f"expected {len(fields)} values", path=str(path), line=line)
    return rows[1:]


def _decode_records(path: Path) -> Records:
    try:
        text = gzip.decompress(_read(path))
    except (OSError, EOFError, zlib.error) as error:
        raise ConfigError(f"is not gzip: {error}", path=str(path)) from error
    rows = _rows(path, text, _RECORD_FIELDS)
    records = Records.planned([0] * len(rows), [0] * len(rows))
    for index, row in enumerate(rows):
        try:
            records.step[index] = int(row[1])
            for name, value in zip(_STAMPS, row[2:], strict=False):
                column: array[int] = getattr(records, name)
                column[index] = int(value)
            records.settle(index, Fate[row[-2].upper()], row[-1])
        except (ValueError, OverflowError, KeyError) as error:
            raise ConfigError(f"malformed: {error}", path=str(path), line=index + 2) from error
    return records


def _decode_blocks(path: Path) -> list[SeenBlock]:
    blocks = []
    for line, row in enumerate(_rows(path, _read(path), _BLOCK_FIELDS), start=2):
        try:
            number, timestamp, seen, ours, gas_used, gas_limit = map(int, row)
        except ValueError as error:
            raise ConfigError(f"malformed: {error}", path=str(path), line=line) from error
        summary = BlockSummary(
            number=number, timestamp=timestamp, gas_used=gas_used, gas_limit=gas_limit, hashes=()
        )
        blocks.append(SeenBlock(block=summary, seen=seen, ours=ours))
    return blocks
