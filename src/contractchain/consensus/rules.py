"""Header rules of engines without a seal: whoever has the key to the node's door may produce."""

from contractchain.types import Address, Block, Header


class UnsealedRules:
    """Every header that follows the common rules will do."""

    def verify(self, header: Header, parent: Header) -> None:
        """Demand nothing beyond the common rules."""

    def seal(self, block: Block) -> Block:
        """Return the block as it is."""
        return block

    def find_author(self, header: Header) -> Address:
        """Return the beneficiary: nobody signs."""
        return header.beneficiary
