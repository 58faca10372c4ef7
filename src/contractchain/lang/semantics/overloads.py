"""Which of several functions with one name a call means."""

from collections.abc import Sequence

from contractchain.lang.semantics.annotations import ExpressionInfo
from contractchain.lang.semantics.checking import Arguments
from contractchain.lang.semantics.conversions import is_implicitly_convertible
from contractchain.lang.semantics.types import FunctionType


def select(candidates: Sequence[ExpressionInfo], arguments: Arguments) -> list[ExpressionInfo]:
    """Return the candidates that take `arguments`."""
    return [
        item
        for item in candidates
        if isinstance(item.type, FunctionType) and accepts(item.type, arguments)
    ]


def accepts(function: FunctionType, arguments: Arguments) -> bool:
    """Return whether `function` takes `arguments` without explicit conversions."""
    if function.is_variadic:
        return True
    parameters = function.argument_types
    if len(parameters) != len(arguments.types):
        return False
    given = arguments.types
    if arguments.names is not None:
        ordered = order_named(function, arguments.names)
        if ordered is None:
            return False
        given = tuple(arguments.types[index] for index in ordered)
    return all(
        is_implicitly_convertible(source, target)
        for source, target in zip(given, parameters, strict=True)
    )


def order_named(function: FunctionType, names: Sequence[str]) -> list[int] | None:
    """Return for each parameter the index of its argument; `None` if the names do not fit."""
    wanted = function.argument_names
    if sorted(wanted) != sorted(names) or len(set(names)) != len(names):
        return None
    return [list(names).index(name) for name in wanted]


def describe_signature(name: str, function: FunctionType) -> str:
    """Return the signature of `function` as a person writes it."""
    parts = [
        f"{type_} {parameter}".strip()
        for type_, parameter in zip(
            function.argument_types,
            function.argument_names or ("",) * len(function.argument_types),
            strict=True,
        )
    ]
    return f"{name}({', '.join(parts)})"


def describe_candidates(name: str, candidates: Sequence[ExpressionInfo]) -> str:
    """Return the signatures of all candidates."""
    return " and ".join(
        f"`{describe_signature(name, item.type)}`"
        for item in candidates
        if isinstance(item.type, FunctionType)
    )
