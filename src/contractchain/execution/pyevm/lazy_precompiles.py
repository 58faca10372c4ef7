"""Keeps py-evm from loading the mathematics of elliptic curves before any is asked for.

Importing `eth` imports `py_ecc`, which computes tables for two curves; that is half of the time
that it takes to import py-evm, and most programs never call those precompiles. A stand-in for the
package `eth.precompiles` offers the same names and loads the module behind a name at its first
call. It does nothing if `eth` is loaded already.
"""

import sys
from collections.abc import Callable
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec
from types import ModuleType
from typing import Any

NAME = "eth.precompiles"
LIGHT = ("ecrecover", "identity", "modexp", "ripemd160", "sha256")
"""Modules, each with a precompile of its name, that load in no time."""
HEAVY = {
    "ecadd": "ecadd",
    "ecmul": "ecmul",
    "ecpairing": "ecpairing",
    "blake2b_fcompress": "blake2",
    "bls12_g1_add": "bls12_381",
    "bls12_g1_msm": "bls12_381",
    "bls12_g2_add": "bls12_381",
    "bls12_g2_msm": "bls12_381",
    "bls12_map_fp2_to_g2": "bls12_381",
    "bls12_map_fp_to_g1": "bls12_381",
    "bls12_pairing_check": "bls12_381",
}
"""Module of each precompile that loads at its first call."""


def install() -> None:
    """Put the stand-in in place, if `eth` is not loaded yet."""
    spec = find_spec("eth") if "eth" not in sys.modules else None
    if spec is None or spec.submodule_search_locations is None:
        return
    found = PathFinder.find_spec(NAME, list(spec.submodule_search_locations))
    if found is None or found.submodule_search_locations is None:
        return
    sys.modules[NAME] = _StandIn(found)


class _StandIn(ModuleType):
    """The package with its precompiles still to be loaded."""

    def __init__(self, spec: ModuleSpec) -> None:
        super().__init__(NAME, "Precompiles, loaded when called.")
        self.__spec__ = spec
        self.__path__ = list(spec.submodule_search_locations or ())
        for name, module in HEAVY.items():
            setattr(self, name, _defer(module, name))

    def __getattr__(self, name: str) -> Any:
        if name not in LIGHT:
            raise AttributeError(f"module {NAME!r} has no attribute {name!r}")
        precompile = getattr(import_module(f"{NAME}.{name}"), name)
        setattr(self, name, precompile)
        return precompile

    def __setattr__(self, name: str, value: object) -> None:
        # Importing a module sets it on its package; the precompile of that name stays.
        if not (isinstance(value, ModuleType) and name in (*LIGHT, *HEAVY)):
            super().__setattr__(name, value)


def _defer(module: str, name: str, **options: int) -> Callable[..., Any]:
    def precompile(*computation: Any, **more: int) -> Any:
        if not computation:  # py-evm binds the gas price of a fork before it calls
            return _defer(module, name, **options, **more)
        loaded = getattr(import_module(f"{NAME}.{module}"), name)
        return loaded(*computation, **options, **more)

    return precompile
