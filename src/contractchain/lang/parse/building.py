"""What all parts of the AST builder share: spans, node ids, comments and complaints.

Lark calls one method of the builder per reduced rule, with the children of the rule: tokens (all
of them, so that spans are exact), nodes, and `Piece`s for parts that are no node of their own.
Text and offsets are those of `latin-1` text that holds the UTF-8 bytes of the source, so that an
offset is a byte offset.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import count
from typing import Any, TypeAlias, TypeVar

from lark import Token

from contractchain.lang.ast import Documentation, Node
from contractchain.lang.diagnostics import Diagnostic, DiagnosticKind
from contractchain.lang.parse.syntax_errors import RESERVED_HINTS
from contractchain.lang.source import SourceFile, Span

NAME = "NAME"
"""Type of the tokens that stand for an identifier, whatever keyword they may be elsewhere."""

RESERVED_WORDS: frozenset[str] = frozenset(
    """
    after alias apply auto byte case copyof default define final hex implements in inline let
    macro match mutable null of partial promise reference relocatable sealed sizeof static
    supports switch typedef typeof unicode var wei gwei ether seconds minutes hours days weeks
    years storage memory calldata indexed anonymous constant immutable virtual abstract
    contract interface library public private internal external pure view payable true false
    address bool string uint int bytes fixed ufixed
    as assembly break catch constructor continue delete do else emit enum event for function if
    import is mapping modifier new override pragma return returns struct try type unchecked using
    while
    """.split()  # noqa: SIM905 - a list of words is easier to read as words
)
"""Words that cannot be identifiers, though the grammar alone would let them."""


class PieceKind(Enum):
    """What a piece is a part of."""

    ALIAS = "alias"
    USING_ITEM = "using item"
    BASES = "bases"
    LAYOUT = "layout"
    ARGUMENTS = "arguments"
    NAMED = "named arguments"
    NAMED_ARGUMENT = "named argument"
    RETURNS = "returns"
    FOR_PART = "part of a for header"
    TUPLE_DECLARATION = "declaration in a tuple"
    DECLARATION_TUPLE = "tuple with declarations"
    DECLARATION_ASSIGNMENT = "assignment to declarations"
    LOCAL_TYPE = "type of a local variable"


@dataclass(slots=True)
class Piece:
    """Part of a construct, until the construct is built."""

    kind: PieceKind
    span: Span
    value: Any


Child: TypeAlias = Token | Node | Piece
_T = TypeVar("_T", bound=Node)


class Builder:
    """State of one run of the parser, and the tools of the parts."""

    def __init__(self) -> None:
        self.unit_name = ""
        self.file = 0
        self.text = ""
        self.ids: Iterator[int] = count()
        self.comments: list[Token] = []
        self.diagnostics: list[Diagnostic] = []

    def begin(self, source: SourceFile, text: str, ids: Iterator[int]) -> None:
        """Forget the last file and get ready for `source`, whose bytes are `text`."""
        self.unit_name, self.file, self.text, self.ids = source.name, source.index, text, ids
        self.comments = []
        self.diagnostics = []

    # places

    def span_of(self, children: Sequence[Child]) -> Span:
        """Return the stretch that `children`, of which there is at least one, cover."""
        first, last = children[0], children[-1]
        start = self.start_of(first)
        if isinstance(last, Token):
            return Span(start, _end(last) - start, self.file)
        return Span(start, last.span[0] + last.span[1] - start, self.file)

    def start_of(self, child: Child) -> int:
        """Return the first byte of `child`."""
        if isinstance(child, Token):
            position = child.start_pos
            return position if position is not None else 0
        return child.span[0]

    def token_span(self, token: Token) -> Span:
        """Return the place of `token`."""
        start = token.start_pos or 0
        return Span(start, _end(token) - start, self.file)

    def new_id(self) -> int:
        """Return a node id that no other node has."""
        return next(self.ids)

    # complaints

    def report(
        self,
        code: int,
        message: str,
        span: Span,
        *,
        kind: DiagnosticKind = DiagnosticKind.PARSER_ERROR,
        hint: str | None = None,
    ) -> None:
        """Record a diagnostic."""
        self.diagnostics.append(
            Diagnostic(kind=kind, code=code, message=message, span=span, hint=hint)
        )

    # names

    def identifier(self, children: list[Child]) -> Token:
        token = children[0]
        assert isinstance(token, Token)
        if token.value in RESERVED_WORDS:
            self.report(
                2314,
                f"`{token.value}` is a reserved word and cannot be a name",
                self.token_span(token),
                hint=RESERVED_HINTS.get(token.value),
            )
        token.type = NAME
        return token

    # comments

    def add_comment(self, token: Token) -> Token:
        """Record a comment; lark calls it for each."""
        self.comments.append(token)
        return token

    def find_documentation(self, start: int) -> Documentation | None:
        """Return the NatSpec comment right before the construct that begins at `start`."""
        index = self._last_comment_before(start)
        limit = start
        lines: list[Token] = []
        while index >= 0:
            comment = self.comments[index]
            if self.text[_end(comment) : limit].strip():
                break
            is_line = _is_line_documentation(comment.value)
            if lines and not (is_line and self.text.count("\n", _end(comment), limit) <= 1):
                break
            if is_line:
                lines.append(comment)
            elif _is_block_documentation(comment.value):
                return self._documentation([comment], _block_text(comment.value))
            limit = comment.start_pos or 0
            index -= 1
        if not lines:
            return None
        lines.reverse()
        return self._documentation(lines, "\n".join(line.value[3:] for line in lines))

    def _last_comment_before(self, start: int) -> int:
        low, high = 0, len(self.comments)
        while low < high:
            middle = (low + high) // 2
            if (self.comments[middle].start_pos or 0) < start:
                low = middle + 1
            else:
                high = middle
        return low - 1

    def _documentation(self, comments: Sequence[Token], text: str) -> Documentation:
        decoded = text.encode("latin-1").decode("utf-8", "replace")
        return Documentation(span=self.span_of(comments), node_id=self.new_id(), text=decoded)


def _end(token: Token) -> int:
    end = token.end_pos
    return end if end is not None else (token.start_pos or 0) + len(token)


def _is_line_documentation(text: str) -> bool:
    return text.startswith("///") and not text.startswith("////")


def _is_block_documentation(text: str) -> bool:
    return text.startswith("/**") and len(text) > 4 and not text.startswith("/***")


def _block_text(text: str) -> str:
    """Return the content of a `/** */` comment as solc's scanner gives it.

    Blanks and a star at the start of a line are left out, and so are lines without anything else.
    """
    first, *rest = text[3:-2].split("\n")
    out = [first.lstrip()] if first.strip() else []
    for line in rest:
        stripped = line.lstrip()
        if stripped.startswith("*"):
            stripped = stripped[1:]
            if not stripped.strip("\r"):
                continue
        elif not stripped:
            continue
        out.append(stripped)
    return "\n".join(out)


def tokens_of(children: Sequence[Child], kind: str) -> list[Token]:
    """Return the tokens of type `kind` among `children`."""
    return [item for item in children if isinstance(item, Token) and item.type == kind]


def has_token(children: Sequence[Child], kind: str) -> bool:
    """Return whether a token of type `kind` is among `children`."""
    return any(isinstance(item, Token) and item.type == kind for item in children)


def find_name(children: Sequence[Child]) -> Token | None:
    """Return the first identifier among `children`."""
    for item in children:
        if isinstance(item, Token) and item.type == NAME:
            return item
    return None


def nodes_of(children: Sequence[Child], cls: type[_T]) -> list[_T]:
    """Return the nodes of class `cls` among `children`."""
    return [item for item in children if isinstance(item, cls)]


def find_node(children: Sequence[Child], cls: type[_T]) -> _T | None:
    """Return the first node of class `cls` among `children`."""
    for item in children:
        if isinstance(item, cls):
            return item
    return None


def find_piece(children: Sequence[Child], kind: PieceKind) -> Piece | None:
    """Return the first piece of `kind` among `children`."""
    for item in children:
        if isinstance(item, Piece) and item.kind is kind:
            return item
    return None
