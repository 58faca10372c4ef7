"""Names of inline assembly."""

from __future__ import annotations


class YulScope:
    """Names of a block of assembly."""

    def __init__(self, parent: YulScope | None, *, is_function: bool = False) -> None:
        self.parent = parent
        self.is_function = is_function
        self.variables: set[str] = set()
        self.functions: dict[str, tuple[int, int]] = {}

    def find_variable(self, name: str) -> bool:
        """Return whether `name` is a variable that can be used here."""
        scope: YulScope | None = self
        while scope is not None:
            if name in scope.variables:
                return True
            if scope.is_function:
                return False
            scope = scope.parent
        return False

    def find_function(self, name: str) -> tuple[int, int] | None:
        """Return how many arguments and values the function `name` has."""
        scope: YulScope | None = self
        while scope is not None:
            if name in scope.functions:
                return scope.functions[name]
            scope = scope.parent
        return None

    def has(self, name: str) -> bool:
        """Return whether `name` is declared here in any way."""
        scope: YulScope | None = self
        while scope is not None:
            if name in scope.variables or name in scope.functions:
                return True
            scope = scope.parent
        return False

    @property
    def is_in_function(self) -> bool:
        """Whether the scope is inside a function of assembly."""
        scope: YulScope | None = self
        while scope is not None:
            if scope.is_function:
                return True
            scope = scope.parent
        return False
