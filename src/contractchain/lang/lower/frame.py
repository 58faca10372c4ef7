"""The state of lowering one function, and the tables of who lowers what.

The modules of this package register what they lower with `evaluates`, `locates` and `executes`;
`Frame` finds it by the class of the node. So the modules depend on this one and not on each other.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from contractchain.lang import ast
from contractchain.lang.ir.nodes import Block, Operand
from contractchain.lang.lower.code import Code, Variable
from contractchain.lang.lower.conversions import convert
from contractchain.lang.lower.refusal import Refusal, refuse
from contractchain.lang.lower.storage import StoragePlace
from contractchain.lang.lower.unit import Unit
from contractchain.lang.lower.values import (
    Words,
    clean_words,
    count_words,
    rational_word,
    split_words,
)
from contractchain.lang.semantics.types import (
    RationalType,
    StringLiteralType,
    TupleType,
    Type,
)
from contractchain.lang.semantics.uncleaned import is_uncleaned
from contractchain.lang.source import NOWHERE

if TYPE_CHECKING:
    from contractchain.lang.semantics.annotations import ExpressionInfo
    from contractchain.lang.semantics.symbols import ContractSymbol, Symbol, VariableSymbol


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalPlace:
    """A local variable."""

    variables: tuple[Variable, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryPlace:
    """An element or member in memory."""

    position: Operand
    is_byte: bool = False
    """Whether it is a single byte of `bytes`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImmutablePlace:
    """An immutable, while the contract is created."""

    position: Operand


@dataclass(frozen=True, slots=True, kw_only=True)
class TuplePlace:
    """Several places with their types; None where a value is dropped."""

    parts: tuple["tuple[Place, Type] | None", ...]


Place: TypeAlias = LocalPlace | MemoryPlace | ImmutablePlace | TuplePlace | StoragePlace

Evaluator: TypeAlias = Callable[["Frame", Any], Words]
Locator: TypeAlias = Callable[["Frame", Any], Place]
Executor: TypeAlias = Callable[["Frame", Any], None]

_EVALUATORS: dict[type, Evaluator] = {}
_LOCATORS: dict[type, Locator] = {}
_EXECUTORS: dict[type, Executor] = {}
_F = TypeVar("_F", bound=Callable[..., Any])


def evaluates(kind: type[ast.Expression]) -> Callable[[_F], _F]:
    """Register a function that returns the words of an expression."""
    return _register(_EVALUATORS, kind)


def locates(kind: type[ast.Expression]) -> Callable[[_F], _F]:
    """Register a function that returns the place an expression can be assigned to."""
    return _register(_LOCATORS, kind)


def executes(kind: type[ast.Statement]) -> Callable[[_F], _F]:
    """Register a function that lowers a statement."""
    return _register(_EXECUTORS, kind)


def _register(table: dict[type, Any], kind: type) -> Callable[[_F], _F]:
    def register(function: _F) -> _F:
        table[kind] = function
        return function

    return register


@dataclass(slots=True, kw_only=True)
class Loop:
    """Where `break` and `continue` go."""

    after: Block
    step: Block


