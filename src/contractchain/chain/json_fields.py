"""A JSON object read field by field, every fault a ConfigError that names file and key."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from contractchain.chain.bulk import without_cycle_collection
from contractchain.errors import ConfigError


class Fields:
    """One JSON object and where it is."""

    def __init__(self, values: dict[str, Any], *, path: str | None = None, key: str = "") -> None:
        self._values = values
        self._path = path
        self._key = key

    def fault(self, key: str, message: str, *, hint: str | None = None) -> ConfigError:
        """Return the error that says what is wrong with a key of this object."""
        dotted = f"{self._key}.{key}" if self._key and key else self._key or key
        return ConfigError(message, path=self._path, key=dotted, hint=hint)

    def __contains__(self, key: str) -> bool:
        return self._values.get(key) is not None

    def items(self) -> Iterator[tuple[str, Any]]:
        """Yield keys and values as they are."""
        yield from self._values.items()

    def names(self) -> tuple[str, ...]:
        """Return the keys."""
        return tuple(self._values)

    def objects(self) -> Iterator[tuple[str, "Fields"]]:
        """Yield keys and values, each of which must be an object."""
        for key in self._values:
            entry = self.find_object(key)
            if entry is None:
                raise self.fault(key, "expected an object, found null")
            yield key, entry

    def find_object(self, key: str) -> "Fields | None":
        """Return an object, None if there is none."""
        return self.to_object(key, self._values.get(key))

    def to_object(self, key: str, value: object) -> "Fields | None":
        """Return the object that belongs to `key`, None for null."""
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.fault(key, f"expected an object, found {_kind(value)}")
        return Fields(value, path=self._path, key=f"{self._key}.{key}" if self._key else key)

    def find_int(self, key: str, *, bits: int = 256) -> int | None:
        """Return a number, written as such or as decimal or 0x-prefixed text."""
        value = self._values.get(key)
        if value is None:
            return None
        if isinstance(value, str):
            number = _parse_int(value)
            if number is None:
                raise self.fault(
                    key, f'expected a decimal or 0x-prefixed number, found "{_cut(value)}"'
                )
        elif isinstance(value, int) and not isinstance(value, bool):
            number = value
        else:
            raise self.fault(key, f"expected a number, found {_kind(value)}")
        if not 0 <= number < 1 << bits:
            raise self.fault(key, f"expected a number from 0 to 2**{bits} - 1, found {number}")
        return number

    def get_int(self, key: str, *, bits: int = 256) -> int:
        """Return a number that must be there."""
        value = self.find_int(key, bits=bits)
        if value is None:
            raise self.fault(key, "missing; expected a number")
        return value

    def find_bool(self, key: str) -> bool | None:
        """Return true or false, None if there is neither."""
        value = self._values.get(key)
        if value is not None and not isinstance(value, bool):
            raise self.fault(key, f"expected true or false, found {_kind(value)}")
        return value

    def find_bytes(self, key: str, *, size: int | None = None) -> bytes | None:
        """Return the bytes of a hex text, None if there is none."""
        value = self._values.get(key)
        return None if value is None else self.to_bytes(key, value, size=size)

    def to_bytes(self, key: str, value: object, *, size: int | None = None) -> bytes:
        """Return the bytes of hex text that belongs to `key`; the 0x prefix may be missing."""
        expected = "hex" if size is None else f"{size} bytes of hex"
        if not isinstance(value, str):
            raise self.fault(key, f"expected {expected}, found {_kind(value)}")
        digits = value[2:] if value.startswith(("0x", "0X")) else value
        try:
            data = bytes.fromhex(digits)
        except ValueError:
            data = None
        if data is not None and 2 * len(data) != len(digits):  # `fromhex` skips spaces
            data = None
        if data is None:
            raise self.fault(key, f'expected {expected}, found "{_cut(value)}"')
        if size is not None and len(data) != size:
            raise self.fault(key, f"expected {expected}, found {len(data)} bytes")
        return data


def parse_fields(text: str | bytes, *, path: str | None = None) -> Fields:
    """Return the object that a JSON document consists of.

    Raises:
        ConfigError: not JSON, not an object, or a key twice in one object.
    """
    with located_json_errors(path), without_cycle_collection():
        if isinstance(text, bytes):
            text = decode_text(text)
        document = json.loads(text, object_pairs_hook=reject_duplicates)
    if not isinstance(document, dict):
        raise ConfigError(f"expected an object, found {_kind(document)}", path=path)
    return Fields(document, path=path)


def decode_text(text: bytes) -> str:
    """Return a JSON text in whichever encoding of Unicode it is."""
    return text.decode(json.detect_encoding(text), "surrogatepass")


@contextmanager
def located_json_errors(path: str | None) -> Iterator[None]:
    """Let what is wrong with a JSON text be a ConfigError that names file and line."""
    try:
        yield
    except json.JSONDecodeError as error:
        raise ConfigError(
            f"not JSON: {error.msg} (column {error.colno})", path=path, line=error.lineno
        ) from error
    except DuplicateKeyError as error:
        raise ConfigError("is there twice in one object", path=path, key=error.key) from error
    except (UnicodeDecodeError, RecursionError, ValueError) as error:
        raise ConfigError("not JSON: wrong encoding, nesting or number", path=path) from error


def read_fields(path: Path) -> Fields:
    """Return the object in a JSON file.

    Raises:
        ConfigError: the file cannot be read, or is not as `parse_fields` wants it.
    """
    return parse_fields(read_bytes(path), path=str(path))


def read_bytes(path: Path) -> bytes:
    """Return what is in a file.

    Raises:
        ConfigError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"cannot be read: {(error.strerror or str(error)).lower()}", path=str(path)
        ) from error


class DuplicateKeyError(Exception):
    """A key is there twice in one object."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def reject_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of its members; the hook of the standard library's decoder."""
    values = dict(pairs)
    if len(values) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise DuplicateKeyError(key)
            seen.add(key)
    return values


def _parse_int(text: str) -> int | None:
    digits = text[2:] if text[:2] in ("0x", "0X") else text
    if not digits.isascii() or not digits.isalnum() or len(digits) > 100:
        return None
    try:
        return int(digits, 16 if digits is not text else 10)
    except ValueError:
        return None


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{_cut(value)}"'
        case int() | float():
            return f"the number {value}"
        case list():
            return "a list"
        case _:
            return "an object"


def _cut(text: str) -> str:
    return text if len(text) <= 40 else text[:36] + "…"
