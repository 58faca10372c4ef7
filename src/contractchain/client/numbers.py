"""Whole numbers as people write them: `1ether`, `1.5gwei`, `1e18`, `0xff`, `1_000`, `-3`.

Exact: the fraction is shifted by the unit in integers, and what does not come out whole is refused.
"""

import re

from contractchain.errors import ArgumentError

UNITS = {
    "wei": 0,
    "kwei": 3,
    "mwei": 6,
    "gwei": 9,
    "szabo": 12,
    "finney": 15,
    "ether": 18,
    "eth": 18,
}
"""Powers of ten, in wei."""
TIME_UNITS = {
    "seconds": 1,
    "minutes": 60,
    "hours": 3600,
    "days": 86400,
    "weeks": 604800,
}
"""Solidity's units of time, in seconds."""

MAX_DIGITS = 100
"""Digits that a number may have; 2**256 has 78."""

_DECIMAL = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>[0-9][0-9_]*)?(?:\.(?P<fraction>[0-9]+))?"
    r"(?:[eE]\+?(?P<exponent>[0-9]{1,3}))?\s*(?P<unit>[a-zA-Z]+)?"
)
_HEX = re.compile(r"(?P<sign>[+-]?)0[xX](?P<digits>[0-9a-fA-F]+)")


def parse_number(text: str) -> int:
    """Return the whole number that `text` stands for.

    Raises:
        ArgumentError: not a number, not whole, of an unknown unit, or absurdly long.
    """
    text = text.strip()
    if len(text) > 2 * MAX_DIGITS:
        raise ArgumentError("the number is too long")
    found = _HEX.fullmatch(text)
    if found is not None:
        value = int(found["digits"], 16)
        return -value if found["sign"] == "-" else value
    found = _DECIMAL.fullmatch(text)
    if found is None or (found["whole"] is None and found["fraction"] is None):
        raise ArgumentError(
            f"`{text}` is not a number", hint="write e.g. 42, -7, 0x2a, 1e18, 1.5ether or 10gwei"
        )
    return _assemble(found, text)


def _assemble(found: re.Match[str], text: str) -> int:
    fraction = found["fraction"] or ""
    digits = (found["whole"] or "").replace("_", "") + fraction
    power = int(found["exponent"] or 0) - len(fraction)
    unit = found["unit"]
    factor = 1
    if unit is not None:
        if unit.lower() in UNITS:
            power += UNITS[unit.lower()]
        elif unit.lower() in TIME_UNITS:
            factor = TIME_UNITS[unit.lower()]
        else:
            known = ", ".join([*UNITS, *TIME_UNITS])
            raise ArgumentError(f"`{unit}` is not a unit", hint=f"units are {known}")
    if len(digits) + max(power, 0) > MAX_DIGITS:
        raise ArgumentError("the number is too long")
    value: int = int(digits) * factor
    if power >= 0:
        value *= int(10**power)
    else:
        value, rest = divmod(value, int(10**-power))
        if rest:
            raise ArgumentError(f"`{text}` is not a whole number")
    return -value if found["sign"] == "-" else value


def format_ether(wei: int) -> str:
    """Return an amount in ether, exactly, e.g. `1.5`."""
    sign = "-" if wei < 0 else ""
    whole, rest = divmod(abs(wei), 10**18)
    fraction = f"{rest:018d}".rstrip("0")
    return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"
