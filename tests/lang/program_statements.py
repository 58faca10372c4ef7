"""Random statements: declarations, assignments, control flow, events, failures, calls, assembly."""

from collections.abc import Callable

from program_expressions import Expressions
from program_scope import Scope, Variable, Where
from program_types import BOOL, BYTES, STRING, UINT, Kind, Type, uint

Lines = list[str]
COMPOUND = ("+=", "-=", "*=", "&=", "|=", "^=", "<<=", ">>=")
BUILTINS = ("add", "sub", "mul", "div", "mod", "and", "or", "xor", "sdiv", "smod", "lt", "gt", "eq")


class Statements:
    """Writes blocks of statements into a scope, which grows as variables are declared."""

    def __init__(self, scope: Scope, events: list[Type], errors: list[Type]) -> None:
        self.scope = scope
        self.random = scope.random
        self.events, self.errors = events, errors
        self.of = Expressions(scope)

    def block(self, count: int, depth: int = 2) -> Lines:
        """Return some statements."""
        lines: Lines = []
        for _ in range(count):
            lines += self.statement(depth)
        return lines

    def nested(self, depth: int, **changes: object) -> Lines:
        """Return a block with a scope of its own, indented."""
        inner = Statements(self.scope.inner(**changes), self.events, self.errors)
        lines = inner.block(self.random.choice([1, 1, 2, 3]), depth - 1)
        if (self.scope.in_loop or changes.get("in_loop")) and self.scope.chance(0.15):
            word = self.random.choice(["break", "continue"])
            lines += [f"if ({inner.of.make(BOOL, 1)}) {word};"]
        return [f"    {line}" for line in lines]

    def statement(self, depth: int) -> Lines:
        """Return one statement."""
        makers: list[tuple[int, Callable[[], Lines]]] = [
            (8, self._declare),
            (10, self._assign),
            (5, self._compound),
            (3, self._count),
            (3, self._delete),
            (4, self._destructure),
            (3, self._swap),
            (4, self._push),
            (4, self._call),
            (3, self._emit),
            (2, self._fail),
            (3, self._assembly),
            (2, self._point),
        ]
        if depth > 0:
            makers += [
                (5, lambda: self._if(depth)),
                (5, lambda: self._loop(depth)),
                (3, lambda: self._unchecked(depth)),
            ]
            if self.scope.has_this:
                makers += [(4, lambda: self._try(depth)), (3, self._low_level)]
        if not self.scope.is_void and self.scope.chance(0.1):
            makers += [(3, self._return_maybe)]
        weights = [weight for weight, _ in makers]
        (_, chosen) = self.random.choices(makers, weights)[0]
        return chosen()

    # --- variables

    def _add(self, variable: Variable) -> None:
        self.scope.variables.append(variable)

    def _declare(self) -> Lines:
        if self.scope.chance(0.6):
            kind, where = self.scope.types.value(), Where.STACK
        else:
            kind, where = self.scope.types.reference(), Where.MEMORY
        variable = Variable(name=self.scope.fresh("v"), type=kind, where=where)
        value = self.of.wider(kind) if kind.is_value else self.of.make(kind)
        line = f"{variable.declaration} = {value};"
        if self.scope.chance(0.1):
            line = f"{variable.declaration};"
        self._add(variable)
        return [line]

    def _point(self) -> Lines:
        """Declare a pointer to storage, or to calldata."""
        where = self.random.choice([Where.STORAGE, Where.STORAGE, Where.CALLDATA])
        kinds = {v.type for v in self.scope.variables if v.where is where and not v.type.is_value}
        kinds |= {k.inner for k in kinds if k.kind is Kind.ARRAY and k.inner is not None}
        choices = sorted((k for k in kinds if not k.is_value), key=lambda k: k.name)
        if not choices:
            return self._assign()
        kind = self.random.choice(choices)
        steps = self.scope.find(kind, where=where)
        if not steps:
            return self._assign()
        name = self.scope.fresh("p")
        variable = Variable(name=name, type=kind, where=where, is_writable=False)
        text = self.of.spell(self.random.choice(steps))
        if kind == BYTES and where is Where.CALLDATA and self.scope.chance(0.5):
            text += self.random.choice(["[1:]", "[:1]", "[0:2]"])
        self._add(variable)
        if kind.kind is Kind.MAPPING:
            return [f"{kind.name} storage {name} = {text};"]
        return [f"{variable.declaration} = {text};"]

    def _assign(self) -> Lines:
        for _ in range(4):
            kind = self.scope.types.value()
            if self.scope.chance(0.35):
                kinds = [v.type for v in self.scope.variables if v.is_writable]
                kinds = [k for k in kinds if not k.has_mapping]
                kind = self.random.choice(kinds or [kind])
            place = self.of.place(kind, writes=True)
            if place is not None:
                value = self.of.wider(kind) if kind.is_value else self.of.make(kind)
                return [f"{place} = {value};"]
        return self._call()

    def _compound(self) -> Lines:
        kind = self.scope.types.number()
        place = self.of.place(kind, writes=True)
        if place is None:
            return self._assign()
        sign = self.random.choice(COMPOUND)
        value = self.of.make(uint(8), 2) if sign in ("<<=", ">>=") else self.of.make(kind, 2)
        return [f"{place} {sign} {value};"]

    def _count(self) -> Lines:
        place = self.of.place(self.scope.types.number(), writes=True)
        return self._assign() if place is None else [f"{place}{self.random.choice(['++', '--'])};"]

    def _delete(self) -> Lines:
        refused = (Kind.MAPPING, Kind.WRAPPED)
        kinds = [
            v.type for v in self.scope.variables if v.is_writable and v.type.kind not in refused
        ]
        if not kinds:
            return self._assign()
        kind = self.random.choice(kinds)
        if kind.inner is not None and kind.inner.kind not in refused and self.scope.chance(0.5):
            kind = kind.inner
        place = self.of.place(kind, writes=True)
        if place is None:
            return self._assign()
        return [f"delete {place};"]

    def _destructure(self) -> Lines:
        several = [f for f in self.scope.functions if len(f.returns) > 1]
        if not several:
            return self._swap()
        found = self.of.call(self.random.choice(several).returns)
        if found is None:
            return self._swap()
        text, function = found
        if self.scope.chance(0.5):
            places = [
                self.of.place(kind, writes=True) if self.scope.chance(0.85) else None
                for kind in function.returns
            ]
            if any(places):
                return [f"({', '.join(place or '' for place in places)}) = {text};"]
        made: list[Variable | None] = []
        for kind in function.returns:
            where = Where.STACK if kind.is_value else Where.MEMORY
            variable = Variable(name=self.scope.fresh("v"), type=kind, where=where)
            made.append(variable if self.scope.chance(0.85) else None)
        if not any(made):
            return [f"{text};"]
        line = f"({', '.join(v.declaration if v else '' for v in made)}) = {text};"
        self.scope.variables += [v for v in made if v]
        return [line]

    def _swap(self) -> Lines:
        kind = self.scope.types.value()
        places = [self.of.place(kind, writes=True) for _ in range(2)]
        if None in places:
            return self._assign()
        values = [self.of.wider(kind, 2), self.of.make(kind, 2)]
        if self.scope.chance(0.6):
            values = [str(place) for place in reversed(places)]
        return [f"({places[0]}, {places[1]}) = ({', '.join(values)});"]

    def _push(self) -> Lines:
        arrays = [
            kind
            for variable in self.scope.variables
            if variable.where is Where.STORAGE
            for kind in _arrays_in(variable.type)
        ]
        if not arrays:
            return self._assign()
        kind = self.random.choice(arrays)
        steps = self.scope.find(kind, where=Where.STORAGE)
        if not steps:
            return self._assign()
        place = self.of.spell(self.random.choice(steps))
        if self.scope.chance(0.3):
            return [f"if ({place}.length > 0) {place}.pop();"]
        if kind == BYTES:
            return [f"{place}.push({self.of.make(_BYTE, 2)});"]
        assert kind.inner is not None
        if kind.inner.has_mapping or self.scope.chance(0.25):
            if kind.inner.is_value and self.scope.chance(0.5):
                return [f"{place}.push() = {self.of.make(kind.inner, 2)};"]
            return [f"{place}.push();"]
        return [f"{place}.push({self.of.wider(kind.inner, 2)});"]

    # --- calls, events, failures

    def _call(self) -> Lines:
        found = self.of.call(None)
        return [f"{found[0]};"] if found else [f"{self.of.make(self.scope.types.value())};"]

    def _emit(self) -> Lines:
        if not self.events:
            return self._assign()
        event = self.random.choice(self.events)
        inner = ", ".join(self.of.wider(kind, 2) for _, kind in event.members)
        return [f"emit {event.name}({inner});"]

    def _fail(self) -> Lines:
        condition = self.of.make(BOOL, 2)
        if self.scope.chance(0.5):
            condition = f"({self.of.make(uint(8), 2)} < {self.random.choice([3, 200, 250])})"
        error = self.random.choice(self.errors)
        made = f"{error.name}({', '.join(self.of.wider(kind, 2) for _, kind in error.members)})"
        return [
            self.random.choice(
                [
                    f"require({condition});",
                    f'require({condition}, "{self.random.choice(["no", "z" * 40])}");',
                    f"require({condition}, {self.of.make(STRING, 2)});",
                    f"require({condition}, {made});",
                    f"if (!{condition}) revert {made};",
                    f"if (!{condition}) revert({self.of.make(STRING, 2)});",
                    f"assert({condition});",
                ]
            )
        ]

    def _low_level(self) -> Lines:
        external = [f for f in self.scope.functions if f.is_external and f.target == "this"]
        if not external:
            return self._assign()
        function = self.random.choice(external)
        parts = [self.of.make(p.type, 2) for p in function.parameters]
        ok, data = self.scope.fresh("v"), self.scope.fresh("v")
        selector = f"this.{function.name}"
        call = self.random.choice(
            [
                f"abi.encodeCall({selector}, ({', '.join(parts)}))",
                f"abi.encodeWithSelector({', '.join([f'{selector}.selector', *parts])})",
                self.of.make(BYTES, 2),
            ]
        )
        kind = self.random.choice(["call", "call", "delegatecall", "staticcall"])
        self._add(Variable(name=ok, type=BOOL, where=Where.STACK))
        self._add(Variable(name=data, type=BYTES, where=Where.MEMORY))
        return [f"(bool {ok}, bytes memory {data}) = address(this).{kind}({call});"]

    def _try(self, depth: int) -> Lines:
        external = [f for f in self.scope.functions if f.is_external]
        if not external:
            return self._assign()
        function = self.random.choice(external)
        inner = self.of.arguments(function)
        if inner is None:
            return self._assign()
        names = [
            Variable(
                name=self.scope.fresh("v"),
                type=kind,
                where=Where.STACK if kind.is_value else Where.MEMORY,
            )
            for kind in function.returns
        ]
        returned = f" returns ({', '.join(v.declaration for v in names)})" if names else ""
        scope = self.scope.inner()
        scope.variables += names
        done = Statements(scope, self.events, self.errors).nested(depth)
        lines = [f"try {function.target}.{function.name}({inner}){returned} {{", *done]
        for head, variable in (
            ("Error(string memory {})", (STRING, Where.MEMORY)),
            ("Panic(uint256 {})", (UINT, Where.STACK)),
            ("(bytes memory {})", (BYTES, Where.MEMORY)),
        ):
            if self.scope.chance(0.5) or head.startswith("("):
                name = self.scope.fresh("v")
                scope = self.scope.inner()
                scope.variables.append(Variable(name=name, type=variable[0], where=variable[1]))
                body = Statements(scope, self.events, self.errors).nested(depth)
                lines += [f"}} catch {head.format(name)} {{", *body]
        return [*lines, "}"]

    # --- control flow

    def _if(self, depth: int) -> Lines:
        lines = [f"if ({self.of.make(BOOL)}) {{", *self.nested(depth)]
        if self.scope.chance(0.5):
            lines += ["} else {", *self.nested(depth)]
        return [*lines, "}"]

    def _loop(self, depth: int) -> Lines:
        name, times = self.scope.fresh("i"), self.random.choice([1, 2, 3, 4])
        counter = Variable(name=name, type=uint(256), where=Where.STACK, is_writable=False)
        scope = self.scope.inner(in_loop=True)
        scope.variables.append(counter)
        body = Statements(scope, self.events, self.errors).nested(depth, in_loop=True)
        kind = self.random.randrange(3)
        if kind == 0:
            return [f"for (uint256 {name} = 0; {name} < {times}; {name}++) {{", *body, "}"]
        first = f"    {name}++;"
        if kind == 1:
            return [f"uint256 {name} = 0;", f"while ({name} < {times}) {{", first, *body, "}"]
        return [f"uint256 {name} = 0;", "do {", first, *body, f"}} while ({name} < {times});"]

    def _unchecked(self, depth: int) -> Lines:
        head = "{" if self.scope.in_unchecked else "unchecked {"
        return [head, *self.nested(depth, in_unchecked=True), "}"]

    def _return_maybe(self) -> Lines:
        return [f"if ({self.of.make(BOOL, 2)}) {self.returning()}"]

    def returning(self) -> str:
        """Return a `return` statement."""
        values = [
            self.of.wider(kind, 2) if kind.is_value else self.of.make(kind)
            for kind in self.scope.returns
        ]
        if not values:
            return "return;"
        return f"return {values[0]};" if len(values) == 1 else f"return ({', '.join(values)});"

    # --- assembly

    def _assembly(self) -> Lines:
        words = [
            v.name
            for v in self.scope.variables
            if v.type == UINT and v.where is Where.STACK and v.is_writable and not v.is_state
        ]
        slots = [v.name for v in self.scope.variables if v.is_state and v.is_writable]
        target = Variable(name=self.scope.fresh("v"), type=UINT, where=Where.STACK)
        lines = [f"{target.declaration};", 'assembly ("memory-safe") {']
        for _ in range(self.random.choice([1, 2, 3])):
            expression = self._yul(words, slots, 3)
            lines.append(f"    {target.name} := {expression}")
            words = [*words, target.name]
        roll = self.random.random()
        if roll < 0.2 and slots:
            lines.append(f"    sstore({self.random.choice(slots)}.slot, {self._yul(words, [], 2)})")
        elif roll < 0.4:
            name = self.scope.fresh("y")
            lines.append(
                f"    for {{ let {name} := 0 }} lt({name}, 3) {{ {name} := add({name}, 1) }} "
                f"{{ {target.name} := {self._yul([*words, name], slots, 2)} }}"
            )
        elif roll < 0.6:
            lines.append(
                f"    switch {self._yul(words, slots, 2)} case 0 {{ {target.name} := 7 }} "
                f"default {{ {target.name} := {self._yul(words, slots, 2)} }}"
            )
        self._add(target)
        return [*lines, "}"]

    def _yul(self, words: list[str], slots: list[str], depth: int) -> str:
        pick = self.random
        if depth == 0 or pick.random() < 0.2:
            if words and pick.random() < 0.6:
                return pick.choice(words)
            return str(pick.choice([0, 1, 2, 31, 32, 255, 2**255, 2**256 - 1]))
        roll = pick.random()
        inner = [self._yul(words, slots, depth - 1) for _ in range(3)]
        if roll < 0.1 and slots:
            return f"sload({pick.choice(slots)}.slot)"
        if roll < 0.25:
            return f"{pick.choice(['not', 'iszero', 'calldataload'])}({inner[0]})"
        if roll < 0.35:
            return f"{pick.choice(['addmod', 'mulmod'])}({', '.join(inner)})"
        if roll < 0.5:
            name = pick.choice(["shl", "shr", "sar", "byte", "signextend"])
            return f"{name}({pick.choice([0, 1, 8, 31, 255, 256])}, {inner[0]})"
        return f"{pick.choice(BUILTINS)}({inner[0]}, {inner[1]})"


_BYTE = Type(kind=Kind.FIXED_BYTES, name="bytes1", bits=8)


def _arrays_in(kind: Type) -> list[Type]:
    """Return the dynamic arrays in a type."""
    found = []
    if kind == BYTES or (kind.kind is Kind.ARRAY and kind.size is None):
        found.append(kind)
    parts = [kind.inner] if kind.inner is not None else []
    parts += [member for _, member in kind.members]
    for part in parts:
        found += _arrays_in(part)
    return found
