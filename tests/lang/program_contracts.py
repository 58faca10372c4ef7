"""Random programs: small well-typed sources in which a bit of everything of the language occurs.

`write_program(seed)` returns the same text for the same seed. There is no recursion and loops are
short, so that calls end; no program looks at its own code or at the gas that is left, in which two
compilers rightly differ.
"""

import random
from dataclasses import dataclass, field, replace

from program_expressions import Expressions
from program_scope import Function, Scope, Variable, Where
from program_statements import Lines, Statements
from program_types import BOOL, BYTES, STRING, Kind, Type, TypePool

MAIN = "Main"
"""The contract that is deployed."""
HELPER = "Helper"


def write_program(seed: int | str) -> str:
    """Return the source of a program; `MAIN` is the contract to deploy."""
    return _Program(random=random.Random(seed)).write()


@dataclass(slots=True, kw_only=True)
class _Program:
    random: random.Random
    names: list[int] = field(default_factory=lambda: [0])
    lines: Lines = field(default_factory=list)
    events: list[Type] = field(default_factory=list)
    errors: list[Type] = field(default_factory=list)
    free: list[Function] = field(default_factory=list)
    constants: list[Variable] = field(default_factory=list)
    types: TypePool = field(init=False)

    def write(self) -> str:
        self.types = TypePool(random=self.random)
        self.lines += ["// SPDX-License-Identifier: MIT", "pragma solidity ^0.8.24;", ""]
        self._declare_types()
        self._declare_failures()
        for _ in range(self.random.choice([0, 0, 1])):
            self._constant()
        for _ in range(self.random.choice([0, 0, 1])):
            self._free_function("function")
        self._library()
        has_helper = self.random.random() < 0.25
        helper: list[Function] = []
        if has_helper:
            helper = _Contract(program=self, name=HELPER).write()
        base = (
            _Contract(program=self, name="Base", is_base=True)
            if self.random.random() < 0.4
            else None
        )
        if base is not None:
            base.write()
        _Contract(program=self, name=MAIN, base=base, helper=helper, has_helper=has_helper).write()
        return "\n".join(self.lines) + "\n"

    def fresh(self, stem: str) -> str:
        self.names[0] += 1
        return f"{stem}{self.names[0]}"

    def scope(self, **fields: object) -> Scope:
        scope = Scope(
            random=self.random,
            types=self.types,
            names=self.names,
            variables=list(self.constants),
            functions=list(self.free),
        )
        return replace(scope, **fields)  # type: ignore[arg-type]

    def _declare_types(self) -> None:
        pick = self.random
        for _ in range(pick.choice([0, 1, 1, 2])):
            name, count = self.fresh("E"), pick.choice([1, 2, 3, 5])
            self.types.enums.append(Type(kind=Kind.ENUM, name=name, bits=count))
            self.lines.append(f"enum {name} {{ {', '.join(f'M{i}' for i in range(count))} }}")
        for _ in range(pick.choice([0, 1, 1])):
            self._wrapped_type()
        for _ in range(pick.choice([1, 2, 3])):
            name = self.fresh("S")
            kinds = [self.types.data(1) for _ in range(pick.choice([1, 2, 3, 5]))]
            if pick.random() < 0.2:
                kinds.append(self.types.storage(1))
            members = tuple((f"m{i}", kind) for i, kind in enumerate(kinds))
            found = Type(kind=Kind.STRUCT, name=name, members=members)
            if found.words > 20:
                continue
            inner = " ".join(f"{kind.name} {member};" for member, kind in members)
            self.types.structs.append(found)
            self.lines.append(f"struct {name} {{ {inner} }}")

    def _wrapped_type(self) -> None:
        name, inner = self.fresh("W"), self.types.number()
        self.types.wrapped.append(Type(kind=Kind.WRAPPED, name=name, inner=inner, bits=inner.bits))
        self.lines.append(f"type {name} is {inner.name};")
        bound = []
        for sign, word in (("+", "add"), ("-", "sub"), ("&", "and"), ("==", "eq"), ("<", "lt")):
            function = f"{name}_{word}"
            result = "bool" if sign in ("==", "<") else name
            value = f"{name}.unwrap(a) {sign} {name}.unwrap(b)"
            if result == name:
                value = f"{name}.wrap({value})"
            self.lines.append(
                f"function {function}({name} a, {name} b) pure returns ({result}) "
                f"{{ {self.random.choice(['return', 'unchecked { return'])} {value};"
            )
            closing = " } }" if "unchecked" in self.lines[-1] else " }"
            self.lines[-1] += closing
            bound.append(f"{function} as {sign}")
        self.lines.append(f"using {{ {', '.join(bound)} }} for {name} global;")

    def _declare_failures(self) -> None:
        for keyword, found, most in (("event", self.events, 3), ("error", self.errors, 2)):
            for _ in range(self.random.choice(range(1, most + 1))):
                name = self.fresh("V" if keyword == "event" else "X")
                kinds = [self.types.data(1) for _ in range(self.random.choice([0, 1, 2, 3]))]
                members = tuple((f"m{i}", kind) for i, kind in enumerate(kinds) if kind.words <= 12)
                found.append(Type(kind=Kind.STRUCT, name=name, members=members))
                indexed = 0
                parts = []
                for _, kind in members:
                    mark = keyword == "event" and indexed < 3 and self.random.random() < 0.4
                    indexed += mark
                    parts.append(f"{kind.name}{' indexed' if mark else ''}")
                self.lines.append(f"{keyword} {name}({', '.join(parts)});")

    def _constant(self) -> None:
        kind = self.random.choice([self.types.value(), STRING])
        name = self.fresh("c")
        value = Expressions(self.scope(has_this=False)).literal(kind)
        if kind == STRING:
            value = value.removeprefix("string(").removesuffix(")")
        self.lines.append(f"{kind.name} constant {name} = {value};")
        where = Where.STACK if kind.is_value else Where.MEMORY
        self.constants.append(Variable(name=name, type=kind, where=where, is_writable=False))

    def parameters(self, locations: tuple[Where, ...], most: int = 3) -> tuple[Variable, ...]:
        """Return parameters of a function."""
        found = []
        for _ in range(self.random.choice(range(most + 1))):
            kind, where = self.types.value(), Where.STACK
            if self.random.random() < 0.4:
                kind, where = self.types.reference(), self.random.choice(locations)
            found.append(Variable(name=self.fresh("a"), type=kind, where=where))
        return tuple(
            replace(p, is_writable=p.where not in (Where.CALLDATA, Where.STORAGE)) for p in found
        )

    def results(self) -> tuple[Type, ...]:
        """Return the types that a function returns."""
        pick = self.random
        count = pick.choice([0, 1, 1, 1, 2, 3])
        return tuple(
            self.types.value() if pick.random() < 0.7 else self.types.reference()
            for _ in range(count)
        )

    def body(
        self, scope: Scope, parameters: tuple[Variable, ...], returns: tuple[Type, ...]
    ) -> tuple[str, Lines]:
        """Return the clause of the return types, and the lines of a body."""
        scope = scope.inner(returns=returns)
        scope.variables += parameters
        names = [self.fresh("r") for _ in returns] if self.random.random() < 0.5 else []
        parts = []
        for place, kind in enumerate(returns):
            where = Where.STACK if kind.is_value else Where.MEMORY
            variable = Variable(name=names[place] if names else "", type=kind, where=where)
            parts.append(variable.declaration)
            if names:
                scope.variables.append(variable)
        writer = Statements(scope, self.events, self.errors)
        lines = writer.block(self.random.choice([1, 2, 2, 3, 4]))
        if returns and (not names or self.random.random() < 0.4):
            lines.append(writer.returning())
        if self.random.random() < 0.3:
            is_flat = not any(line.startswith("unchecked") for line in lines)
            if is_flat and not any("unchecked {" in line for line in lines):
                lines = ["unchecked {", *(f"    {line}" for line in lines), "}"]
        return (f" returns ({', '.join(parts)})" if parts else ""), lines

    def _free_function(self, keyword: str, indent: str = "") -> Function:
        parameters = self.parameters((Where.MEMORY,))
        returns = self.results()
        name = self.fresh("free")
        scope = self.scope(has_this=False)
        clause, lines = self.body(scope, parameters, returns)
        head = ", ".join(p.declaration for p in parameters)
        visibility = " internal" if indent else ""
        self.lines.append(f"{indent}{keyword} {name}({head}){visibility}{clause} {{")
        self.lines += [f"{indent}    {line}" for line in lines]
        self.lines.append(f"{indent}}}")
        found = Function(name=name, parameters=parameters, returns=returns)
        if not indent:
            self.free.append(found)
        return found

    def _library(self) -> None:
        if self.random.random() < 0.75:
            return
        self.lines.append("library Lib {")
        count = self.random.choice([1, 2])
        made = [self._free_function("function", indent="    ") for _ in range(count)]
        self.lines.append("}")
        self.free += [replace(function, name=f"Lib.{function.name}") for function in made]


