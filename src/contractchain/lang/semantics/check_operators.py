"""Checks unary and binary operators."""

from contractchain.lang import ast
from contractchain.lang.semantics.annotations import ExpressionInfo
from contractchain.lang.semantics.check_tuples import TupleChecker
from contractchain.lang.semantics.operators import binary_result, unary_result
from contractchain.lang.semantics.symbols import FunctionSymbol
from contractchain.lang.semantics.types import (
    BOOL,
    UNKNOWN,
    VOID,
    MappingType,
    RationalType,
    Type,
    UserDefinedValueType,
)

_CALLDATA = ast.DataLocation.CALLDATA
_STORAGE = ast.DataLocation.STORAGE


class OperatorChecker(TupleChecker):
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
        elif isinstance(type_, UserDefinedValueType):
            self.context.type_error(
                4907,
                f"`delete` does not work on `{type_}`",
                node.span,
                hint=f"assign it, as in `{type_.describe()}.wrap(0)`",
            )
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
        if left.is_pure and right.is_pure:
            self._check_division(node)
        type_ = BOOL if operator.is_comparison or operator.is_boolean else result.type
        if result.type is UNKNOWN and type_ is not BOOL:
            type_ = UNKNOWN
        return ExpressionInfo(type=type_, is_pure=is_pure, operand_type=result.type)

    def _check_division(self, node: ast.BinaryOperation) -> None:
        if node.operator not in (ast.BinaryOperator.DIVIDE, ast.BinaryOperator.MODULO):
            return
        divisor = self.type_resolver.constants.find_value(node.right, self.frame.scope)
        if divisor == 0:
            self.context.type_error(1211, "division by zero", node.span)
