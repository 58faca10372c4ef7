"""Checks assignments: what may be written to, and by what."""

from contractchain.lang import ast
from contractchain.lang.semantics.annotations import ExpressionInfo
from contractchain.lang.semantics.checking import CheckerBase
from contractchain.lang.semantics.context import declared_here
from contractchain.lang.semantics.operators import binary_result
from contractchain.lang.semantics.symbols import VariableKind, VariableSymbol
from contractchain.lang.semantics.types import (
    UNKNOWN,
    VOID,
    ArrayType,
    BytesType,
    FixedBytesType,
    StructType,
    TupleType,
    Type,
    UserDefinedValueType,
)

_CALLDATA = ast.DataLocation.CALLDATA
_STORAGE = ast.DataLocation.STORAGE


class AssignmentChecker(CheckerBase):
    """Checks `=`, the compound assignments and everything else that changes a variable."""

    def check_assignment(self, node: ast.Assignment) -> ExpressionInfo:
        """Check `=` and the compound assignments."""
        target = self.check_target(node.target)
        if isinstance(target.type, TupleType):
            return self._check_tuple_assignment(node, target.type)
        if node.operator is None:
            self.check_expecting(node.value, target.type, "the assigned value")
            self._check_mapping_inside(node.target, target)
            return ExpressionInfo(type=target.type)
        value = self.check(node.value)
        if isinstance(target.type, UserDefinedValueType):
            result_type, reason = None, None
        else:
            result_type, reason = binary_result(node.operator, target.type, value.type)
        is_wrong = result_type is None or (
            result_type is not UNKNOWN and result_type != target.type
        )
        if is_wrong or node.operator.is_comparison:
            self._report_operator(node, target.type, value.type, reason)
        return ExpressionInfo(type=target.type, operand_type=target.type)

    def _check_tuple_assignment(self, node: ast.Assignment, target: TupleType) -> ExpressionInfo:
        value = self.check(node.value)
        if node.operator is not None:
            self.context.type_error(
                4289, "a compound assignment does not work on a tuple", node.span
            )
            return ExpressionInfo(type=VOID)
        if not target.components:
            self.context.type_error(
                5547, "there is nothing to assign to on the left", node.target.span
            )
        if value.type is UNKNOWN:
            return ExpressionInfo(type=VOID)
        if not isinstance(value.type, TupleType):
            self.context.type_error(
                7407,
                f"the right side must have {len(target.components)} values but is `{value.type}`",
                node.value.span,
            )
            return ExpressionInfo(type=VOID)
        if len(value.type.components) != len(target.components):
            self.context.type_error(
                7407,
                f"the left side takes {len(target.components)} values,"
                f" and the right side has {len(value.type.components)}",
                node.span,
            )
            return ExpressionInfo(type=VOID)
        self.expect(node.value, target, "the right side")
        self._check_mapping_inside(node.target, self.analysis.expressions[node.target.node_id])
        return ExpressionInfo(type=VOID)

    def _check_mapping_inside(self, node: ast.Expression, info: ExpressionInfo) -> None:
        """Report an assignment that would have to copy a mapping."""
        if isinstance(node, ast.TupleExpression) and not node.is_inline_array:
            for item in node.components:
                if item is not None:
                    self._check_mapping_inside(item, self.analysis.expressions[item.node_id])
            return
        type_ = info.type
        if not type_.contains_mapping or type_.location is not _STORAGE:
            return
        symbol = info.declaration
        is_local = isinstance(symbol, VariableSymbol) and symbol.kind in (
            VariableKind.LOCAL,
            VariableKind.RETURN,
        )
        if is_local:
            return
        self.context.type_error(
            9214, "a type in storage that contains a mapping cannot be assigned", node.span
        )

    def check_target(self, node: ast.Expression) -> ExpressionInfo:
        """Check `node`, which is going to be changed."""
        if isinstance(node, ast.TupleExpression) and not node.is_inline_array:
            return self._check_target_tuple(node)
        info = self.check(node)
        info.is_written = True
        if info.type is UNKNOWN:
            return info
        if isinstance(node, ast.Conditional):
            self.context.type_error(
                2212, "a conditional cannot be assigned to", node.span, hint="use `if`"
            )
        elif not info.is_lvalue:
            self._report_not_assignable(node, info)
            return ExpressionInfo(type=UNKNOWN)
        symbol = info.declaration
        if isinstance(symbol, VariableSymbol) and symbol.is_immutable:
            self._check_immutable(node, symbol)
        return info

    def _check_target_tuple(self, node: ast.TupleExpression) -> ExpressionInfo:
        types: list[Type | None] = []
        single: ExpressionInfo | None = None
        for item in node.components:
            if item is None:
                types.append(None)
            else:
                single = self.check_target(item)
                types.append(single.type)
        if len(types) == 1 and single is not None:
            info = ExpressionInfo(
                type=single.type, is_lvalue=True, is_written=True, declaration=single.declaration
            )
        else:
            info = ExpressionInfo(type=TupleType(tuple(types)), is_lvalue=True, is_written=True)
        self.analysis.expressions[node.node_id] = info
        return info

    def _check_immutable(self, node: ast.Expression, symbol: VariableSymbol) -> None:
        function = self.frame.function
        if function is None and not self.frame.is_modifier:
            return
        if function is None or function.kind is not ast.FunctionKind.CONSTRUCTOR:
            self.context.type_error(
                1581,
                f"the immutable `{symbol.name}` can only be set where it is declared"
                " or in the constructor",
                node.span,
                notes=declared_here(symbol),
            )

    def _report_not_assignable(self, node: ast.Expression, info: ExpressionInfo) -> None:
        symbol = info.declaration
        code, message, hint = 4247, "this cannot be assigned to", None
        base: Type | None = None
        if isinstance(node, ast.IndexAccess):
            base = self.analysis.expressions[node.base.node_id].type
        elif isinstance(node, ast.MemberAccess):
            base = self.analysis.expressions[node.object.node_id].type
        if isinstance(symbol, VariableSymbol) and symbol.is_constant:
            code, message = 6520, f"`{symbol.name}` is constant and cannot be changed"
        elif isinstance(base, FixedBytesType):
            code, message = 4360, f"a single byte of a `{base}` cannot be changed"
        elif isinstance(base, (ArrayType, BytesType)) and base.location is _CALLDATA:
            code, message = 6182, "calldata is read-only"
            hint = "copy it to memory first: declare the parameter `memory`"
        elif isinstance(base, StructType) and base.location is _CALLDATA:
            code, message = 4156, "calldata is read-only"
            hint = "copy it to memory first: declare the parameter `memory`"
        elif isinstance(node, ast.MemberAccess) and node.member == "length":
            code, message = 7567, "the length of an array cannot be assigned"
            hint = "use `push` and `pop` on arrays in storage"
        self.context.type_error(
            code, message, node.span, hint=hint, notes=declared_here(symbol) if symbol else ()
        )

    def _report_operator(
        self,
        node: ast.BinaryOperation | ast.Assignment,
        left: Type,
        right: Type,
        reason: str | None,
    ) -> None:
        operator = node.operator
        assert operator is not None
        token = operator.value + ("=" if isinstance(node, ast.Assignment) else "")
        self.context.type_error(
            7366 if isinstance(node, ast.Assignment) else 2271,
            f"`{token}` does not work on `{left}` and `{right}`",
            node.span,
            hint=reason or _operator_hint(operator, left, right),
        )


def _operator_hint(operator: ast.BinaryOperator, left: Type, right: Type) -> str | None:
    if isinstance(left, UserDefinedValueType) or isinstance(right, UserDefinedValueType):
        return (
            f"define it with `using {{f as {operator.value}}} for T global`, or unwrap the values"
        )
    names = {left.describe(), right.describe()}
    if names & {"string", "bytes"}:
        if operator is ast.BinaryOperator.ADD:
            return "join them with `string.concat(a, b)` or `bytes.concat(a, b)`"
        if operator in (ast.BinaryOperator.EQUAL, ast.BinaryOperator.NOT_EQUAL):
            return "compare the hashes: `keccak256(bytes(a)) == keccak256(bytes(b))`"
    if operator.is_boolean:
        return "both sides must be `bool`"
    if left.is_value and right.is_value and left != right:
        return "convert one side explicitly"
    return None
