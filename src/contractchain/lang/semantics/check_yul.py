"""Checks inline assembly: statements, calls and numbers of values."""

from __future__ import annotations

from contractchain.lang import ast
from contractchain.lang.ast import yul
from contractchain.lang.diagnostics import DiagnosticKind
from contractchain.lang.semantics.check_yul_names import YulNameChecker
from contractchain.lang.semantics.checking import Frame
from contractchain.lang.semantics.context import suggest
from contractchain.lang.semantics.yul_builtins import SINCE, YulBuiltin
from contractchain.lang.semantics.yul_scopes import YulScope


class YulChecker(YulNameChecker):
    """Checks one block of assembly at a time."""

    def check(self, node: ast.InlineAssembly, frame: Frame) -> None:
        """Check the assembly `node`."""
        self.frame = frame
        self.scope = YulScope(None)
        self.loops = 0
        for flag in node.flags:
            if flag != "memory-safe":
                self.context.warning(4430, f"unknown assembly flag `{flag}`", node.span)
        if node.flags.count("memory-safe") > 1:
            self.context.syntax_error(7026, "an assembly flag is given twice", node.span)
        self._check_block(node.body, YulScope(None))

    # statements

    def _check_block(self, node: yul.YulBlock, scope: YulScope) -> None:
        outer, self.scope = getattr(self, "scope", None), scope
        for item in node.statements:
            if isinstance(item, yul.YulFunctionDefinition):
                self.declare(item.name, item.span)
                scope.functions[item.name] = (len(item.parameters), len(item.returns))
        for item in node.statements:
            self._check_statement(item)
        if outer is not None:
            self.scope = outer

    def _inner(self, node: yul.YulBlock) -> None:
        self._check_block(node, YulScope(self.scope))

    def _check_statement(self, node: yul.YulStatement) -> None:
        match node:
            case yul.YulBlock():
                self._inner(node)
            case yul.YulVariableDeclaration():
                if node.value is not None:
                    self._expect(node.value, len(node.variables))
                for item in node.variables:
                    self.declare(item.name, item.span, is_let=True)
                    self.scope.variables.add(item.name)
            case yul.YulAssignment():
                self._expect(node.value, len(node.targets))
                seen: set[str] = set()
                for item in node.targets:
                    if item.name in seen:
                        self.error(9005, f"`{item.name}` is assigned twice", item.span)
                    seen.add(item.name)
                    self.check_name(item, is_written=True)
            case yul.YulExpressionStatement():
                self._expect(node.expression, 0)
            case yul.YulIf():
                self._expect(node.condition, 1)
                self._inner(node.body)
            case yul.YulSwitch():
                self._check_switch(node)
            case yul.YulFor():
                self._check_for(node)
            case yul.YulFunctionDefinition():
                self._check_function(node)
            case yul.YulBreak() | yul.YulContinue():
                if not self.loops:
                    self.context.report(
                        DiagnosticKind.SYNTAX_ERROR,
                        2592,
                        "this can only stand in a loop",
                        node.span,
                    )
            case yul.YulLeave():
                if not self.scope.is_in_function:
                    self.context.report(
                        DiagnosticKind.SYNTAX_ERROR,
                        8149,
                        "`leave` can only stand in a function of assembly",
                        node.span,
                    )

    def _check_switch(self, node: yul.YulSwitch) -> None:
        self._expect(node.value, 1)
        seen: set[int] = set()
        for case in node.cases:
            self._check_literal(case.literal)
            if case.literal.value in seen:
                self.error(6792, "this case is there already", case.span)
            seen.add(case.literal.value)
            self._inner(case.body)
        if node.default is not None:
            self._inner(node.default)

    def _check_for(self, node: yul.YulFor) -> None:
        outer = self.scope
        self.scope = YulScope(outer)
        loops, self.loops = self.loops, 0
        for item in node.initial.statements:
            if isinstance(item, yul.YulFunctionDefinition):
                self.context.syntax_error(
                    3441, "no function can be defined in the head of a loop", item.span
                )
                continue
            self._check_statement(item)
        self._expect(node.condition, 1)
        self._inner(node.step)
        self.loops = loops + 1
        self._inner(node.body)
        self.loops = loops
        self.scope = outer

    def _check_function(self, node: yul.YulFunctionDefinition) -> None:
        outer, loops = self.scope, self.loops
        self.loops = 0
        inside = YulScope(outer, is_function=True)
        self.scope = inside
        for item in (*node.parameters, *node.returns):
            self.declare(item.name, item.span)
            inside.variables.add(item.name)
        self._check_block(node.body, YulScope(inside))
        self.scope, self.loops = outer, loops

    # expressions

    def _expect(self, node: yul.YulExpression, values: int) -> None:
        """Check `node` and that it has as many values as are needed."""
        got = self._check_expression(node)
        if got is None or got == values:
            return
        if values == 0:
            self.type_error(
                3083,
                f"this has {got} values that nothing takes",
                node.span,
                "`pop(...)` drops a value",
            )
        else:
            self.type_error(
                3812 if values != 1 else 3950,
                f"{values} {'value is' if values == 1 else 'values are'} needed,"
                f" and this has {got}",
                node.span,
            )

    def _check_expression(self, node: yul.YulExpression) -> int | None:
        """Return the number of values of `node`; `None` after a fault."""
        match node:
            case yul.YulLiteral():
                self._check_literal(node)
                return 1
            case yul.YulIdentifier():
                self.check_name(node, is_written=False)
                return 1
            case yul.YulCall():
                return self._check_call(node)
        return None

    def _check_literal(self, node: yul.YulLiteral) -> None:
        if node.kind is yul.YulLiteralKind.STRING and len(node.text) > 32:
            self.type_error(3069, "a string of assembly has at most 32 bytes", node.span)

    def _check_call(self, node: yul.YulCall) -> int | None:
        name = node.name.name
        builtin = self.builtins.get(name)
        if builtin is not None:
            return self._check_instruction(node, builtin)
        found = self.scope.find_function(name)
        if found is None:
            for argument in node.arguments:
                self._check_expression(argument)
            if name in SINCE:
                version, code = SINCE[name]
                self.type_error(
                    code,
                    f"there is no instruction `{name}` before the EVM version `{version.value}`",
                    node.name.span,
                    f"compile with `--evm-version {version.value}`",
                )
            elif self.scope.find_variable(name):
                self.error(4202, f"`{name}` is a variable and cannot be called", node.name.span)
            elif self.frame.scope.find(name):
                self.error(
                    4619,
                    f"`{name}` cannot be called from assembly",
                    node.name.span,
                    "functions of Solidity are not visible in assembly",
                )
            else:
                self.error(
                    4619,
                    f"there is no function or instruction `{name}`",
                    node.name.span,
                    suggest(name, self._callable_names()),
                )
            return None
        wanted, returned = found
        self._check_arguments(node, wanted)
        return returned

    def _callable_names(self) -> list[str]:
        names = list(self.builtins)
        scope: YulScope | None = self.scope
        while scope is not None:
            names += scope.functions
            scope = scope.parent
        return names

    def _check_instruction(self, node: yul.YulCall, builtin: YulBuiltin) -> int | None:
        self._check_arguments(node, builtin.arguments)
        return builtin.returns

    def _check_arguments(self, node: yul.YulCall, wanted: int) -> None:
        if len(node.arguments) != wanted:
            self.type_error(
                7000,
                f"`{node.name.name}` takes {wanted} arguments but gets {len(node.arguments)}",
                node.span,
            )
        for argument in node.arguments:
            self._expect(argument, 1)
