"""Versions of the EVM that code can be made for."""

from enum import Enum


class EvmVersion(Enum):
    """Rules that the generated code may rely on, oldest first; the values are solc's names."""

    LONDON = "london"
    PARIS = "paris"
    SHANGHAI = "shanghai"
    CANCUN = "cancun"
    PRAGUE = "prague"
    OSAKA = "osaka"

    def has(self, first: "EvmVersion") -> bool:
        """Whether this version is `first` or newer."""
        order = list(EvmVersion)
        return order.index(self) >= order.index(first)
