"""Changes to accounts and precompiles before something is simulated."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from contractchain.errors import InvalidOverrideError, PrecompileMovedToItselfError
from contractchain.execution.pyevm.world import World
from contractchain.interfaces.execution_data import AccountOverride
from contractchain.types import Address

Overrides: TypeAlias = Mapping[Address, AccountOverride]


def override_accounts(world: World, overrides: Overrides) -> None:
    """Change accounts for good; an override that says nothing makes no account."""
    for address, override in overrides.items():
        _override(world, address, override)
    world.end_transaction()


def override_precompiles(state: Any, overrides: Overrides) -> None:
    """Move precompiles, and drop those whose code is replaced.

    Raises:
        InvalidOverrideError: what is moved is no precompile, or the target is overridden itself.
    """
    usual = state.computation_class.get_precompiles()
    for address, override in overrides.items():
        target = override.move_precompile_to
        if target is not None:
            _validate_move(usual, overrides, address, target)
        if target is None and (override.code is None or address not in usual):
            continue
        places = dict(state.precompiles)
        places.pop(address, None)
        if target is not None:
            places[target] = usual[address]
        state.precompiles = places


def _validate_move(
    usual: Mapping[Address, Any], overrides: Overrides, address: Address, target: Address
) -> None:
    if address not in usual:
        raise InvalidOverrideError(f"there is no precompile at 0x{address.hex()}")
    if address == target:
        raise PrecompileMovedToItselfError(address=address)
    if target in overrides:
        raise InvalidOverrideError(
            f"the precompile 0x{address.hex()} is moved to 0x{target.hex()}, "
            "which is overridden itself"
        )


def _override(world: World, address: Address, override: AccountOverride) -> None:
    if override.balance is not None:
        world.set_balance(address, override.balance)
    if override.nonce is not None:
        world.set_nonce(address, override.nonce)
    if override.code is not None:
        world.set_code(address, override.code)
    if override.storage is not None or override.storage_diff:
        world.touch_account(address)  # storage needs an account
    if override.storage is not None:
        world.delete_storage(address)
    slots = {**(override.storage or {}), **override.storage_diff}
    for slot, value in slots.items():
        world.set_storage(address, int.from_bytes(slot, "big"), int.from_bytes(value, "big"))
