"""Names: identifiers and members, by what they name."""

from contractchain.lang import ast
from contractchain.lang.ast import DataLocation
from contractchain.lang.ir.nodes import Operand
from contractchain.lang.ir.op import Op
from contractchain.lang.lower import calldata
from contractchain.lang.lower.access import length_of
from contractchain.lang.lower.builtin_values import evaluate_builtin
from contractchain.lang.lower.frame import Frame, evaluates
from contractchain.lang.lower.functions import function_number, resolve_function
from contractchain.lang.lower.places import read, variable_place
from contractchain.lang.lower.refusal import refuse
from contractchain.lang.lower.selectors import selector_of
from contractchain.lang.lower.values import Words, count_words
from contractchain.lang.semantics.builtins import Builtin
from contractchain.lang.semantics.symbols import (
    BuiltinSymbol,
    ContractSymbol,
    EnumValueSymbol,
    FunctionSymbol,
    VariableSymbol,
)
from contractchain.lang.semantics.types import (
    ADDRESS,
    ContractType,
    FunctionType,
    FunctionTypeKind,
    ModuleType,
    StructType,
    Type,
    TypeType,
)


@evaluates(ast.Identifier)
def _evaluate_identifier(frame: Frame, node: ast.Identifier) -> Words:
    info = frame.info(node)
    match info.declaration:
        case VariableSymbol() as symbol:
            return evaluate_variable(frame, symbol)
        case FunctionSymbol() as function:
            found = resolve_function(frame, function, info.lookup)
            return (function_number(frame.unit, found),)
        case BuiltinSymbol(name="this"):
            return (frame.code.op(Op.ADDRESS),)
    return ()


def evaluate_variable(frame: Frame, symbol: VariableSymbol) -> Words:
    """Return the value of a variable or constant; of references, where they are."""
    if symbol.is_constant:
        return evaluate_constant(frame, symbol)
    if symbol.is_immutable and not frame.unit.is_creation:
        return (frame.code.op(Op.LOAD_IMMUTABLE, symbol=str(symbol.node.node_id)),)
    return read(frame, variable_place(frame, symbol), symbol.type)


def evaluate_constant(frame: Frame, symbol: VariableSymbol) -> Words:
    """Return the value of a constant."""
    value = symbol.node.value
    if value is None:
        raise refuse(f"the constant `{symbol.name}` without a value", symbol.node)
    outer, frame.contract = frame.contract, symbol.contract
    kind = symbol.type if symbol.type.is_value else symbol.type.at(DataLocation.MEMORY)
    with frame.unchecked(False):
        words = frame.value_as(value, kind)
    frame.contract = outer
    return words


@evaluates(ast.MemberAccess)
def _evaluate_member(frame: Frame, node: ast.MemberAccess) -> Words:
    info = frame.info(node)
    if info.builtin is not None:
        if info.builtin is Builtin.LENGTH:
            return _evaluate_length(frame, node)
        return evaluate_builtin(frame, node, info.builtin)
    base = frame.type_of(node.object)
    if isinstance(base, StructType):
        return _evaluate_struct_member(frame, node, base, info.type)
    match info.declaration:
        case VariableSymbol() as symbol if isinstance(base, ModuleType):
            frame.value(node.object)
            return evaluate_variable(frame, symbol)
        case VariableSymbol() as symbol if not isinstance(info.type, FunctionType) or (
            info.type.kind is not FunctionTypeKind.EXTERNAL or isinstance(base, TypeType)
        ):
            return evaluate_variable(frame, symbol)
        case VariableSymbol() as symbol:
            (address,) = frame.value(node.object)
            return address, selector_of(symbol)
        case EnumValueSymbol() as value:
            return (value.value,)
        case FunctionSymbol() as function:
            return _evaluate_function_member(frame, node, function, info.type)
    if count_words(info.type) == 0:
        frame.value(node.object)
        return ()
    raise refuse(f"the member `{node.member}` of `{base}`", node)


def _evaluate_function_member(
    frame: Frame, node: ast.MemberAccess, function: FunctionSymbol, item: Type
) -> Words:
    if not isinstance(item, FunctionType):
        raise refuse(f"`{node.member}` here", node)
    if item.is_bound:
        raise refuse(f"taking the bound function `{node.member}` as a value", node)
    selector = selector_of(function)
    base = frame.type_of(node.object)
    match item.kind:
        case FunctionTypeKind.EXTERNAL if isinstance(base, ContractType):
            (address,) = frame.value(node.object)
            return address, selector
        case FunctionTypeKind.INTERNAL:
            found = resolve_function(frame, function, frame.info(node).lookup)
            return (function_number(frame.unit, found),)
        case FunctionTypeKind.DELEGATE:
            assert function.contract is not None
            return link_address(frame, function.contract), selector
        case FunctionTypeKind.DECLARATION:
            return ()
    raise refuse(f"taking `{node.member}` as a value", node)


def link_address(frame: Frame, library: ContractSymbol) -> Operand:
    """Return the address of a library, to be filled in by the linker."""
    return frame.code.op(Op.LINK_SYMBOL, symbol=library.fully_qualified_name)


def _evaluate_struct_member(
    frame: Frame, node: ast.MemberAccess, base: StructType, item: Type
) -> Words:
    if base.location is DataLocation.CALLDATA:
        (pointer,) = frame.value(node.object)
        return calldata.struct_member(frame.code, base, pointer, node.member)
    return read(frame, frame.place(node), item)


def _evaluate_length(frame: Frame, node: ast.MemberAccess) -> Words:
    base = frame.type_of(node.object)
    if isinstance(node.object, ast.MemberAccess):
        inner = frame.info(node.object)
        if inner.builtin is Builtin.ADDRESS_CODE:
            address = frame.word_as(node.object.object, ADDRESS)
            return (frame.code.op(Op.EXTCODESIZE, address),)
    words = frame.value(node.object)
    if base.is_value:
        return (base.storage_bytes,)
    return (length_of(frame.code, base, words),)
