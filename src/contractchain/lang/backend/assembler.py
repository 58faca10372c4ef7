"""Assembler: items to bytes, with the shortest jumps, and a note of everything that is patched."""

from dataclasses import dataclass, field

from contractchain.lang.backend.constants import encode_constant
from contractchain.lang.backend.errors import CodeTooLargeError
from contractchain.lang.backend.items import Item, ItemKind, Label, Opcode

_LARGEST = 1 << 24


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceEntry:
    """One instruction of the code and where it comes from."""

    offset: int
    """Position of the opcode, in bytes."""
    span: object | None
    jump: str
    """`i` into a function, `o` out of one, `-` otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssembledObject:
    """Code of one object, with everything that tools want to know about it."""

    name: str
    bytecode: bytes
    """Placeholders of immutables and libraries are zero."""
    source_entries: tuple[SourceEntry, ...] = ()
    """One entry for each instruction, in order."""
    immutable_references: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """Offsets of the 32-byte placeholders of each immutable."""
    link_references: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """Offsets of the 20-byte placeholders of each library, those of sub-objects included."""
    function_entries: dict[str, int] = field(default_factory=dict)
    """Position of the first instruction of each function that was not inlined."""
    objects: dict[str, "AssembledObject"] = field(default_factory=dict)
    data_offsets: dict[str, int] = field(default_factory=dict)
    """Where data segments and sub-objects start."""
    code_size: int = 0
    """Bytes of instructions, before the data."""
    reserved_memory: int = 0
    """Bytes above 0x80 that hold spilled values."""


def assemble(
    name: str,
    items: list[Item],
    *,
    segments: dict[str, bytes],
    objects: dict[str, AssembledObject],
    trailer: bytes,
    runs: int,
    has_push0: bool,
) -> AssembledObject:
    """Encode the items and append segments, sub-objects and trailer.

    Raises:
        CodeTooLargeError: The code cannot be addressed.
    """
    return _Assembler(name, items, segments, objects, trailer, runs, has_push0).run()


class _Assembler:
    def __init__(
        self,
        name: str,
        items: list[Item],
        segments: dict[str, bytes],
        objects: dict[str, AssembledObject],
        trailer: bytes,
        runs: int,
        has_push0: bool,
    ) -> None:
        self.name = name
        self.items = items
        self.segments = dict(segments)
        self.objects = objects
        self.trailer = trailer
        self.runs = runs
        self.has_push0 = has_push0
        for child in objects.values():
            self.segments[child.name] = child.bytecode
        self.width: dict[int, int] = {}
        self.labels: dict[Label, int] = {}
        self.offsets: dict[str, int] = {}
        self.total = 0
        self.code_size = 0

    def run(self) -> AssembledObject:
        referenced = {i.value for i in self.items if i.kind is ItemKind.PUSH_LABEL}
        self.items = [
            i for i in self.items if i.kind is not ItemKind.LABEL or i.value in referenced
        ]
        used = {i.value for i in self.items if i.kind is ItemKind.DATA_OFFSET}
        self.segments = {k: v for k, v in self.segments.items() if k in used}
        sizes = self.first_sizes()
        while True:
            self.place(sizes)
            grown = False
            for index, item in enumerate(self.items):
                if index in self.width:
                    needed = 1 + max(1, (self.target(item).bit_length() + 7) // 8)
                    if needed > sizes[index]:
                        sizes[index] = needed
                        grown = True
            if not grown:
                break
        if self.total >= _LARGEST:
            raise CodeTooLargeError(object_name=self.name, size=self.total)
        return self.encode(sizes)

    def first_sizes(self) -> list[int]:
        sizes = []
        for index, item in enumerate(self.items):
            kind = item.kind
            if kind is ItemKind.OP or kind is ItemKind.LABEL:
                size = 1
            elif kind is ItemKind.PUSH:
                size = len(self.constant(item.value))
            elif kind is ItemKind.IMMUTABLE:
                size = 33
            elif kind is ItemKind.LINK:
                size = 21
            elif kind is ItemKind.DATA_SIZE and item.value != self.name:
                size = len(self.constant(len(self.content(item.value))))
            else:
                size = 2
                self.width[index] = 2
            sizes.append(size)
        return sizes

    def constant(self, value: object) -> bytes:
        assert isinstance(value, int)
        return encode_constant(value, self.runs, self.has_push0)

    def content(self, name: object) -> bytes:
        assert isinstance(name, str)
        if name in self.objects:
            return self.objects[name].bytecode
        return self.segments.get(name, b"")

    def place(self, sizes: list[int]) -> None:
        position = 0
        for item, size in zip(self.items, sizes, strict=True):
            if item.kind is ItemKind.LABEL:
                assert isinstance(item.value, Label)
                self.labels[item.value] = position
            position += size
        if self.segments or self.trailer:
            position += 1  # an INVALID between code and data
        self.code_size = position
        for name, content in self.segments.items():
            self.offsets[name] = position
            position += len(content)
        self.total = position + len(self.trailer)

    def target(self, item: Item) -> int:
        """Return the number that an item with a variable width pushes."""
        if item.kind is ItemKind.PUSH_LABEL:
            assert isinstance(item.value, Label)
            return self.labels[item.value]
        if item.kind is ItemKind.DATA_SIZE:
            return self.total
        assert isinstance(item.value, str)
        return 0 if item.value == self.name else self.offsets[item.value]

    def encode(self, sizes: list[int]) -> AssembledObject:
        code = bytearray()
        entries: list[SourceEntry] = []
        immutables: dict[str, list[int]] = {}
        links: dict[str, list[int]] = {}
        functions: dict[str, int] = {}
        for index, item in enumerate(self.items):
            offset = len(code)
            kind, value = item.kind, item.value
            if kind is ItemKind.OP:
                assert isinstance(value, int)
                code.append(value)
            elif kind is ItemKind.LABEL:
                code.append(Opcode.JUMPDEST)
            elif kind is ItemKind.PUSH:
                code += self.constant(value)
            elif kind is ItemKind.IMMUTABLE or kind is ItemKind.LINK:
                places = immutables if kind is ItemKind.IMMUTABLE else links
                places.setdefault(str(value), []).append(offset + 1)
                size = sizes[index] - 1
                code.append(Opcode.PUSH0 + size)
                code += bytes(size)
            elif index in self.width:
                size = sizes[index] - 1
                code.append(Opcode.PUSH0 + size)
                code += self.target(item).to_bytes(size, "big")
            else:
                code += self.constant(len(self.content(value)))
            if kind is ItemKind.LABEL and isinstance(value, Label) and value.function:
                functions[value.function] = offset
            _note_source(entries, code, offset, item)
        if self.segments or self.trailer:
            code.append(0xFE)
        for name, content in self.segments.items():
            for child in self.objects.values():
                if child.name == name:
                    for library, places_of in child.link_references.items():
                        base = self.offsets[name]
                        links.setdefault(library, []).extend(base + p for p in places_of)
            code += content
        return AssembledObject(
            name=self.name,
            bytecode=bytes(code) + self.trailer,
            source_entries=tuple(entries),
            immutable_references={k: tuple(v) for k, v in immutables.items()},
            link_references={k: tuple(v) for k, v in links.items()},
            function_entries=functions,
            objects=self.objects,
            data_offsets=dict(self.offsets),
            code_size=self.code_size,
        )


def _note_source(entries: list[SourceEntry], code: bytearray, start: int, item: Item) -> None:
    """Add one entry for each instruction that the item became."""
    offset = start
    while offset < len(code):
        entries.append(SourceEntry(offset=offset, span=item.span, jump=item.jump))
        opcode = code[offset]
        offset += 1
        if Opcode.PUSH0 <= opcode < Opcode.DUP1:
            offset += opcode - Opcode.PUSH0
