"""Expressions without calls: literals, operators, assignments, elements, tuples."""

from contractchain.lang import ast
from contractchain.lang.ast import BinaryOperator, DataLocation, UnaryOperator
from contractchain.lang.ir.nodes import Operand
from contractchain.lang.lower import arithmetic, calldata, memory
from contractchain.lang.lower.constants import Panic
from contractchain.lang.lower.conversions import convert
from contractchain.lang.lower.frame import Frame, evaluates
from contractchain.lang.lower.functions import call_function
from contractchain.lang.lower.places import delete, read, write
from contractchain.lang.lower.refusal import refuse
from contractchain.lang.lower.values import Words, byte_at, clean, count_words, resolve
from contractchain.lang.semantics.symbols import VariableKind, VariableSymbol
from contractchain.lang.semantics.types import (
    BOOL,
    UINT256,
    ArrayType,
    FixedBytesType,
    IntegerType,
    MappingType,
    TupleType,
    Type,
)


@evaluates(ast.Literal)
def _evaluate_literal(frame: Frame, node: ast.Literal) -> Words:
    if node.kind is ast.LiteralKind.BOOL:
        return (int(node.text == "true"),)
    if node.kind is ast.LiteralKind.NUMBER:  # an address
        return (int(node.text.replace("_", ""), 0),)
    return ()


@evaluates(ast.ElementaryTypeNameExpression)
def _evaluate_type(frame: Frame, node: ast.ElementaryTypeNameExpression) -> Words:
    return ()


@evaluates(ast.TupleExpression)
def _evaluate_tuple(frame: Frame, node: ast.TupleExpression) -> Words:
    if node.is_inline_array:
        return _evaluate_inline_array(frame, node)
    words: Words = ()
    for part in node.components:
        if part is not None:
            words += frame.raw_value(part)
    return words


def _evaluate_inline_array(frame: Frame, node: ast.TupleExpression) -> Words:
    item = frame.type_of(node)
    assert isinstance(item, ArrayType)
    pointer = memory.allocate_array(frame.code, item, len(node.components))
    for index, part in enumerate(node.components):
        assert part is not None
        value = frame.value_as(part, item.element)
        memory.store(frame.code, frame.code.add(pointer, 32 * index), item.element, value)
    return (pointer,)


@evaluates(ast.Conditional)
def _evaluate_conditional(frame: Frame, node: ast.Conditional) -> Words:
    code, target = frame.code, frame.type_of(node)
    condition = frame.word_as(node.condition, BOOL)
    targets = target.components if isinstance(target, TupleType) else (target,)
    result = [code.variable(0) for _ in range(count_words(target))]

    def take(branch: ast.Expression) -> None:
        parts = frame.adapted(branch, frame.raw_value(branch), targets)
        for variable, word in zip(result, sum(parts, ()), strict=True):
            code.set(variable, word)

    code.choose(condition, lambda: take(node.if_true), lambda: take(node.if_false))
    return tuple(code.get(variable) for variable in result)


@evaluates(ast.UnaryOperation)
def _evaluate_unary(frame: Frame, node: ast.UnaryOperation) -> Words:
    code, info = frame.code, frame.info(node)
    if info.operator is not None:
        (words,) = frame.passed_on((node.operand,), (info.operator.parameters[0].type,))
        return call_function(frame, info.operator, words)
    item = frame.type_of(node.operand)
    match node.operator:
        case UnaryOperator.DELETE:
            delete(frame, frame.place(node.operand), item)
            return ()
        case UnaryOperator.INCREMENT | UnaryOperator.DECREMENT:
            return _evaluate_step(frame, node, item)
        case UnaryOperator.NOT:
            return (code.iszero(frame.word_as(node.operand, BOOL)),)
        case UnaryOperator.BIT_NOT:
            (word,) = frame.value(node.operand)
            return (clean(code, code.not_(word), item),)
        case UnaryOperator.NEGATE:
            integer = resolve(item)
            assert isinstance(integer, IntegerType)
            (word,) = frame.value(node.operand)
            return (arithmetic.negate(code, integer, word, checked=not frame.is_unchecked),)