@dataclass(slots=True, kw_only=True)
class _Contract:
    """Writes one contract."""

    program: _Program
    name: str
    is_base: bool = False
    base: "_Contract | None" = None
    helper: list[Function] = field(default_factory=list)
    has_helper: bool = False
    state: list[Variable] = field(default_factory=list)
    functions: list[Function] = field(default_factory=list)
    virtual: list[Function] = field(default_factory=list)
    modifiers: list[tuple[str, tuple[Variable, ...]]] = field(default_factory=list)

    @property
    def lines(self) -> Lines:
        return self.program.lines

    @property
    def random(self) -> random.Random:
        return self.program.random

    def write(self) -> list[Function]:
        """Write the contract; return what others can call."""
        words = "abstract contract" if self.is_base else "contract"
        heritage = f" is {self.base.name}" if self.base is not None else ""
        if self.base is not None:
            self.state += self.base.state
            self.functions += self.base.functions
            self.modifiers += self.base.modifiers
        self.lines.append(f"{words} {self.name}{heritage} {{")
        for _ in range(self.random.choice([1, 2, 3, 4])):
            self._state_variable()
        if self.has_helper:
            self.lines.append(f"    {HELPER} helper;")
        for _ in range(self.random.choice([0, 0, 1, 2])):
            self._modifier()
        self._constructor()
        for function in self.base.virtual if self.base is not None else []:
            if self.random.random() < 0.7:
                self._override(function)
        for _ in range(self.random.choice([1, 2] if self.name != MAIN else [1, 2, 3])):
            self._function()
        if self.name == MAIN and self.random.random() < 0.4:
            self._receive()
        self.lines.append("}")
        return [
            replace(function, target="helper", is_internal=False)
            for function in self.functions
            if function.is_external
        ]

    def scope(self, **fields: object) -> Scope:
        """Return the scope of a body in this contract."""
        scope = self.program.scope(**fields)
        scope.variables += self.state
        scope.functions += self.functions
        if scope.has_this and self.has_helper:
            scope.functions += self.helper
        return scope

    def _emit(self, head: str, lines: Lines) -> None:
        self.lines.append(f"    {head} {{")
        self.lines.extend(f"        {line}" for line in lines)
        self.lines.append("    }")

    def _state_variable(self) -> None:
        program, pick = self.program, self.random
        kind = program.types.storage()
        if kind.words > 30:
            kind = program.types.value()
        name, visibility = program.fresh("s"), pick.choice(["public", "internal", "private"])
        if self.is_base:
            visibility = visibility.replace("private", "internal")
        if visibility == "public" and not _has_getter(kind):
            visibility = "internal"
        transient = kind.is_value and pick.random() < 0.06
        value = ""
        if not transient and not kind.has_mapping and pick.random() < 0.3:
            writer = Expressions(program.scope(has_this=False))
            value = f" = {writer.make(kind, 2)}"
        extra = " transient" if transient else ""
        self.lines.append(f"    {kind.name} {visibility}{extra} {name}{value};")
        where = Where.STACK if kind.is_value else Where.STORAGE
        variable = Variable(
            name=name,
            type=kind,
            where=where,
            is_state=not transient,
            is_writable=kind.kind is not Kind.MAPPING and not kind.has_mapping,
        )
        self.state.append(variable)

    def _modifier(self) -> None:
        program = self.program
        name, parameters = program.fresh("mod"), program.parameters((Where.MEMORY,), most=1)
        scope = self.scope(is_void=True)
        scope.variables += parameters
        writer = Statements(scope, program.events, program.errors)
        before = writer.block(self.random.choice([0, 1, 2]), 1)
        after = writer.block(self.random.choice([0, 1, 2]), 1)
        middle = ["_;"]
        roll = self.random.random()
        if roll < 0.15:
            middle = ["_;", "_;"]
        elif roll < 0.3:
            middle = [f"if ({writer.of.make(BOOL, 2)}) {{", "    _;", "}"]
        head = ", ".join(p.declaration for p in parameters)
        self._emit(f"modifier {name}({head})", [*before, *middle, *after])
        self.modifiers.append((name, parameters))

    def _applied(self, scope: Scope) -> str:
        text = ""
        writer = Expressions(scope)
        for name, parameters in self.modifiers:
            if self.random.random() < 0.25:
                text += f" {name}({', '.join(writer.make(p.type, 2) for p in parameters)})"
        return text

    def _constructor(self) -> None:
        program = self.program
        immutable = None
        if self.random.random() < 0.4:
            kind, name = program.types.value(), program.fresh("k")
            immutable = Variable(name=name, type=kind, where=Where.STACK, is_writable=False)
            self.lines.append(f"    {kind.name} immutable {name};")
        parameters = (
            () if self.is_base or self.name == HELPER else program.parameters((Where.MEMORY,))
        )
        scope = self.scope(has_this=False, is_void=True)
        scope.functions = list(program.free)
        scope.variables += parameters
        writer = Statements(scope, program.events, program.errors)
        lines = []
        if immutable is not None:
            lines.append(f"{immutable.name} = {writer.of.make(immutable.type, 2)};")
        if self.has_helper:
            lines.append(f"helper = new {HELPER}();")
        lines += writer.block(self.random.choice([0, 1, 3]))
        head = ", ".join(p.declaration for p in parameters)
        self._emit(f"constructor({head}) payable", lines)
        if immutable is not None:
            self.state.append(immutable)

    def _function(self) -> None:
        program, pick = self.program, self.random
        visibility = pick.choice(["external", "external", "public", "public", "internal"])
        locations = {
            "external": (Where.CALLDATA, Where.CALLDATA, Where.MEMORY),
            "public": (Where.MEMORY, Where.MEMORY, Where.CALLDATA),
            "internal": (Where.MEMORY, Where.MEMORY, Where.STORAGE),
        }[visibility]
        function = Function(
            name=program.fresh("f"),
            parameters=program.parameters(locations),
            returns=program.results(),
            is_external=visibility != "internal",
            is_internal=visibility != "external",
            is_payable=visibility != "internal" and pick.random() < 0.2,
        )
        is_virtual = self.is_base and pick.random() < 0.7
        extra = " virtual" if is_virtual else ""
        self._write(function, visibility + extra, self.scope())
        if is_virtual:
            self.virtual.append(function)
        self.functions.append(function)

    def _override(self, function: Function) -> None:
        assert self.base is not None
        known = self.base.functions
        scope = self.scope()
        before = known[: known.index(function)]
        scope.functions = [*self.program.free, *before]
        if function.is_internal:
            scope.functions.append(
                replace(function, name=f"super.{function.name}", is_external=False)
            )
        visibility = "internal"
        if function.is_external:
            visibility = "public" if function.is_internal else "external"
        self._write(function, f"{visibility} override", scope)

    def _write(self, function: Function, words: str, scope: Scope) -> None:
        scope.has_this = True
        clause, lines = self.program.body(scope, function.parameters, function.returns)
        if function.is_payable:
            words += " payable"
        words += self._applied(scope)
        head = ", ".join(p.declaration for p in function.parameters)
        self._emit(f"function {function.name}({head}) {words}{clause}", lines)

    def _receive(self) -> None:
        writer = Statements(self.scope(is_void=True), self.program.events, self.program.errors)
        self._emit("receive() external payable", writer.block(1, 0))
        if self.random.random() < 0.5:
            scope = self.scope(is_void=True)
            scope.variables.append(
                Variable(name="input", type=BYTES, where=Where.CALLDATA, is_writable=False)
            )
            writer = Statements(scope, self.program.events, self.program.errors)
            lines = [*writer.block(2, 1), f"return {writer.of.make(BYTES)};"]
            self._emit(
                "fallback(bytes calldata input) external payable returns (bytes memory)", lines
            )


def _has_getter(kind: Type) -> bool:
    """Tell whether a public variable of this type can be: its getter returns something."""
    if kind.kind in (Kind.MAPPING, Kind.ARRAY):
        assert kind.inner is not None
        return _has_getter(kind.inner)
    if kind.kind is Kind.STRUCT:
        return any(member.kind not in (Kind.MAPPING, Kind.ARRAY) for _, member in kind.members)
    return True