@dataclass(slots=True, kw_only=True, eq=False)
class Frame:
    """One function while its body is lowered."""

    unit: Unit
    code: Code
    contract: "ContractSymbol | None"
    """Contract in which the code that is being lowered is written; where `super` starts."""
    locals: "dict[Symbol, tuple[Variable, ...]]" = field(default_factory=dict)
    """Words of the local variables in scope."""
    returns: "tuple[VariableSymbol, ...]" = ()
    """Return variables of the function."""
    exit: Block | None = None
    """Where `return` goes."""
    loops: list[Loop] = field(default_factory=list)
    is_unchecked: bool = False
    """Whether arithmetic wraps."""
    placeholder: Callable[[], None] | None = None
    """Lowers what `_` stands for."""

    # --- expressions

    def info(self, expression: ast.Expression) -> "ExpressionInfo":
        """Return what analysis knows about an expression."""
        return self.unit.analysis.expressions[expression.node_id]

    def type_of(self, expression: ast.Expression) -> Type:
        """Return the type of an expression."""
        return self.unit.analysis.expressions[expression.node_id].type

    def value(self, expression: ast.Expression) -> Words:
        """Evaluate an expression to a clean value of its own type."""
        return self.cleaned(expression, self.raw_value(expression))

    def is_uncleaned(self, expression: ast.Expression) -> bool:
        """Return whether inline assembly may have left bits outside of the type in a value."""
        found = self.unit.uncleaned
        return bool(found) and is_uncleaned(self.unit.analysis, found, expression)

    def cleaned(self, expression: ast.Expression, words: Words) -> Words:
        """Return the value of an expression, cleaned where assembly may have left bits in it."""
        if self.is_uncleaned(expression):
            return clean_words(self.code, words, self.type_of(expression))
        return words

    def raw_value(self, expression: ast.Expression) -> Words:
        """Evaluate an expression; what inline assembly left outside of its type stays there."""
        item = self.type_of(expression)
        if isinstance(item, RationalType):
            return (rational_word(item),) if item.value.denominator == 1 else (0,)
        if isinstance(item, StringLiteralType):
            return ()
        evaluator = _EVALUATORS.get(type(expression))
        if evaluator is None:
            raise refuse("this expression", expression)
        with self.at(expression):
            return evaluator(self, expression)

    def value_as(self, expression: ast.Expression, target: Type) -> Words:
        """Evaluate an expression and convert the value."""
        words = self.value(expression)
        with self.at(expression):
            return convert(self.code, words, self.type_of(expression), target)

    def passed_on(
        self, expressions: Sequence[ast.Expression], targets: Sequence[Type]
    ) -> list[Words]:
        """Evaluate expressions in order, then convert the values for variables of some types.

        What has the type already is not cleaned, so that inline assembly may find it as it was.
        """
        raw = [self.raw_value(expression) for expression in expressions]
        return [
            self.adapted(expression, words, (target,))[0]
            for expression, words, target in zip(expressions, raw, targets, strict=True)
        ]

    def adapted(
        self, expression: ast.Expression, words: Words, targets: "Sequence[Type | None]"
    ) -> list[Words]:
        """Convert the raw values of an expression for variables of some types, one each.

        What has the type already, and what nobody takes, stays as it is.
        """
        item = self.type_of(expression)
        if isinstance(item, TupleType):
            sources, parts = item.components, split_words(words, item.components)
        else:
            sources, parts = (item,), [words]
        result = []
        for part, source, target in zip(parts, sources, targets, strict=True):
            if target is None or source is None or source == target:
                result.append(part)
                continue
            if self.is_uncleaned(expression):
                part = clean_words(self.code, part, source)
            result.append(convert(self.code, part, source, target))
        return result

    def word_as(self, expression: ast.Expression, target: Type) -> Operand:
        """Evaluate an expression to a value of one word."""
        return self.value_as(expression, target)[0]

    def values_as(
        self, expressions: Sequence[ast.Expression], targets: Sequence[Type]
    ) -> list[Words]:
        """Evaluate expressions in order, then convert the values."""
        raw = [self.value(expression) for expression in expressions]
        return [
            convert(self.code, words, self.type_of(expression), target)
            for words, expression, target in zip(raw, expressions, targets, strict=True)
        ]

    def place(self, expression: ast.Expression) -> Place:
        """Evaluate an expression to something that can be assigned to."""
        locator = _LOCATORS.get(type(expression))
        if locator is None:
            raise refuse("assigning to this expression", expression)
        with self.at(expression):
            return locator(self, expression)

    # --- statements

    def execute(self, statement: ast.Statement) -> None:
        """Lower a statement; one that can never run is skipped."""
        if self.code.is_dead:
            return
        executor = _EXECUTORS.get(type(statement))
        if executor is None:
            raise refuse("this statement", statement)
        with self.at(statement):
            executor(self, statement)

    # --- variables

    def declare(self, symbol: "VariableSymbol", words: Words) -> None:
        """Make a local variable with a value of its type."""
        self.locals[symbol] = tuple(self.code.variable(word, symbol.name) for word in words)

    def declare_uninitialised(self, symbol: "VariableSymbol") -> None:
        """Make a local variable that is about to be assigned."""
        self.declare(symbol, (0,) * count_words(symbol.type))

    def local_words(self, symbol: "Symbol") -> Words:
        """Return what a local variable holds."""
        return tuple(self.code.get(variable) for variable in self.locals[symbol])

    # --- context

    @contextmanager
    def at(self, node: ast.Node) -> Iterator[None]:
        """Give what is emitted inside the span of `node`, and refusals without one, too."""
        builder = self.code.builder
        before = builder.span
        builder.span = node.span
        try:
            yield
        except Refusal as refusal:
            if refusal.span == NOWHERE:
                refusal.span = node.span
            raise
        finally:
            builder.span = before

    @contextmanager
    def unchecked(self, is_unchecked: bool) -> Iterator[None]:
        """Let arithmetic wrap inside, or not."""
        before = self.is_unchecked
        self.is_unchecked = is_unchecked
        yield
        self.is_unchecked = before
