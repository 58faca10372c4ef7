"""Calls: conversions, structs, functions inside and outside the contract."""

from contractchain.lang import ast
from contractchain.lang.lower import memory
from contractchain.lang.lower.builtin_calls import call_builtin
from contractchain.lang.lower.conversions import convert
from contractchain.lang.lower.events import lower_emit
from contractchain.lang.lower.external_calls import call_external, create_contract
from contractchain.lang.lower.frame import Frame, evaluates
from contractchain.lang.lower.functions import call_function, call_pointer, resolve_function
from contractchain.lang.lower.names import link_address
from contractchain.lang.lower.refusal import refuse
from contractchain.lang.lower.values import Words
from contractchain.lang.semantics.annotations import CallInfo, CallKind
from contractchain.lang.semantics.symbols import FunctionSymbol
from contractchain.lang.semantics.types import ContractType, FunctionTypeKind, StructType, TypeType


@evaluates(ast.FunctionCall)
def _evaluate_call(frame: Frame, node: ast.FunctionCall) -> Words:
    info = frame.info(node).call
    if info is None:
        raise refuse("this call", node)
    match info.kind:
        case CallKind.CONVERSION:
            source = frame.type_of(info.arguments[0])
            if isinstance(source, TypeType) and isinstance(source.actual, ContractType):
                return (link_address(frame, source.actual.symbol),)
            return frame.value_as(info.arguments[0], frame.type_of(node))
        case CallKind.STRUCT:
            return _make_struct(frame, node, info)
        case CallKind.FUNCTION:
            return _call_function(frame, node, info)
        case CallKind.CREATION:
            return create_contract(frame, node, info)
        case CallKind.BUILTIN:
            return call_builtin(frame, node, info)
        case CallKind.EVENT:
            lower_emit(frame, node)
            return ()
        case CallKind.ERROR:
            return ()


def _make_struct(frame: Frame, node: ast.FunctionCall, info: CallInfo) -> Words:
    item = frame.type_of(node)
    assert isinstance(item, StructType)
    raw = [(frame.value(argument), frame.type_of(argument)) for argument in info.arguments]
    pointer = memory.new_struct(frame.code, item)
    for (name, kind), (words, source) in zip(item.members, raw, strict=True):
        value = convert(frame.code, words, source, kind)
        position = memory.member_position(frame.code, item, pointer, name)
        memory.store(frame.code, position, kind, value)
    return (pointer,)


def _call_function(frame: Frame, node: ast.FunctionCall, info: CallInfo) -> Words:
    assert info.type is not None
    if info.type.kind is not FunctionTypeKind.INTERNAL:
        return call_external(frame, node, info)
    if not isinstance(info.target, FunctionSymbol):
        (number,) = frame.value(node.callee)
        arguments = frame.values_as(info.arguments, info.parameters)
        return call_pointer(frame, info.type, number, sum(arguments, ()))
    words: Words = ()
    expressions, kinds = list(info.arguments), list(info.parameters)
    if info.receiver is not None:
        assert info.receiver_type is not None
        expressions.insert(0, info.receiver)
        kinds.insert(0, info.receiver_type)
    for part in frame.passed_on(expressions, kinds):
        words += part
    return call_function(frame, resolve_function(frame, info.target, info.lookup), words)
