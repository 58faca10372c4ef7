"""One SSA form for Solidity and Yul: data, builder, text form, verifier and analyses."""

from contractchain.lang.ir.builder import FunctionBuilder
from contractchain.lang.ir.errors import InvalidIrError, IrSyntaxError
from contractchain.lang.ir.nodes import (
    WORD,
    Block,
    Edge,
    Function,
    Instruction,
    Object,
    Operand,
    Terminator,
    Value,
)
from contractchain.lang.ir.op import BY_MNEMONIC, Effect, Kind, Op
from contractchain.lang.ir.parse import parse_function, parse_object
from contractchain.lang.ir.text import format_function, format_object
from contractchain.lang.ir.verify import verify_function, verify_object

__all__ = [
    "BY_MNEMONIC",
    "WORD",
    "Block",
    "Edge",
    "Effect",
    "Function",
    "FunctionBuilder",
    "Instruction",
    "InvalidIrError",
    "IrSyntaxError",
    "Kind",
    "Object",
    "Op",
    "Operand",
    "Terminator",
    "Value",
    "format_function",
    "format_object",
    "parse_function",
    "parse_object",
    "verify_function",
    "verify_object",
]
