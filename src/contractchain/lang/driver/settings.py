"""What a caller of the compiler can choose, and which outputs it wants."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class MetadataHash(Enum):
    """How the metadata is named behind the code."""

    NONE = "none"
    IPFS = "ipfs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How to compile."""

    optimize: bool = True
    """Run the whole pass pipeline; without it only what code generation needs."""
    runs: int = 200
    """How often the deployed code is expected to run, weighed against its size."""
    evm_version: str = "prague"
    """Oldest EVM that the code must run on, by solc's name: `london` to `osaka`."""
    remappings: tuple[str, ...] = ()
    """Import remappings, `[context:]prefix=target`."""
    libraries: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """File -> library -> address in hex, to link."""
    debug_revert_strings: bool = False
    """Give reverts that the compiler inserts a reason."""
    stop_after_parsing: bool = False
    """Parse the sources, and neither check them nor make anything of them."""
    append_metadata: bool = False
    """Put a reference to the metadata, and our version, behind the code."""
    metadata_hash: MetadataHash = MetadataHash.NONE
    """Which reference that is."""
    literal_sources: bool = False
    """Put the sources themselves into the metadata."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputSelection:
    """Which outputs are asked for, as in solc's `outputSelection`."""

    entries: Mapping[str, Mapping[str, tuple[str, ...]]]
    """File (or `*`) -> contract (`*`; empty for outputs of the file) -> output names."""

    def wants(self, file: str, contract: str, output: str) -> bool:
        """Return whether `output` (e.g. `evm.bytecode.object`) of a contract is asked for.

        Args:
            file: Source unit name.
            contract: Contract name; empty for the outputs of the file itself.
            output: Dotted name. A request for a prefix of it asks for it as well.
        """
        for file_name in (file, "*"):
            contracts = self.entries.get(file_name, {})
            for name in (contract, "*") if contract else ("",):
                if any(_covers(asked, output) for asked in contracts.get(name, ())):
                    return True
        return False

    def wants_any(self, file: str, contract: str, prefix: str) -> bool:
        """Return whether `prefix` or anything below it is asked for."""
        for file_name in (file, "*"):
            contracts = self.entries.get(file_name, {})
            for name in (contract, "*"):
                for asked in contracts.get(name, ()):
                    if _covers(asked, prefix) or asked.startswith(prefix + "."):
                        return True
        return False


def _covers(asked: str, output: str) -> bool:
    return asked == "*" or asked == output or output.startswith(asked + ".")
