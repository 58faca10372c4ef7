"""YAML files decoded into msgspec structs, with every fault located by file, line and key."""

import re
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from contractchain.codec.units import Duration, parse_duration
from contractchain.errors import ConfigError, DecodeError, closest

StructT = TypeVar("StructT", bound=msgspec.Struct)

_PATH = re.compile(r"^(?P<reason>.*?)(?: - at `(?P<path>\$[^`]*)`)?$", re.DOTALL)
_FIELD = re.compile(r"unknown field `([^`]+)`")
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")
MAX_BYTES = 1_000_000
MAX_NESTING = 100
"""Brackets within brackets."""


def load_config(path: Path, kind: type[StructT]) -> StructT:
    """Read a YAML file into a struct.

    Args:
        path: The file.
        kind: A msgspec struct; `forbid_unknown_fields` makes unknown keys errors.

    Raises:
        ConfigError: the file cannot be read, is not YAML, or a value is not as `kind` wants it.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ConfigError(f"the file is larger than {MAX_BYTES} bytes", path=str(path))
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror or error}", path=str(path)) from error
    except UnicodeDecodeError as error:
        raise ConfigError("is not UTF-8 text", path=str(path)) from error
    return decode_config(text, kind, source=str(path))


def decode_config(text: str, kind: type[StructT], *, source: str) -> StructT:
    """Decode YAML text; `source` names it in errors. Raises as `load_config`."""
    import yaml

    try:
        loader = _find_loader()
        root = yaml.compose(text, Loader=loader)
        data = yaml.load(text, Loader=loader) if root is not None else {}
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise ConfigError(
            error.problem or "is not YAML", path=source, line=mark.line + 1 if mark else None
        ) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise ConfigError(f"is not YAML: {error}", path=source) from error
    except (ArithmeticError, AttributeError, LookupError, TypeError) as error:
        # The library's constructors, on a value that is not as its `!!tag` or its form says.
        raise ConfigError("holds a value that is not of its type", path=source) from error
    if not isinstance(data, dict):
        raise ConfigError("expected keys and values at the top", path=source, line=1)
    try:
        return msgspec.convert(data, kind, dec_hook=_decode_special)
    except msgspec.ValidationError as error:
        raise _locate(str(error), root, source, kind) from error
    except UnicodeEncodeError as error:
        raise ConfigError("holds half of a surrogate pair", path=source) from error


@cache
def _find_loader() -> Any:
    """Return the safe loader without what makes much of little.

    Merge keys copy: a few lines of them, each merging the one above, fill any memory. Brackets are
    looked at once for each bracket around them.
    """
    import yaml

    class Loader(yaml.SafeLoader):
        def flatten_mapping(self, node: yaml.MappingNode) -> None:
            for key, _ in node.value:
                if key.tag == "tag:yaml.org,2002:merge":
                    problem = "`<<` is not supported"
                    raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)

        def fetch_flow_collection_start(self, token_class: Any) -> None:
            if self.flow_level >= MAX_NESTING:
                problem = "the brackets are nested too deeply"
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=self.get_mark())
            super().fetch_flow_collection_start(token_class)

    return Loader


def _decode_special(kind: type[Any], value: Any) -> Any:
    if kind is Duration:
        if not isinstance(value, str):
            raise ValueError("Expected a duration like `500ms` or `10s`")
        try:
            return parse_duration(value)
        except DecodeError as error:
            raise ValueError(error.message) from error
    if kind is Path:
        if not isinstance(value, str) or not value or "\0" in value:
            raise ValueError("Expected a path")
        return Path(value)
    raise NotImplementedError(kind)


def _locate(message: str, root: Any, source: str, kind: type[msgspec.Struct]) -> ConfigError:
    match = _PATH.match(message)
    reason = match["reason"] if match else message
    steps = _STEP.findall((match["path"] if match else None) or "$")
    keys: list[str | int] = [name if name else int(index) for name, index in steps]
    field = _FIELD.search(reason)
    hint = None
    if field:
        hint = closest(field[1], _field_names(kind, keys))
        keys.append(field[1])
        reason = "there is no such key"
    return ConfigError(
        reason[:1].lower() + reason[1:],
        path=source,
        key=".".join(str(key) for key in keys) or None,
        line=_find_line(root, keys),
        hint=hint,
    )


def _field_names(kind: type[msgspec.Struct], keys: list[str | int]) -> list[str]:
    current: Any = kind
    for key in keys:
        fields = {f.encode_name: f.type for f in msgspec.structs.fields(current)}
        current = fields.get(str(key))
        if not (isinstance(current, type) and issubclass(current, msgspec.Struct)):
            return []
    return [f.encode_name for f in msgspec.structs.fields(current)]


def _find_line(node: Any, keys: list[str | int]) -> int | None:
    line: int | None = None
    for key in keys:
        value = getattr(node, "value", None)
        if not isinstance(value, list):
            return line
        if isinstance(key, int):
            if key >= len(value):
                return line
            node = value[key]
            line = node.start_mark.line + 1
            continue
        for key_node, value_node in value:
            if key_node.value == key:
                line, node = key_node.start_mark.line + 1, value_node
                break
        else:
            return line
    return line
