"""Finds and makes execution engines. Implementations are imported only when one is made.

`revm` is the native core (`contractchain._native`), `py-evm` the reference in pure Python. Both
implement `contractchain.interfaces.execution.ExecutionLayer` and give the same results.
"""

from importlib import import_module

from contractchain.errors import EngineUnavailableError, UsageError, closest
from contractchain.interfaces.execution import ExecutionLayer

ENGINE_NAMES = ("revm", "py-evm")
"""Best first."""

_CLASSES = {
    "revm": ("contractchain.execution.revm", "RevmEngine"),
    "py-evm": ("contractchain.execution.pyevm", "PyEvmEngine"),
}


def find_engine_fault(name: str) -> str | None:
    """Return why the engine cannot be used, None if it can.

    The native core is loaded to find out; py-evm, which is slow to import, is only looked for.

    Raises:
        UsageError: there is no engine of that name.
    """
    _check_name(name)
    if name == "py-evm":
        from importlib.util import find_spec

        return None if find_spec("eth") else "the package `py-evm` is not installed"
    try:
        import_module("contractchain.execution.revm")
    except EngineUnavailableError as error:
        return error.reason
    return None


def available_engines() -> tuple[str, ...]:
    """Return the names of the engines that can be used, best first."""
    return tuple(name for name in ENGINE_NAMES if find_engine_fault(name) is None)


def resolve_engine_name(name: str = "auto") -> str:
    """Return the engine that `name` stands for: itself, or for `auto` the best there is.

    Raises:
        UsageError: there is no engine of that name.
        EngineUnavailableError: it is not installed; the reason is in the error.
    """
    if name == "auto":
        return "revm" if find_engine_fault("revm") is None else "py-evm"
    fault = find_engine_fault(name)
    if fault is not None:
        others = ", ".join(f"`{other}`" for other in available_engines())
        hint = f"use engine {others}" if others else None
        raise EngineUnavailableError(engine=name, reason=fault, hint=hint)
    return name


def create_engine(name: str = "auto") -> ExecutionLayer:
    """Make a new engine, which holds no state but the empty one.

    Args:
        name: `revm`, `py-evm`, or `auto` for the best that is installed.

    Raises:
        UsageError: there is no engine of that name.
        EngineUnavailableError: it is not installed; the reason is in the error.
    """
    chosen = resolve_engine_name(name)
    module_name, class_name = _CLASSES[chosen]
    try:
        engine_class = getattr(import_module(module_name), class_name)
    except ImportError as error:
        raise EngineUnavailableError(engine=chosen, reason=str(error)) from error
    engine: ExecutionLayer = engine_class()
    return engine


def _check_name(name: str) -> None:
    if name not in ENGINE_NAMES:
        raise UsageError(
            f"there is no engine `{name}`", hint=closest(name, (*ENGINE_NAMES, "auto"))
        )


__all__ = [
    "ENGINE_NAMES",
    "available_engines",
    "create_engine",
    "find_engine_fault",
    "resolve_engine_name",
]
