"""Which addresses are precompiled contracts."""

from contractchain.types import Address, Fork

_COUNTS = ((Fork.PRAGUE, 17), (Fork.CANCUN, 10), (Fork.ISTANBUL, 9), (Fork.BYZANTIUM, 8))
_P256VERIFY = 0x100


def is_precompile(address: Address, fork: Fork) -> bool:
    """Tell whether a fork has a precompiled contract there."""
    number = int.from_bytes(address, "big")
    count = next((count for first, count in _COUNTS if fork >= first), 4)
    return 0 < number <= count or (number == _P256VERIFY and fork >= Fork.OSAKA)
