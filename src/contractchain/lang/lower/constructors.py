"""Creation code: arguments, state initialisers, constructors of all bases, deployment."""

from contractchain.lang import ast
from contractchain.lang.ir.nodes import Object, Operand
from contractchain.lang.ir.op import Op
from contractchain.lang.lower.abi_decode import decode
from contractchain.lang.lower.code import Code
from contractchain.lang.lower.constants import ETHER_REFUSED
from contractchain.lang.lower.conversions import convert
from contractchain.lang.lower.frame import Frame
from contractchain.lang.lower.functions import lower_body
from contractchain.lang.lower.places import immutable_position, variable_place, write
from contractchain.lang.lower.unit import Unit
from contractchain.lang.lower.values import Words
from contractchain.lang.semantics.symbols import ContractSymbol

LIBRARY_ADDRESS = "library_deploy_address"
"""Immutable in the code of a library: where it was deployed."""


def write_creation(unit: Unit, code: Code, runtime: Object) -> None:
    """Write the entry of the creation code."""
    contract = unit.contract
    frame = Frame(unit=unit, code=code, contract=contract)
    constructor = contract.constructor
    is_payable = constructor is not None and constructor.mutability is ast.StateMutability.PAYABLE
    if not is_payable and not contract.is_library:
        code.revert_if(code.op(Op.CALLVALUE), ETHER_REFUSED)
    if not contract.is_library:
        if constructor is not None:
            arguments = _decode_arguments(frame)
            for symbol, words in zip(constructor.parameters, arguments, strict=True):
                frame.declare(symbol, words)
        _construct(frame, contract.linearised)
    _deploy(frame, runtime)


def _decode_arguments(frame: Frame) -> list[Words]:
    """Return the arguments, which stand behind the code."""
    code, constructor = frame.code, frame.unit.contract.constructor
    assert constructor is not None
    types = [item.type for item in constructor.parameters]
    if not types:
        return []
    own_size = code.op(Op.DATA_SIZE, symbol=frame.unit.object.name)
    size = code.sub(code.op(Op.CODESIZE), own_size)
    start = code.allocate(size)
    code.effect(Op.CODECOPY, start, own_size, size)
    return decode(code, start, code.add(start, size), types, from_memory=True)


def _construct(frame: Frame, chain: tuple[ContractSymbol, ...]) -> None:
    """Run the constructors of `chain`, the last one first.

    The arguments for bases are evaluated on the way down, before anything is initialised.
    """
    contract = chain[0]
    with frame.at(contract.node):
        _evaluate_base_arguments(frame, contract)
        if len(chain) > 1:
            _construct(frame, chain[1:])
        frame.contract = contract
        for variable in contract.variables:
            if variable.node.value is None or variable.is_constant:
                continue
            with frame.at(variable.node.value):
                words = frame.value(variable.node.value)
                source = frame.type_of(variable.node.value)
                if variable.type.is_value:
                    words = convert(frame.code, words, source, variable.type)
                    source = variable.type
                write(frame, variable_place(frame, variable), variable.type, words, source)
        if contract.constructor is not None:
            lower_body(frame, contract.constructor)


def _evaluate_base_arguments(frame: Frame, contract: ContractSymbol) -> None:
    given = frame.unit.contract.base_arguments
    frame.contract = contract
    for base in frame.unit.contract.linearised:
        entry = given.get(base)
        if entry is None or entry.contract is not contract or base.constructor is None:
            continue
        parameters = base.constructor.parameters
        for symbol, argument in zip(parameters, entry.arguments, strict=True):
            frame.declare(symbol, frame.passed_on((argument,), (symbol.type,))[0])


def _deploy(frame: Frame, runtime: Object) -> None:
    """Return the runtime code with the immutables filled in."""
    code, unit = frame.code, frame.unit
    values: list[tuple[str, Operand]] = [
        (str(symbol.node.node_id), code.mload(immutable_position(frame, symbol)))
        for symbol in unit.immutables
    ]
    if unit.contract.is_library:
        values.append((LIBRARY_ADDRESS, code.op(Op.ADDRESS)))
    size = code.op(Op.DATA_SIZE, symbol=runtime.name)
    code.effect(Op.CODECOPY, 0, code.op(Op.DATA_OFFSET, symbol=runtime.name), size)
    for name, value in values:
        code.effect(Op.SET_IMMUTABLE, 0, value, symbol=name)
    code.halt(Op.RETURN, 0, size)
