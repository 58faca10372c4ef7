"""How the lowering says that it cannot do something (yet)."""

from contractchain.lang.ast import Node
from contractchain.lang.source import NOWHERE, Span


class Refusal(Exception):
    """A construct that is understood but not supported.

    Caught where a contract is lowered and turned into an `UnimplementedFeatureError` diagnostic.
    """

    def __init__(self, what: str, span: Span) -> None:
        super().__init__(what)
        self.what = what
        """What is not supported, as the subject of a sentence."""
        self.span = span
        """Where it is written; `NOWHERE` to be replaced by the place that is being lowered."""


def refuse(what: str, node: Node | None = None) -> Refusal:
    """Return the refusal of `what`, to be raised."""
    return Refusal(what, NOWHERE if node is None else node.span)
