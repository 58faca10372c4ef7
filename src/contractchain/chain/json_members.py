"""A JSON object member by member, so that a large one is never in memory as Python objects.

The values of members are parsed by the standard library. For everything that is small,
`json_fields.parse_fields` is simpler.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from contractchain.chain.json_fields import DuplicateKeyError, reject_duplicates

_SPACE = r"[ \t\n\r]*"
_BLANK = re.compile(_SPACE)
_COLON = re.compile(f"{_SPACE}:{_SPACE}")
_NEXT = re.compile(f"{_SPACE}([,}}]){_SPACE}")


class MemberReader:
    """Walks over the members of a JSON object, and of those in it that are asked for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = self._skip(0)
        self._decoder = json.JSONDecoder(object_pairs_hook=reject_duplicates)

    def is_object(self) -> bool:
        """Tell whether what comes next is an object."""
        return self._text.startswith("{", self._at)

    def names(self, *, may_repeat: bool = False) -> Iterator[str]:
        """Yield the keys of the object that comes next.

        After each, its value must be taken: by `value`, or by going through its own `names`.

        Args:
            may_repeat: Whether the caller sees for himself that none is there twice.

        Raises:
            json.JSONDecodeError: this is no JSON.
            DuplicateKeyError: a key is there twice.
        """
        if not self.is_object():
            raise self._fault("Expecting an object")
        seen: set[str] = set()
        self._at = self._skip(self._at + 1)
        if self._text.startswith("}", self._at):
            self._at += 1
            return
        while True:
            if not self._text.startswith('"', self._at):
                raise self._fault("Expecting property name enclosed in double quotes")
            name = self.value()
            if name in seen:
                raise DuplicateKeyError(name)
            if not may_repeat:
                seen.add(name)
            self._at = self._match(_COLON, "Expecting ':' delimiter").end()
            yield name
            after = self._match(_NEXT, "Expecting ',' delimiter")
            if after[1] == "}":
                self._at = after.end(1)
                return
            self._at = after.end()

    def value(self) -> Any:
        """Return the value that comes next."""
        value, self._at = self._decoder.raw_decode(self._text, self._at)
        return value

    def check_end(self) -> None:
        """Check that nothing follows."""
        self._at = self._skip(self._at)
        if self._at != len(self._text):
            raise self._fault("Extra data")

    def _skip(self, at: int) -> int:
        found = _BLANK.match(self._text, at)
        return at if found is None else found.end()

    def _match(self, pattern: re.Pattern[str], message: str) -> re.Match[str]:
        found = pattern.match(self._text, self._at)
        if found is None:
            raise self._fault(message)
        return found

    def _fault(self, message: str) -> json.JSONDecodeError:
        return json.JSONDecodeError(message, self._text, self._at)
