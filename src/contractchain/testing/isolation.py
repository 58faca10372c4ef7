"""Which snapshot belongs to which scope of pytest, so that nothing outlives its scope.

A test runs on a snapshot; so does each module, class and package whose fixtures touch the chain. A
fixture of a wider scope that is made late changes the chain inside a narrower snapshot: that
snapshot is then not reverted, because the fixture must outlive it.
"""

from dataclasses import dataclass

from contractchain.testing.chain import DevChain

WIDTHS = {"function": 0, "class": 1, "module": 2, "package": 3, "session": 4}
"""Scopes of pytest from narrow to wide."""


@dataclass(slots=True)
class _Open:
    snapshot: int
    width: int
    is_void: bool = False
    """Whether something that must outlive the snapshot was made inside."""


class Isolation:
    """The snapshots that are open, the widest first."""

    def __init__(self, chain: DevChain) -> None:
        self.chain = chain
        self._open: dict[object, _Open] = {}

    def enter(self, owner: object, scope: str) -> bool:
        """Take a snapshot for a node of pytest; False if it has one."""
        if owner in self._open:
            return False
        self._open[owner] = _Open(snapshot=self.chain.snapshot(), width=WIDTHS[scope])
        return True

    def leave(self, owner: object) -> None:
        """Return to the snapshot of a node, unless it is void."""
        entry = self._open.pop(owner)
        if entry.is_void:
            for outer in self._open.values():
                outer.is_void = outer.is_void or outer.width < entry.width
            return
        self.chain.revert_to(entry.snapshot)

    def keep(self, scope: str) -> None:
        """Hear that a fixture of `scope` has changed the chain: narrower snapshots are void."""
        for entry in self._open.values():
            if entry.width < WIDTHS[scope]:
                entry.is_void = True
