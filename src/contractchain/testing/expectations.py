"""`with reverts(…)`: the block must end in a failed call, and in the one that is meant."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from contractchain.client.explaining import Failure
from contractchain.codec.abi import CustomError, EmptyRevert, Panic, RevertReason
from contractchain.testing.contract import ContractFailed
from contractchain.testing.values import to_abi


@dataclass(slots=True)
class Caught:
    """What `reverts` caught; filled when the block ends."""

    error: ContractFailed | None = None

    @property
    def failure(self) -> Failure:
        """The failure with its meaning.

        Raises:
            LookupError: the block has not ended yet.
        """
        if self.error is None:
            raise LookupError("nothing has been caught yet")
        return self.error.failure


@contextmanager
def reverts(
    expected: str | re.Pattern[str] | int | None = None, /, **arguments: object
) -> Iterator[Caught]:
    """Expect a call or transaction to fail.

    Args:
        expected: The text of `require` or `revert` or the name of a custom error; a compiled
            pattern to search in the description; the code of a panic; an empty string for a revert
            without data; None for any failure.
        arguments: Arguments that the custom error must carry, by name.

    Raises:
        pytest.fail.Exception: nothing failed, or something else did.
    """
    __tracebackhide__ = True
    caught = Caught()
    try:
        yield caught
    except ContractFailed as error:
        caught.error = error
        fault = _find_difference(error.failure, expected, arguments)
        if fault is not None:
            pytest.fail(f"{fault}\n  {error}")
    else:
        wanted = "a failure" if expected is None else f"the failure {expected!r}"
        pytest.fail(f"expected {wanted}, but nothing failed")


def _find_difference(
    failure: Failure,
    expected: str | re.Pattern[str] | int | None,
    arguments: dict[str, object],
) -> str | None:
    """Return in words how the failure differs from what is expected, None if it does not."""
    meaning = failure.meaning
    if arguments:
        if not isinstance(meaning, CustomError):
            return "expected a custom error with arguments"
        names = [parameter.name for parameter in meaning.error.inputs]
        given = dict(zip(names, meaning.values, strict=True))
        for name, value in arguments.items():
            if name not in given:
                return f"`{meaning.error.name}` has no argument `{name}`"
            if given[name] != to_abi(value):
                return f"expected `{name}` to be {value!r}, it is {given[name]!r}"
    match expected:
        case None:
            return None
        case re.Pattern():
            found = expected.search(failure.describe())
            return None if found else f"expected a match of {expected.pattern!r}"
        case int():
            is_it = isinstance(meaning, Panic) and meaning.code == expected
            return None if is_it else f"expected a panic with code 0x{expected:02x}"
        case str():
            actual: str | None = None
            match meaning:
                case RevertReason():
                    actual = meaning.text
                case CustomError():
                    actual = meaning.error.name
                case EmptyRevert():
                    actual = ""
            return None if actual == expected else f"expected {expected!r}"
