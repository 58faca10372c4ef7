"""The small vocabularies of the language: keywords and operators as enums."""

from enum import Enum


class ContractKind(Enum):
    """What a contract definition defines."""

    CONTRACT = "contract"
    INTERFACE = "interface"
    LIBRARY = "library"


class FunctionKind(Enum):
    """What a function definition defines."""

    FUNCTION = "function"
    CONSTRUCTOR = "constructor"
    RECEIVE = "receive"
    FALLBACK = "fallback"
    FREE_FUNCTION = "freeFunction"


class Visibility(Enum):
    """Who may use a member."""

    PRIVATE = "private"
    INTERNAL = "internal"
    PUBLIC = "public"
    EXTERNAL = "external"


class StateMutability(Enum):
    """What a function may do with state and ether."""

    PURE = "pure"
    VIEW = "view"
    NONPAYABLE = "nonpayable"
    PAYABLE = "payable"


class VariableMutability(Enum):
    """How often a variable may be assigned."""

    MUTABLE = "mutable"
    IMMUTABLE = "immutable"
    CONSTANT = "constant"


class DataLocation(Enum):
    """Where a value of a reference type lives."""

    MEMORY = "memory"
    STORAGE = "storage"
    CALLDATA = "calldata"
    TRANSIENT = "transient"


class LiteralKind(Enum):
    """What a literal is written as."""

    NUMBER = "number"
    BOOL = "bool"
    STRING = "string"
    UNICODE_STRING = "unicodeString"
    HEX_STRING = "hexString"


class UnaryOperator(Enum):
    """An operator with one operand; `++` and `--` come in two positions."""

    NOT = "!"
    BIT_NOT = "~"
    NEGATE = "-"
    INCREMENT = "++"
    DECREMENT = "--"
    DELETE = "delete"


class BinaryOperator(Enum):
    """An operator with two operands."""

    OR = "||"
    AND = "&&"
    EQUAL = "=="
    NOT_EQUAL = "!="
    LESS = "<"
    GREATER = ">"
    LESS_EQUAL = "<="
    GREATER_EQUAL = ">="
    BIT_OR = "|"
    BIT_XOR = "^"
    BIT_AND = "&"
    SHIFT_LEFT = "<<"
    SHIFT_RIGHT = ">>"
    SHIFT_RIGHT_LOGICAL = ">>>"
    ADD = "+"
    SUBTRACT = "-"
    MULTIPLY = "*"
    DIVIDE = "/"
    MODULO = "%"
    POWER = "**"

    @property
    def is_comparison(self) -> bool:
        """Whether the result is a `bool` that compares the operands."""
        return self in _COMPARISONS

    @property
    def is_boolean(self) -> bool:
        """Whether it is `&&` or `||`."""
        return self is BinaryOperator.AND or self is BinaryOperator.OR

    @property
    def is_shift(self) -> bool:
        """Whether it moves bits."""
        return self in _SHIFTS

    @property
    def is_bitwise(self) -> bool:
        """Whether it is `|`, `^` or `&`."""
        return self in _BITWISE


_COMPARISONS = frozenset(
    {
        BinaryOperator.EQUAL,
        BinaryOperator.NOT_EQUAL,
        BinaryOperator.LESS,
        BinaryOperator.GREATER,
        BinaryOperator.LESS_EQUAL,
        BinaryOperator.GREATER_EQUAL,
    }
)
_SHIFTS = frozenset(
    {
        BinaryOperator.SHIFT_LEFT,
        BinaryOperator.SHIFT_RIGHT,
        BinaryOperator.SHIFT_RIGHT_LOGICAL,
    }
)
_BITWISE = frozenset({BinaryOperator.BIT_OR, BinaryOperator.BIT_XOR, BinaryOperator.BIT_AND})