def _evaluate_step(frame: Frame, node: ast.UnaryOperation, item: Type) -> Words:
    assert isinstance(item, IntegerType)
    place = frame.place(node.operand)
    (before,) = read(frame, place, item)
    (clean_before,) = frame.cleaned(node.operand, (before,))
    up = node.operator is UnaryOperator.INCREMENT
    after = arithmetic.step(frame.code, item, clean_before, up=up, checked=not frame.is_unchecked)
    write(frame, place, item, (after,), item)
    return (after if node.is_prefix else before,)


@evaluates(ast.BinaryOperation)
def _evaluate_binary(frame: Frame, node: ast.BinaryOperation) -> Words:
    info, operator = frame.info(node), node.operator
    if info.operator is not None:
        kinds = [parameter.type for parameter in info.operator.parameters]
        left, right = frame.passed_on((node.left, node.right), kinds)
        return call_function(frame, info.operator, left + right)
    if operator.is_boolean:
        return (_evaluate_boolean(frame, node),)
    common = info.operand_type
    assert common is not None
    if operator.is_bitwise:
        left, right = frame.passed_on((node.left, node.right), (common, common))
        return (arithmetic.bitwise(frame.code, operator, left[0], right[0]),)
    left, right = frame.value(node.left), frame.value(node.right)
    left_type, right_type = frame.type_of(node.left), frame.type_of(node.right)
    left = convert(frame.code, left, left_type, common)
    if operator.is_shift or operator is BinaryOperator.POWER:
        amount = right_type.mobile
        assert amount is not None
        right = convert(frame.code, right, right_type, amount)
    else:
        right = convert(frame.code, right, right_type, common)
    if len(left) == 2:
        return (_compare_functions(frame, operator, left, right),)
    return (apply_operator(frame, operator, common, left[0], right[0]),)


def _evaluate_boolean(frame: Frame, node: ast.BinaryOperation) -> Operand:
    code = frame.code
    result = code.variable(frame.passed_on((node.left,), (BOOL,))[0][0])
    condition = code.get(result)
    if node.operator is BinaryOperator.OR:
        condition = code.iszero(condition)
    with code.when(condition):
        code.set(result, frame.passed_on((node.right,), (BOOL,))[0][0])
    return code.get(result)


def _compare_functions(
    frame: Frame, operator: BinaryOperator, left: Words, right: Words
) -> Operand:
    code = frame.code
    same = code.and_(code.eq(left[0], right[0]), code.eq(left[1], right[1]))
    return same if operator is BinaryOperator.EQUAL else code.iszero(same)


def apply_operator(
    frame: Frame, operator: BinaryOperator, item: Type, left: Operand, right: Operand
) -> Operand:
    """Return the result of a binary operator on clean values of `item`.

    The right operand of shifts and powers has a type of its own.
    """
    code, checked = frame.code, not frame.is_unchecked
    if operator.is_comparison:
        return arithmetic.compare(code, operator, item, left, right)
    if operator.is_bitwise:
        return arithmetic.bitwise(code, operator, left, right)
    if operator.is_shift:
        is_left = operator is BinaryOperator.SHIFT_LEFT
        return arithmetic.shift(code, item, left, right, left=is_left)
    if not isinstance(item, IntegerType):
        raise refuse(f"`{operator.value}` on `{item}`")
    match operator:
        case BinaryOperator.ADD:
            return arithmetic.add(code, item, left, right, checked=checked)
        case BinaryOperator.SUBTRACT:
            return arithmetic.subtract(code, item, left, right, checked=checked)
        case BinaryOperator.MULTIPLY:
            return arithmetic.multiply(code, item, left, right, checked=checked)
        case BinaryOperator.DIVIDE:
            return arithmetic.divide(code, item, left, right, checked=checked)
        case BinaryOperator.MODULO:
            return arithmetic.remainder(code, item, left, right)
        case BinaryOperator.POWER:
            return arithmetic.power(code, item, left, right, checked=checked)
    raise refuse(f"the operator `{operator.value}`")


