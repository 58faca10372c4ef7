"""Checks operators, assignments, tuples and conditionals."""

from contractchain.lang import ast
from contractchain.lang.semantics.annotations import ExpressionInfo
from contractchain.lang.semantics.checking import CheckerBase
from contractchain.lang.semantics.context import declared_here
from contractchain.lang.semantics.conversions import find_common_type
from contractchain.lang.semantics.operators import binary_result, unary_result
from contractchain.lang.semantics.symbols import FunctionSymbol, VariableKind, VariableSymbol
from contractchain.lang.semantics.types import (
    BOOL,
    UNKNOWN,
    VOID,
    ArrayType,
    BytesType,
    FixedBytesType,
    MappingType,
    ModuleType,
    RationalType,
    StructType,
    TupleType,
    Type,
    TypeType,
    UserDefinedValueType,
)

_CALLDATA = ast.DataLocation.CALLDATA
_STORAGE = ast.DataLocation.STORAGE


class OperatorChecker(CheckerBase):
    """Checks what is built of other expressions by operators."""

    # unary

    def check_unary(self, node: ast.UnaryOperation) -> ExpressionInfo:
        """Check a unary operator."""
        operator = node.operator
        if operator is ast.UnaryOperator.DELETE:
            return self._check_delete(node)
        is_step = operator in (ast.UnaryOperator.INCREMENT, ast.UnaryOperator.DECREMENT)
        inner = self.check_target(node.operand) if is_step else self.check(node.operand)
        if isinstance(inner.type, UserDefinedValueType) and not is_step:
            found = self.using.find_operator(inner.type, operator.value, 1)
            if found:
                return self._user_operator(found, inner.type, is_pure=inner.is_pure)
        if is_step and isinstance(inner.type, RationalType):
            return ExpressionInfo(type=UNKNOWN)
        result = unary_result(operator, inner.type)
        if result.type is None:
            hint = result.reason
            if isinstance(inner.type, UserDefinedValueType):
                hint = f"define it with `using {{f as {operator.value}}} for T global`"
            self.context.type_error(
                4907,
                f"`{operator.value}` does not work on `{inner.type}`",
                node.span,
                hint=hint,
            )
            return ExpressionInfo(type=UNKNOWN)
        return ExpressionInfo(
            type=result.type, is_pure=inner.is_pure and not is_step, operand_type=result.type
        )

    def _check_delete(self, node: ast.UnaryOperation) -> ExpressionInfo:
        inner = self.check_target(node.operand)
        type_ = inner.type
        if isinstance(type_, MappingType) or (
            type_.is_reference
            and type_.location is _STORAGE
            and type_.is_pointer
            and not isinstance(node.operand, (ast.IndexAccess, ast.MemberAccess))
        ):
            self.context.type_error(
                9767,
                f"`delete` does not work on `{type_}`",
                node.span,
                hint="delete the elements or members instead",
            )
        elif type_.is_reference and type_.location is _CALLDATA:
            self.context.type_error(9767, f"`delete` does not work on `{type_}`", node.span)
        return ExpressionInfo(type=VOID, operand_type=type_)

    def _user_operator(
        self, found: list[FunctionSymbol], type_: Type, *, is_pure: bool
    ) -> ExpressionInfo:
        function = found[0]
        result = function.returns[0].type if function.returns else UNKNOWN
        return ExpressionInfo(type=result, is_pure=is_pure, operand_type=type_, operator=function)

    # binary

    def check_binary(self, node: ast.BinaryOperation) -> ExpressionInfo:
        """Check a chain of binary operators, from the left and without recursion."""
        chain: list[ast.BinaryOperation] = []
        current: ast.Expression = node
        while isinstance(current, ast.BinaryOperation):
            chain.append(current)
            current = current.left
        left = self.check(current)
        for item in reversed(chain):
            right = self.check(item.right)
            left = self._combine(item, left, right)
            self.analysis.expressions[item.node_id] = left
        return left

    def _combine(
        self, node: ast.BinaryOperation, left: ExpressionInfo, right: ExpressionInfo
    ) -> ExpressionInfo:
        is_pure = left.is_pure and right.is_pure
        operator = node.operator
        if isinstance(left.type, UserDefinedValueType):
            found = self.using.find_operator(left.type, operator.value, 2)
            if found and left.type == right.type:
                return self._user_operator(found, left.type, is_pure=is_pure)
        result = binary_result(operator, left.type, right.type)
        if result.type is None:
            self._report_operator(node, left.type, right.type, result.reason)
            fallback = BOOL if operator.is_comparison or operator.is_boolean else UNKNOWN
            return ExpressionInfo(type=fallback)
        if left.is_pure:
            self._check_division(node, right.type)
        type_ = BOOL if operator.is_comparison or operator.is_boolean else result.type
        if result.type is UNKNOWN and type_ is not BOOL:
            type_ = UNKNOWN
        return ExpressionInfo(type=type_, is_pure=is_pure, operand_type=result.type)

    def _check_division(self, node: ast.BinaryOperation, divisor: Type) -> None:
        if node.operator not in (ast.BinaryOperator.DIVIDE, ast.BinaryOperator.MODULO):
            return
        if isinstance(divisor, RationalType) and divisor.value == 0:
            self.context.type_error(1211, "division by zero", node.span)

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

    # assignment

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
        return ExpressionInfo(type=VOID)

    def _check_mapping_inside(self, node: ast.Expression, info: ExpressionInfo) -> None:
        """Report an assignment that would have to copy a mapping."""
        type_ = info.type
        if not type_.contains_mapping or type_.location is not _STORAGE:
            return
        symbol = info.declaration
        is_local = isinstance(symbol, VariableSymbol) and symbol.kind not in (
            VariableKind.STATE,
            VariableKind.MEMBER,
        )
        if is_local:
            return
        if type_.is_reference and type_.is_pointer:
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

    # tuples and conditionals

    def check_tuple(self, node: ast.TupleExpression) -> ExpressionInfo:
        """Check a tuple, an expression in parentheses or an inline array."""
        if node.is_inline_array:
            return self._check_inline_array(node)
        infos: list[ExpressionInfo] = []
        for item in node.components:
            if item is None:
                self.context.type_error(8381, "a value is missing in the tuple", node.span)
                continue
            infos.append(self.check(item))
            if len(node.components) > 1:
                self._check_size(item, infos[-1].type)
        if len(node.components) == 1 and infos:
            inner = infos[0]
            return ExpressionInfo(
                type=inner.type,
                is_lvalue=inner.is_lvalue,
                is_pure=inner.is_pure,
                declaration=inner.declaration,
                builtin=inner.builtin,
                lookup=inner.lookup,
            )
        return ExpressionInfo(
            type=TupleType(tuple(item.type for item in infos)),
            is_pure=all(item.is_pure for item in infos),
        )

    def _check_size(self, node: ast.Expression, type_: Type) -> None:
        is_whole = isinstance(type_, RationalType) and type_.value.denominator == 1
        if is_whole and type_.mobile is None:
            self.context.type_error(3390, "the number fits in no type", node.span)

    def _check_inline_array(self, node: ast.TupleExpression) -> ExpressionInfo:
        common: Type | None = None
        is_pure = True
        for position, item in enumerate(node.components):
            assert item is not None
            info = self.check(item)
            is_pure = is_pure and info.is_pure
            if info.type is UNKNOWN:
                common = UNKNOWN
            mobile = info.type.mobile
            if mobile is None or isinstance(mobile, TupleType):
                self.context.type_error(9563, f"`{info.type}` cannot be in an array", item.span)
                common = UNKNOWN
            elif position == 0:
                common = mobile
            elif common is not None and common is not UNKNOWN:
                common = find_common_type(common, info.type)
        if common is None:
            self.context.type_error(
                6378,
                "the elements of the array have no common type",
                node.span,
                hint="convert the first one explicitly: `[uint256(1), 2]`",
            )
            common = UNKNOWN
        if common is UNKNOWN:
            return ExpressionInfo(type=UNKNOWN)
        if common.contains_mapping:
            self.context.type_error(
                1545, f"`{common.describe()}` can only be in storage", node.span
            )
        element = common.at(ast.DataLocation.MEMORY)
        array = ArrayType(element, len(node.components), ast.DataLocation.MEMORY)
        return ExpressionInfo(type=array, is_pure=is_pure)

    def check_conditional(self, node: ast.Conditional) -> ExpressionInfo:
        """Check `a ? b : c`."""
        condition = self.check_expecting(node.condition, BOOL, "the condition")
        first, second = self.check(node.if_true), self.check(node.if_false)
        same = first.type == second.type and isinstance(first.type, ModuleType)
        common = first.type if same else _common_branch(first.type, second.type)
        if common is None or isinstance(common, TypeType):
            self.context.type_error(
                1080,
                f"the branches have different types, `{first.type}` and `{second.type}`",
                node.span,
            )
            common = UNKNOWN
        return ExpressionInfo(
            type=common,
            is_pure=condition.is_pure and first.is_pure and second.is_pure,
            operand_type=common,
        )


def _common_branch(first: Type, second: Type) -> Type | None:
    if isinstance(first, TupleType) and isinstance(second, TupleType):
        if len(first.components) != len(second.components):
            return None
        parts: list[Type | None] = []
        for mine, theirs in zip(first.components, second.components, strict=True):
            common = None if mine is None or theirs is None else find_common_type(mine, theirs)
            if common is None:
                return None
            parts.append(common)
        return TupleType(tuple(parts))
    return find_common_type(first, second)


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
