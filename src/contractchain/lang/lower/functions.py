"""Functions: calls of them, their bodies, modifiers, and the values that stand for them."""

from contractchain.lang.ir.nodes import Operand
from contractchain.lang.lower import memory
from contractchain.lang.lower.code import Code
from contractchain.lang.lower.constants import Panic
from contractchain.lang.lower.frame import Frame
from contractchain.lang.lower.refusal import refuse
from contractchain.lang.lower.unit import Unit, plain_name
from contractchain.lang.lower.values import Words, count_words
from contractchain.lang.semantics.annotations import Lookup
from contractchain.lang.semantics.symbols import FunctionSymbol, ModifierUse
from contractchain.lang.semantics.types import FunctionType


def call_function(frame: Frame, function: FunctionSymbol, words: Words) -> Words:
    """Call a Solidity function that is known, with converted arguments."""
    name = define_function(frame.unit, function)
    count = sum(count_words(item.type) for item in function.returns)
    return tuple(frame.code.invoke(name, words, count))


def resolve_function(frame: Frame, function: FunctionSymbol, lookup: Lookup) -> FunctionSymbol:
    """Return the function that a name reaches in the contract that is being lowered."""
    deployed = frame.unit.contract
    if lookup is Lookup.VIRTUAL:
        return deployed.resolve_virtual(function)
    if lookup is Lookup.SUPER:
        assert frame.contract is not None
        found = deployed.resolve_super(function, frame.contract)
        if found is None:
            raise refuse(f"`super.{function.name}`, which no base implements,")
        return found
    return function


def define_function(unit: Unit, function: FunctionSymbol) -> str:
    """Have a Solidity function written, and return its name in the IR."""
    if function.node.body is None:
        raise refuse(f"calling `{function.name}`, which has no body,", function.node)
    name = plain_name(f"{function.name or function.kind.value}_{function.node.node_id}")
    parameters = [
        f"{item.name}_{index}" if index else item.name
        for item in function.parameters
        for index in range(count_words(item.type))
    ]
    results = sum(count_words(item.type) for item in function.returns)

    def body(code: Code) -> None:
        _write_function(unit, code, function)

    return unit.define_later(name, parameters, results, body)


def _write_function(unit: Unit, code: Code, function: FunctionSymbol) -> None:
    frame = Frame(unit=unit, code=code, contract=function.contract)
    with frame.at(function.node):
        words = tuple(code.parameters)
        for item in function.parameters:
            count = count_words(item.type)
            frame.declare(item, words[:count])
            words = words[count:]
        lower_body(frame, function)
        code.ret(*(word for item in function.returns for word in frame.local_words(item)))


def lower_body(frame: Frame, function: FunctionSymbol) -> None:
    """Lower the modifiers and the body of a function whose parameters are declared."""
    for item in function.returns:
        frame.declare(item, memory.zero_value(frame.code, item.type))
    frame.returns = function.returns
    _lower_stage(frame, function, function.modifiers)


def _lower_stage(
    frame: Frame, function: FunctionSymbol, modifiers: tuple[ModifierUse, ...]
) -> None:
    """Lower the first of `modifiers` around the others, or the body if there is none."""
    code = frame.code
    outer = frame.exit, frame.loops, frame.placeholder, dict(frame.locals), frame.contract
    frame.exit, frame.loops = code.new_block("exit"), []
    if not modifiers:
        assert function.node.body is not None
        frame.contract = function.contract
        frame.execute(function.node.body)
    else:
        _lower_modifier(frame, function, modifiers[0], modifiers[1:])
    code.jump(frame.exit)
    code.enter(frame.exit)
    frame.exit, frame.loops, frame.placeholder, frame.locals, frame.contract = outer


def _lower_modifier(
    frame: Frame, function: FunctionSymbol, use: ModifierUse, rest: tuple[ModifierUse, ...]
) -> None:
    modifier = use.modifier
    deployed = frame.unit.contract
    if use.is_virtual and modifier.contract in deployed.linearised:
        modifier = deployed.resolve_modifier(modifier)
    if modifier.node.body is None:
        raise refuse(f"the modifier `{modifier.name}` without a body", use.node)
    for item, argument in zip(modifier.parameters, use.arguments, strict=True):
        frame.declare(item, frame.passed_on((argument,), (item.type,))[0])
    entered = {item: frame.local_words(item) for item in function.returns}

    def placeholder() -> None:
        # a second `_` starts from the same parameters and return values as the first
        before, contract = dict(frame.locals), frame.contract
        for item, words in entered.items():
            for variable, word in zip(frame.locals[item], words, strict=True):
                frame.code.set(variable, word)
        with frame.unchecked(False):
            for item in function.parameters:
                frame.declare(item, frame.local_words(item))
            _lower_stage(frame, function, rest)
        frame.locals, frame.contract = before, contract

    frame.placeholder = placeholder
    frame.contract = modifier.contract
    frame.execute(modifier.node.body)


# --- functions as values


def function_number(unit: Unit, function: FunctionSymbol) -> Operand:
    """Return the word that stands for an internal function in a variable."""
    item = function.type
    assert isinstance(item, FunctionType)
    number = unit.numbers.setdefault(function, len(unit.numbers) + 1)  # 0 is no function
    unit.pointers.setdefault(_arity(item), {})[number] = function
    return number


def call_pointer(frame: Frame, item: FunctionType, number: Operand, words: Words) -> Words:
    """Call the internal function that `number` stands for."""
    arity = _arity(item)
    frame.unit.pointers.setdefault(arity, {})
    return tuple(frame.code.invoke(_dispatch_name(arity), (number, *words), arity[1]))


def _arity(item: FunctionType) -> tuple[int, int]:
    return (
        sum(count_words(part) for part in item.parameters),
        sum(count_words(part) for part in item.returns),
    )


def _dispatch_name(arity: tuple[int, int]) -> str:
    return f"dispatch_{arity[0]}_{arity[1]}"


def write_dispatch(unit: Unit) -> None:
    """Write the functions that call what a number stands for, and everything these call."""
    known: dict[tuple[int, int], int] = {}
    while any(len(table) > known.get(arity, -1) for arity, table in unit.pointers.items()):
        for arity, table in list(unit.pointers.items()):
            known[arity] = len(table)
            for function in list(table.values()):
                define_function(unit, function)
        unit.write_pending()
    for arity, table in unit.pointers.items():
        _write_dispatch(unit, arity, table)


def _write_dispatch(unit: Unit, arity: tuple[int, int], table: dict[int, FunctionSymbol]) -> None:
    def body(code: Code) -> None:
        number, *words = code.parameters
        blocks = {key: code.new_block(item.name) for key, item in table.items()}
        unknown = code.new_block("unknown")
        if blocks:
            code.builder.switch(number, list(blocks.items()), unknown)
        else:
            code.jump(unknown)
        for key, function in table.items():
            code.enter(blocks[key])
            code.ret(*code.invoke(define_function(unit, function), words, arity[1]))
        code.enter(unknown)
        code.panic(Panic.INVALID_FUNCTION)

    parameters = ["function", *(f"p{index}" for index in range(arity[0]))]
    unit.define(_dispatch_name(arity), parameters, arity[1], body)
