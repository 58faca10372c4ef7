"""Text that goes with code: the opcodes, and the source map."""

from collections.abc import Iterable, Mapping

from contractchain.lang.backend import SourceEntry
from contractchain.lang.ir.op import Op
from contractchain.lang.source import Span

_NAMES = {op.opcode: op.name for op in Op if op.opcode is not None} | {
    0x50: "POP",
    0x56: "JUMP",
    0x57: "JUMPI",
    0x58: "PC",
    0x5B: "JUMPDEST",
    0x5F: "PUSH0",
    **{0x60 + size: f"PUSH{size + 1}" for size in range(32)},
    **{0x80 + depth: f"DUP{depth + 1}" for depth in range(16)},
    **{0x90 + depth: f"SWAP{depth + 1}" for depth in range(16)},
}


def list_opcodes(code: bytes) -> str:
    """Return code as solc's `opcodes`: mnemonics and pushed values on one line."""
    words, position = [], 0
    while position < len(code):
        opcode = code[position]
        position += 1
        words.append(_NAMES.get(opcode, f"0x{opcode:02X}"))
        if 0x60 <= opcode <= 0x7F:
            size = opcode - 0x5F
            words.append(f"0x{int.from_bytes(code[position : position + size], 'big'):X}")
            position += size
    return " ".join(words) + (" " if words else "")


def compress_source_map(
    entries: Iterable[SourceEntry], files: Mapping[int, int] | None = None
) -> str:
    """Return solc's source map: `start:length:file:jump:depth` where it changes, by instruction.

    Args:
        entries: The instructions.
        files: Other numbers for the files.

    Spec:
        Solidity documentation, "Source Mappings".
    """
    before = ("", "", "", "", "")
    parts = []
    for entry in entries:
        span = entry.span
        if isinstance(span, Span):
            file = span.file if files is None else files.get(span.file, -1)
            place = (str(span.start), str(span.length), str(file))
        else:
            place = ("-1", "0", "-1")
        current = (*place, entry.jump, "0")
        fields = [new if new != old else "" for new, old in zip(current, before, strict=True)]
        parts.append(":".join(fields).rstrip(":"))
        before = current
    return ";".join(parts)
