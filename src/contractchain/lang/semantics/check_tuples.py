"""Checks tuples, inline arrays and conditionals."""

from contractchain.lang import ast
from contractchain.lang.semantics.annotations import ExpressionInfo
from contractchain.lang.semantics.check_assignments import AssignmentChecker
from contractchain.lang.semantics.conversions import find_common_type
from contractchain.lang.semantics.types import (
    BOOL,
    UNKNOWN,
    VOID,
    ArrayType,
    ModuleType,
    RationalType,
    TupleType,
    Type,
    TypeType,
)

_CALLDATA = ast.DataLocation.CALLDATA
_STORAGE = ast.DataLocation.STORAGE


class TupleChecker(AssignmentChecker):
    """Checks expressions that are made of several others, of any types."""

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
            if infos[-1].type == VOID:
                self.context.type_error(6473, "there is no value here", item.span)
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
