"""Random expressions of a wanted type.

Values are read where they are, computed, converted, and written on the way: what an expression
does besides having a value is what the order of evaluation shows in.
"""

from collections.abc import Callable

from program_scope import Function, Scope, Step, Where
from program_types import (
    ADDRESS,
    BOOL,
    BYTES,
    BYTES1,
    BYTES4,
    BYTES32,
    STRING,
    UINT,
    Kind,
    Type,
    fixed_bytes,
    int_,
    uint,
)

Maker = Callable[[], str | None]
ARITHMETIC = ("+", "-", "*", "+", "-", "/", "%", "&", "|", "^")
COMPARISONS = ("==", "!=", "<", ">", "<=", ">=")
WORDS = ("", "a", "solidity", "x" * 31, "y" * 32, "a text that is longer than one word of the EVM")


class Expressions:
    """Writes expressions in a scope."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.random = scope.random

    # --- entry points

    def make(self, kind: Type, depth: int = 3) -> str:
        """Return an expression whose type is exactly `kind`; in memory, if it has a location."""
        makers = self._value_makers(kind, depth) if kind.is_value else self._makers(kind, depth)
        if depth <= 0:
            makers = makers[:2]
        for _ in range(6):
            found = self.random.choice(makers)()
            if found is not None:
                return found
        return self.literal(kind)

    def wider(self, kind: Type, depth: int = 3) -> str:
        """Return an expression that converts to `kind`, and may be of a narrower type."""
        if kind.is_number and kind.bits > 8 and self.scope.chance(0.25):
            bits = self.random.choice([w for w in (8, 16, 64, 128) if w < kind.bits] or [8])
            narrower = uint(bits) if kind.kind is Kind.UINT else int_(bits)
            return self.make(narrower, depth)
        return self.make(kind, depth)

    def place(self, kind: Type, *, writes: bool, depth: int = 2) -> str | None:
        """Return a place of a type that exists, or None."""
        steps = self.scope.find(kind, writes=writes)
        return self.spell(self.random.choice(steps), depth) if steps else None

    def spell(self, step: Step, depth: int = 2) -> str:
        """Write a place, with random indexes; small ones are likely."""
        text = ""
        for piece in step.pieces:
            if isinstance(piece, str):
                text += piece
            elif isinstance(piece, int):
                text += self._index_below(piece)
            elif piece == UINT and self.scope.chance(0.75):
                text += str(self.random.choice([0, 0, 0, 0, 1, 1, 2]))
            else:
                text += self.make(piece, depth - 1)
        return text

    def _index_below(self, size: int) -> str:
        """Return an index of a static array; the compiler refuses constants that are too large."""
        steps = self.scope.find(UINT)
        if not steps or self.scope.chance(0.7):
            return str(self.random.randrange(size))
        return (
            f"{self.spell(self.random.choice(steps), 0)} % {self.random.choice([size, size + 1])}"
        )

    def arguments(self, function: Function, depth: int = 2, *, inside: bool = False) -> str | None:
        """Return the arguments of a call, or None if there is no storage that fits one."""
        parts = []
        for parameter in function.parameters:
            kind = parameter.type
            if parameter.where is Where.STORAGE:
                steps = self.scope.find(kind, where=Where.STORAGE)
                if not steps:
                    return None
                parts.append(self.spell(self.random.choice(steps), depth))
            elif parameter.where is Where.CALLDATA and inside:
                steps = self.scope.find(kind, where=Where.CALLDATA)
                if not steps:
                    return None
                parts.append(self.spell(self.random.choice(steps), depth))
            else:
                parts.append(self.wider(kind, depth - 1))
        return ", ".join(parts)

    def call(self, returns: tuple[Type, ...] | None, depth: int = 2) -> tuple[str, Function] | None:
        """Return a call of a function that returns these types, or of any."""
        fitting = [
            function
            for function in self.scope.functions
            if (returns is None or function.returns == returns)
            and (function.is_internal or self.scope.has_this)
        ]
        if not fitting:
            return None
        function = self.random.choice(fitting)
        inside = function.is_internal and not (
            function.is_external and self.scope.has_this and self.scope.chance(0.3)
        )
        text = self.arguments(function, depth, inside=inside)
        if text is None:
            return None
        if inside:
            return f"{function.name}({text})", function
        return f"{function.target}.{function.name}({text})", function

    # --- values

    def literal(self, kind: Type) -> str:
        """Return a constant; for a type with a location, a small new value."""
        pick = self.random
        match kind.kind:
            case Kind.UINT | Kind.INT:
                return self._number(kind)
            case Kind.BOOL:
                return pick.choice(["true", "false"])
            case Kind.ADDRESS:
                return f"address(uint160({pick.choice([0, 1, 2, 0x1234])}))"
            case Kind.FIXED_BYTES:
                digits = pick.randbytes(kind.bits // 8).hex()
                return f'{kind.name}(hex"{digits}")'
            case Kind.ENUM:
                return f"{kind.name}.M{pick.randrange(kind.bits)}"
            case Kind.WRAPPED:
                assert kind.inner is not None
                return f"{kind.name}.wrap({self.literal(kind.inner)})"
            case Kind.STRING:
                return f'string("{pick.choice(WORDS)}")'
            case Kind.BYTES:
                return f'bytes("{pick.choice(WORDS)}")'
            case Kind.STRUCT:
                inner = ", ".join(self.literal(member) for _, member in kind.members)
                return f"{kind.name}({inner})"
            case Kind.ARRAY:
                assert kind.inner is not None
                if kind.size is None:
                    return f"new {kind.name}({pick.choice([0, 1, 2, 3])})"
                return f"[{', '.join(self.literal(kind.inner) for _ in range(kind.size))}]"
            case Kind.MAPPING:
                raise AssertionError("there are no values of mappings")

    def _number(self, kind: Type) -> str:
        pick, bits = self.random, kind.bits
        low, high = (
            (0, 2**bits - 1)
            if kind.kind is Kind.UINT
            else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
        )
        some = [0, 1, 2, 3, pick.randrange(128), high, high - 1, low, pick.randrange(low, high + 1)]
        if kind.kind is Kind.INT:
            some += [-1, -2]
        roll = pick.random()
        if roll < 0.1:
            return f"type({kind.name}).{pick.choice(['min', 'max'])}"
        return f"{kind.name}({pick.choice(some)})"

    def _value_makers(self, kind: Type, depth: int) -> list[Maker]:
        def common() -> list[Maker]:
            return [
                lambda: self.literal(kind),
                lambda: self.place(kind, writes=False, depth=depth),
                lambda: self.place(kind, writes=False, depth=depth),
                lambda: self._ternary(kind, depth),
                lambda: self._assigned(kind, depth),
                lambda: self._called(kind, depth),
                lambda: self._decoded(kind, depth),
                lambda: self._indexed(kind, depth),
            ]

        own: dict[Kind, list[Maker]] = {
            Kind.UINT: [
                lambda: self._binary(kind, depth),
                lambda: self._binary(kind, depth),
                lambda: self._shift(kind, depth),
                lambda: self._power(kind, depth),
                lambda: self._counted(kind),
                lambda: self._converted(kind, depth),
                lambda: f"(~{self.make(kind, depth - 1)})",
            ],
            Kind.BOOL: [
                lambda: self._compared(depth),
                lambda: self._compared(depth),
                lambda: self._connected(depth),
                lambda: f"(!{self.make(BOOL, depth - 1)})",
            ],
            Kind.ADDRESS: [
                lambda: "msg.sender",
                lambda: "address(this)" if self.scope.has_this else None,
                lambda: f"address({self.make(uint(160), depth - 1)})",
                lambda: f"address({self.make(fixed_bytes(20), depth - 1)})",
            ],
            Kind.FIXED_BYTES: [
                lambda: self._converted(kind, depth),
                lambda: self._shift(kind, depth),
                lambda: f"(~{self.make(kind, depth - 1)})",
                lambda: self._joined_bits(kind, depth),
            ],
            Kind.ENUM: [lambda: f"{kind.name}({self.make(uint(8), depth - 1)})"],
            Kind.WRAPPED: [
                lambda: f"{kind.name}.wrap({self.make(kind.inner, depth - 1)})",  # type: ignore[arg-type]
                lambda: self._of_operator(kind, depth),
            ],
        }
        own[Kind.INT] = [*own[Kind.UINT], lambda: f"(-{self.make(kind, depth - 1)})"]
        makers = common() + own[kind.kind]
        if kind == UINT:
            makers += [lambda: self._word(depth)]
        if kind == BYTES32:
            makers += [lambda: f"keccak256({self.make(BYTES, depth - 1)})"]
        if kind == BYTES4:
            makers += [lambda: "msg.sig"]
        return makers

    def _binary(self, kind: Type, depth: int) -> str:
        sign = self.random.choice(ARITHMETIC)
        left, right = self.make(kind, depth - 1), self.wider(kind, depth - 1)
        if sign in "/%":
            right = f"({right} | {kind.name}(1))"
        if self.scope.chance(0.15):
            left, right = (right, left) if sign not in "/%" else (left, right)
        return f"({left} {sign} {right})"

    def _shift(self, kind: Type, depth: int) -> str:
        sign = self.random.choice(["<<", ">>"])
        by = (
            self.make(uint(8), depth - 1)
            if self.scope.chance(0.5)
            else f"{self.random.choice([0, 1, 4, 8, 255])}"
        )
        return f"({self.make(kind, depth - 1)} {sign} {by})"

    def _power(self, kind: Type, depth: int) -> str:
        if self.scope.chance(0.5):
            return f"({self.make(kind, depth - 1)} ** {self.random.choice([0, 1, 2, 3])})"
        base = f"{kind.name}({self.random.choice([0, 1, 2, 3, 10])})"
        return f"({base} ** ({self.make(uint(8), depth - 1)} & 31))"

    def _counted(self, kind: Type) -> str | None:
        place = self.place(kind, writes=True)
        if place is None:
            return None
        return self.random.choice([f"({place}++)", f"(++{place})", f"({place}--)", f"(--{place})"])

    def _assigned(self, kind: Type, depth: int) -> str | None:
        place = self.place(kind, writes=True, depth=depth - 1)
        return None if place is None else f"({place} = {self.wider(kind, depth - 1)})"

    def _ternary(self, kind: Type, depth: int) -> str:
        condition = self.make(BOOL, depth - 1)
        return f"({condition} ? {self.make(kind, depth - 1)} : {self.make(kind, depth - 1)})"

    def _called(self, kind: Type, depth: int) -> str | None:
        found = self.call((kind,), depth - 1)
        return None if found is None else found[0]

    def _decoded(self, kind: Type, depth: int) -> str | None:
        if depth < 2 or not self.scope.chance(0.3):
            return None
        source = f"abi.encode({self.make(kind, depth - 1)})"
        if self.scope.chance(0.3):
            source = self.make(BYTES, depth - 1)
        return f"abi.decode({source}, ({kind.name}))"

    def _indexed(self, kind: Type, depth: int) -> str | None:
        if depth < 2 or not self.scope.chance(0.3):
            return None
        size = self.random.choice([1, 2, 3])
        parts = ", ".join(self.make(kind, depth - 2) for _ in range(size))
        return f"[{parts}][{self.random.randrange(size)}]"

    def _converted(self, kind: Type, depth: int) -> str:
        pick, bits = self.random, kind.bits
        sources = []
        if kind.kind is Kind.UINT:
            sources = [int_(bits), uint(pick.choice([8, 64, 160, 256])), fixed_bytes(bits // 8)]
            sources += self.scope.types.enums[:1]
            sources += [w for w in self.scope.types.wrapped if w.inner == kind]
            if bits == 160:
                sources += [ADDRESS]
        elif kind.kind is Kind.INT:
            sources = [uint(bits), int_(pick.choice([8, 64, 128, 256]))]
            sources += [w for w in self.scope.types.wrapped if w.inner == kind]
        else:
            sources = [uint(bits), fixed_bytes(pick.choice([1, 4, 20, 32]))]
            if bits == 256:
                sources += [fixed_bytes(pick.choice([1, 31]))]
            if self.scope.chance(0.2):
                return f"{kind.name}({self.make(BYTES, depth - 1)})"
        source = pick.choice(sources)
        text = self.make(source, depth - 1)
        if source.kind is Kind.WRAPPED:
            return f"{source.name}.unwrap({text})"
        return f"{kind.name}({text})"

    def _joined_bits(self, kind: Type, depth: int) -> str:
        sign = self.random.choice("&|^")
        return f"({self.make(kind, depth - 1)} {sign} {self.make(kind, depth - 1)})"

    def _of_operator(self, kind: Type, depth: int) -> str:
        sign = self.random.choice(["+", "-", "&"])
        return f"({self.make(kind, depth - 1)} {sign} {self.make(kind, depth - 1)})"

    def _compared(self, depth: int) -> str:
        kind = self.scope.types.value()
        signs = COMPARISONS[:2] if kind in (BOOL,) else COMPARISONS
        if kind.kind is Kind.WRAPPED:
            signs = ("==", "<")
        left, right = self.make(kind, depth - 1), self.make(kind, depth - 1)
        return f"({left} {self.random.choice(signs)} {right})"

    def _connected(self, depth: int) -> str:
        sign = self.random.choice(["&&", "||", "==", "!="])
        return f"({self.make(BOOL, depth - 1)} {sign} {self.make(BOOL, depth - 1)})"

    def _word(self, depth: int) -> str | None:
        pick = self.random
        choice = pick.randrange(6)
        if choice == 0:
            return pick.choice(
                ["block.timestamp", "block.number", "msg.data.length", "block.chainid"]
            )
        if choice == 1:
            name = pick.choice(["addmod", "mulmod"])
            return f"{name}({', '.join(self.make(UINT, depth - 1) for _ in range(3))})"
        if choice == 2:
            return f"{self.make(BYTES, depth - 1)}.length"
        if choice == 3:
            return f"{self.make(ADDRESS, depth - 1)}.balance"
        if choice == 4:
            return f"bytes({self.make(STRING, depth - 1)}).length"
        return f"uint256({self.make(BYTES32, depth - 1)})"

    # --- what has a location

    def _makers(self, kind: Type, depth: int) -> list[Maker]:
        common: list[Maker] = [
            lambda: self.place(kind, writes=False, depth=depth),
            lambda: self.literal(kind),
            lambda: self.place(kind, writes=False, depth=depth),
            lambda: self._called(kind, depth),
            lambda: self._decoded(kind, depth),
        ]
        own: dict[Kind, list[Maker]] = {
            Kind.BYTES: [
                lambda: f"abi.encode({self._several(depth)})",
                lambda: f"abi.encodePacked({self._several_packed(depth)})",
                lambda: f"bytes.concat({self._several_bytes(depth)})",
                lambda: f"bytes({self.make(STRING, depth - 1)})",
                lambda: self._slice(),
                lambda: self._with_selector(depth),
                lambda: f"new bytes({self.random.choice([0, 1, 31, 32, 33])})",
            ],
            Kind.STRING: [
                lambda: (
                    f"string.concat({self.make(STRING, depth - 1)}, {self.make(STRING, depth - 1)})"
                ),
                lambda: f"string({self.make(BYTES, depth - 1)})",
            ],
            Kind.STRUCT: [lambda: self._built(kind, depth), lambda: self._built(kind, depth)],
            Kind.ARRAY: [lambda: self._listed(kind, depth)],
        }
        return common + own[kind.kind]

    def _with_selector(self, depth: int) -> str:
        return f"abi.encodeWithSelector({self.make(BYTES4, depth - 1)}, {self._several(depth)})"

    def _several(self, depth: int) -> str:
        count = self.random.choice([0, 1, 1, 2, 3])
        kinds = [self.scope.types.data() for _ in range(count)]
        return ", ".join(self.make(k, depth - 2) for k in kinds if k.words <= 12) or "uint256(1)"

    def _several_packed(self, depth: int) -> str:
        types = self.scope.types
        kinds = [self.random.choice([types.value(), BYTES, STRING]) for _ in range(3)]
        return ", ".join(self.make(kind, depth - 2) for kind in kinds)

    def _several_bytes(self, depth: int) -> str:
        kinds = [self.random.choice([BYTES, BYTES1, BYTES32]) for _ in range(2)]
        return ", ".join(self.make(kind, depth - 1) for kind in kinds)

    def _slice(self) -> str | None:
        steps = self.scope.find(BYTES, where=Where.CALLDATA)
        base = self.spell(self.random.choice(steps)) if steps else "msg.data"
        bounds = self.random.choice(["1:", ":2", "1:2", "0:", f"{self.make(UINT, 1)}:"])
        return f"bytes({base}[{bounds}])"

    def _built(self, kind: Type, depth: int) -> str | None:
        if kind.has_mapping:
            return None
        parts = [(name, self.wider(member, depth - 1)) for name, member in kind.members]
        if self.scope.chance(0.3):
            self.random.shuffle(parts)
            return f"{kind.name}({{{', '.join(f'{name}: {text}' for name, text in parts)}}})"
        return f"{kind.name}({', '.join(text for _, text in parts)})"

    def _listed(self, kind: Type, depth: int) -> str:
        assert kind.inner is not None
        if kind.size is None:
            return f"new {kind.name}({self.random.choice([0, 1, 2, 3])})"
        return f"[{', '.join(self.make(kind.inner, depth - 1) for _ in range(kind.size))}]"