@evaluates(ast.Assignment)
def _evaluate_assignment(frame: Frame, node: ast.Assignment) -> Words:
    target, source = frame.type_of(node.target), frame.type_of(node.value)
    operator = node.operator
    words = _evaluate_right_side(frame, node)
    if operator is not None and operator.is_shift:
        amount = source.mobile
        assert amount is not None
        words = convert(frame.code, words, source, amount)
    elif target.is_value:
        words, source = convert(frame.code, words, source, target), target
    place = frame.place(node.target)
    if operator is None:
        write(frame, place, target, words, source)
        if target.is_reference or isinstance(target, MappingType):
            return read(frame, place, target)
        return words if target.is_value else ()
    current = read(frame, place, target)[0]
    if not (operator.is_bitwise and _takes_raw(frame, node.target, target)):
        (current,) = frame.cleaned(node.target, (current,))
    result = (apply_operator(frame, operator, target, current, words[0]),)
    write(frame, place, target, result, target)
    return result


def _evaluate_right_side(frame: Frame, node: ast.Assignment) -> Words:
    """Return what is assigned, cleaned but for what local variables of the same type take."""
    source = frame.type_of(node.value)
    is_passed_on = node.operator is None or node.operator.is_bitwise
    if not is_passed_on or not frame.unit.uncleaned:
        return frame.value(node.value)
    words = frame.raw_value(node.value)
    target = node.target
    targets = target.components if isinstance(target, ast.TupleExpression) else (target,)
    sources = source.components if isinstance(source, TupleType) else (source,)
    if len(sources) != len(targets):
        return frame.cleaned(node.value, words)
    pairs = zip(targets, sources, strict=True)
    if all(part is None or _takes_raw(frame, part, kind) for part, kind in pairs):
        return words
    return frame.cleaned(node.value, words)


def _takes_raw(frame: Frame, target: ast.Expression, source: Type | None) -> bool:
    symbol = frame.info(target).declaration if isinstance(target, ast.Identifier) else None
    is_local = isinstance(symbol, VariableSymbol) and symbol.kind is not VariableKind.STATE
    return is_local and frame.type_of(target) == source


@evaluates(ast.IndexAccess)
def _evaluate_element(frame: Frame, node: ast.IndexAccess) -> Words:
    base = calldata.sequence_type(frame.type_of(node.base))
    item = frame.type_of(node)
    if node.index is None or not (base.is_value or base.is_reference or base.location):
        return ()  # an array type
    if isinstance(base, MappingType) or (
        base.is_reference and base.location is not DataLocation.CALLDATA
    ):
        return read(frame, frame.place(node), item)
    words = frame.value(node.base)
    index = frame.word_as(node.index, UINT256)
    if base.is_reference:
        return calldata.checked_element(frame.code, base, words, index)
    fixed = resolve(base)
    assert isinstance(fixed, FixedBytesType)
    out_of_bounds = frame.code.iszero(frame.code.lt(index, fixed.size))
    frame.code.panic_if(out_of_bounds, Panic.OUT_OF_BOUNDS)
    return (byte_at(frame.code, index, words[0]),)


@evaluates(ast.IndexRangeAccess)
def _evaluate_slice(frame: Frame, node: ast.IndexRangeAccess) -> Words:
    base = calldata.sequence_type(frame.type_of(node.base))
    words = frame.value(node.base)
    start: Operand = 0 if node.start is None else frame.word_as(node.start, UINT256)
    stop = words[1] if node.stop is None else frame.word_as(node.stop, UINT256)
    return calldata.slice_words(frame.code, base, words, start, stop)
