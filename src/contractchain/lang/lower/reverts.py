"""Ways to fail: `revert`, `require`, `assert` and custom errors."""

from collections.abc import Sequence

from contractchain.lang import ast
from contractchain.lang.ir.nodes import Operand
from contractchain.lang.ir.op import Op
from contractchain.lang.lower.abi_encode import Typed, encode
from contractchain.lang.lower.constants import ERROR_SELECTOR, HALT_BYTES, SCRATCH
from contractchain.lang.lower.frame import Frame
from contractchain.lang.lower.refusal import refuse
from contractchain.lang.semantics.annotations import CallInfo
from contractchain.lang.semantics.symbols import ErrorSymbol
from contractchain.lang.semantics.types import StringLiteralType, StringType, Type


def lower_revert(frame: Frame, call: ast.FunctionCall) -> None:
    """Lower `revert Error(...)`."""
    info = frame.info(call).call
    assert info is not None
    values = [(frame.value(argument), frame.type_of(argument)) for argument in info.arguments]
    revert_with_error(frame, info, values)


def revert_with_error(frame: Frame, info: CallInfo, values: Sequence[Typed]) -> None:
    """Revert with a custom error."""
    error = info.target
    if not isinstance(error, ErrorSymbol):
        raise refuse("reverting with this")
    selector = int.from_bytes(error.selector, "big") << 224
    revert_with(frame, selector, values, [item.type for item in error.parameters])


def revert_with_reason(frame: Frame, value: Typed) -> None:
    """Revert with `Error(string)`."""
    revert_with(frame, ERROR_SELECTOR, [value], [StringType()])


def revert_with(
    frame: Frame, selector: int, values: Sequence[Typed], targets: Sequence[Type]
) -> None:
    """Revert with a selector and encoded values.

    Nothing in memory is needed afterwards, so what is small is written from 0 on.
    """
    code = frame.code
    start: Operand = SCRATCH if _fits(values) else code.free_memory()
    code.mstore(start, selector)
    end = encode(code, code.add(start, 4), values, targets)
    code.halt(Op.REVERT, start, code.sub(end, start))


def _fits(values: Sequence[Typed]) -> bool:
    """Return whether the encoding needs no heap: values and short literals."""
    size = 4
    for _, source in values:
        if isinstance(source, StringLiteralType):
            size += 64 + (len(source.value) + 31) // 32 * 32
        elif source.is_value:
            size += 32
        else:
            return False
    return size <= HALT_BYTES
