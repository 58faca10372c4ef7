"""The root of the error tree and the families that belong to no floor in particular."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import ClassVar


@dataclass(eq=False)
class ContractChainError(Exception):
    """Anything that a user of the package can cause and should be told about.

    Subclasses are dataclasses: the fields are the facts, `describe` makes the sentence.
    """

    code: ClassVar[str] = "error"
    """Stable name of the kind of error, in kebab case, for machines."""
    exit_code: ClassVar[int] = 1
    """Exit status of `ctc` when this error ends a command."""

    hint: str | None = field(default=None, kw_only=True)
    """What the reader can do about it, one sentence without a full stop."""

    def describe(self) -> str:
        """Return what was wrong and where, in one sentence without a full stop."""
        return self.code

    def __str__(self) -> str:
        return self.describe()

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), {f.name: getattr(self, f.name) for f in fields(self)}))

    def to_dict(self) -> dict[str, object]:
        """Return the error as plain data: code, message, hint and the facts."""
        facts = {
            f.name: _plain(getattr(self, f.name))
            for f in fields(self)
            if f.name not in ("hint", "message")
        }
        out: dict[str, object] = {"code": self.code, "message": str(self)}
        if self.hint is not None:
            out["hint"] = self.hint
        if facts:
            out["data"] = facts
        return out


def _rebuild(cls: type[ContractChainError], facts: dict[str, object]) -> ContractChainError:
    return cls(**facts)  # type: ignore[arg-type]


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return str(value)


@dataclass(eq=False)
class UsageError(ContractChainError):
    """The command line, or the call of a public function, makes no sense as given."""

    code: ClassVar[str] = "usage"
    exit_code: ClassVar[int] = 2

    message: str

    def describe(self) -> str:
        return self.message


@dataclass(eq=False)
class ConfigError(ContractChainError):
    """A configuration, genesis or key file is wrong."""

    code: ClassVar[str] = "config"
    exit_code: ClassVar[int] = 2

    message: str
    path: str | None = None
    """File the value came from."""
    key: str | None = None
    """Dotted key inside the file."""
    line: int | None = None
    """Line in the file, counted from 1."""

    def describe(self) -> str:
        place = self.path or ""
        if place and self.line is not None:
            place += f":{self.line}"
        where = f"{place}: " if place else ""
        what = f"`{self.key}`: " if self.key else ""
        return f"{where}{what}{self.message}"


@dataclass(eq=False)
class InternalError(ContractChainError):
    """A bug of ours."""

    code: ClassVar[str] = "internal"
    exit_code: ClassVar[int] = 70

    message: str
    hint: str | None = field(
        default="this is a bug in contractchain; please report it with the input that caused it",
        kw_only=True,
    )

    def describe(self) -> str:
        return f"internal error: {self.message}"


def closest(name: str, candidates: Iterable[str]) -> str | None:
    """Return a hint that names the candidates spelt most like `name`, if any is close."""
    from difflib import get_close_matches

    found = get_close_matches(name, list(candidates), n=3, cutoff=0.6)
    if not found:
        return None
    return "did you mean " + " or ".join(f"`{item}`" for item in found) + "?"
