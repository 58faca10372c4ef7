"""A storage layout as solc writes it, from an artifact: needs nothing of the compiler."""

from typing import Any

from contractchain.types import StorageLayout, StorageVariable

Json = dict[str, Any]


def variable_json(variable: StorageVariable) -> Json:
    """Return a variable as solc writes it."""
    return {
        "astId": variable.ast_id,
        "contract": variable.contract,
        "label": variable.label,
        "offset": variable.offset,
        "slot": str(variable.slot),
        "type": variable.type,
    }


def storage_layout_json(layout: StorageLayout) -> Json:
    """Return a layout as solc writes it."""
    types = dict(sorted(layout.types.items()))
    return {
        "storage": [variable_json(variable) for variable in layout.storage],
        "types": types or None,
    }
