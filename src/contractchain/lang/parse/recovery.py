"""Going on after a syntax error, so that one run reports several.

First a missing `;`, `)`, `]` or `}` is supplied where that lets the parser go on. Otherwise tokens
are skipped up to the end of a statement or declaration, and the parser falls back to the nearest
enclosing list that can go on from there.
"""

import re
from copy import copy
from dataclasses import replace

from lark import Token
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken
from lark.parsers.lalr_interactive_parser import InteractiveParser

from contractchain.lang.diagnostics import Note
from contractchain.lang.parse.building import Builder
from contractchain.lang.parse.syntax_errors import (
    CURATED,
    describe_unexpected_character,
    describe_unexpected_token,
)
from contractchain.lang.source import Span

MAX_ERRORS = 20
"""Syntax errors after which the rest of a file is not looked at."""

_INSERTABLE = (("SEMICOLON", ";"), ("COMMA", ","), ("RPAR", ")"), ("RSQB", "]"))
_KEYWORDS = """
    abstract assembly constructor do emit enum event for function if import mapping modifier return
    struct try unchecked using while
"""
_STARTERS = {
    "contract": "CONTRACTKIND",
    "interface": "CONTRACTKIND",
    "library": "CONTRACTKIND",
    **{word: word.upper() for word in _KEYWORDS.split()},
}
_SCAN = re.compile(
    r"//[^\n]*|/\*[\s\S]*?\*/|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|[A-Za-z_$][\w$]*|[{};]"
)


class Recovery:
    """Handles the syntax errors of one file."""

    def __init__(self, builder: Builder) -> None:
        self._builder = builder
        self._last_position = -1
        self._inserted_at = -1
        self._previous = ""
        self.errors = 0

    def __call__(self, error: UnexpectedInput) -> bool:
        """Report `error`, and return whether parsing can go on; lark calls it."""
        if isinstance(error, UnexpectedCharacters):
            return self._skip_character(error)
        if not isinstance(error, UnexpectedToken):
            return False
        parser: InteractiveParser = error.interactive_parser
        token = error.token
        position = token.start_pos if token.start_pos is not None else len(self._builder.text)
        if token.type == "$END":
            position = len(self._builder.text.rstrip())
        accepts = _accepts(parser)
        if position != self._last_position:
            self._report(token, position, accepts)
        self._last_position = position
        if self.errors >= MAX_ERRORS or token.type == "$END":
            return False
        if token.value not in CURATED and self._insert(parser, token, position):
            return True
        return self._resynchronise(parser, position)

    def _report(self, token: Token, position: int, accepts: set[str]) -> None:
        self.errors += 1
        if self._follows_fault(position):
            return
        length = 0 if token.type == "$END" else len(token.value)
        span = Span(position, length, self._builder.file)
        text = self._builder.text
        if text.startswith("/*", position):
            self._builder.diagnostics.append(describe_unexpected_character("/*", span))
            return
        word = "->" if text.startswith("->", position) else token.value
        end = self._end_of_code(position)
        found = describe_unexpected_token(word, token.type, accepts, span, text[:position], end)
        if found.hint is not None and "`}` is missing" in found.hint:
            opening = find_unclosed(text, position)
            if opening is not None:
                place = Span(opening, 1, self._builder.file)
                found = replace(found, notes=(Note(message="this may not be closed", span=place),))
        self._builder.diagnostics.append(found)

    def _end_of_code(self, position: int) -> int:
        """Return the end of the last token before `position`, which comments may follow."""
        text = self._builder.text
        end = len(text[:position].rstrip())
        for comment in reversed(self._builder.comments):
            start = comment.start_pos or 0
            if start < end <= start + len(comment):
                end = len(text[:start].rstrip())
        return end

    def _follows_fault(self, position: int) -> bool:
        """Return whether only blanks are between the last reported fault and `position`."""
        if not self._builder.diagnostics:
            return False
        last = self._builder.diagnostics[-1].span
        between = self._builder.text[last.end : position]
        return last.length > 0 and last.end <= position and not between.strip()

    def _skip_character(self, error: UnexpectedCharacters) -> bool:
        position = error.pos_in_stream or 0
        text = self._builder.text
        end = position + 1
        if text[position].isdigit():
            while end < len(text) and (text[end].isalnum() or text[end] in "_."):
                end += 1
        while end < len(text) and ord(text[end]) > 126:
            end += 1
        if position > self._last_position + 1:
            self.errors += 1
            span = Span(position, end - position, self._builder.file)
            rest = text[position : position + 16]
            self._builder.diagnostics.append(describe_unexpected_character(rest, span))
        self._last_position = end - 1
        if self.errors >= MAX_ERRORS or text.startswith("/*", position):
            return False
        _rewind(error.interactive_parser, end)
        return True

    def _insert(self, parser: InteractiveParser, token: Token, position: int) -> bool:
        """Supply a missing token if the parser can take what follows after it."""
        if position == self._inserted_at:
            return False
        for kind, value in _INSERTABLE:
            inserted = Token.new_borrow_pos(kind, value, token)
            trial = _copy_without_effects(parser)
            try:
                trial.feed_token(inserted)
                _rewind(trial, position)
                lexer = trial.lexer_thread
                following = next(lexer.lex(trial.parser_state))  # type: ignore[no-untyped-call]
            except (UnexpectedInput, StopIteration):
                continue
            if following.type in _accepts(trial):
                self._inserted_at = position
                parser.feed_token(inserted)
                _rewind(parser, position)
                return True
        return False

    def _resynchronise(self, parser: InteractiveParser, position: int) -> bool:
        """Skip to where a statement or declaration can begin, and fall back to its list."""
        lists = self._find_lists(parser)

        def fall_back(terminal: str | None, start: int) -> bool:
            """Drop what is unfinished in the nearest list that can take `terminal`."""
            for stacked, accepts in lists:
                if terminal is None or terminal in accepts:
                    state = parser.parser_state
                    del state.state_stack[stacked:], state.value_stack[stacked - 1 :]
                    _rewind(parser, start)
                    return True
            return False

        depth = 0
        for match in _SCAN.finditer(self._builder.text, position):
            text = match[0]
            if text == "{":
                depth += 1
            elif text == "}":
                depth -= 1
                if depth < 0 and fall_back("RBRACE", match.start()):
                    return True
                if depth == 0 and fall_back(None, match.end()):
                    return True
            elif text == ";":
                if depth <= 0 and fall_back(None, match.end()):
                    return True
            elif text in _STARTERS and depth <= 0 and match.start() > position:
                terminal = _STARTERS[text]
                if fall_back(terminal, match.start()):
                    return True
        return False

    def _find_lists(self, parser: InteractiveParser) -> list[tuple[int, set[str]]]:
        """Return the enclosing lists, the innermost first: depth of the stack, what they accept."""
        state = parser.parser_state
        stack, values = list(state.state_stack), list(state.value_stack)
        lists = []
        for depth in range(len(stack), 0, -1):
            del state.state_stack[depth:], state.value_stack[depth - 1 :]
            # What is accepted has an action, so most states are told apart without asking.
            if self._is_list(set(parser.choices())):  # type: ignore[no-untyped-call]
                accepts = _accepts(parser)
                if self._is_list(accepts):
                    lists.append((depth, accepts))
        state.state_stack[:] = stack
        state.value_stack[:] = values
        return lists

    @staticmethod
    def _is_list(accepts: set[str]) -> bool:
        """Return whether a statement, a member or a file-level declaration can begin."""
        return (
            {"RBRACE", "RETURN", "IF"} <= accepts
            or {"RBRACE", "EVENT", "FUNCTION"} <= accepts
            or {"CONTRACTKIND", "IMPORT"} <= accepts
            or {"RBRACE", "ELEMENTARY", "MAPPING"} <= accepts
        )


def find_unclosed(text: str, end: int) -> int | None:
    """Return the `{` before `end` that is most likely not closed, judged by indentation."""
    opened: list[tuple[int, str]] = []
    for match in _SCAN.finditer(text, 0, end):
        if match[0] not in ("{", "}"):
            continue
        line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
        indentation = line[: len(line) - len(line.lstrip())]
        if match[0] == "{":
            opened.append((match.start(), indentation))
        elif opened:
            position, wanted = opened.pop()
            if not line.strip() and indentation != wanted:
                return position
    return opened[-1][0] if opened else None


def _copy_without_effects(parser: InteractiveParser) -> InteractiveParser:
    """Return a parser in the same state, which builds nothing."""
    trial: InteractiveParser = parser.copy(deepcopy_values=False)  # type: ignore[no-untyped-call]
    configuration = copy(trial.parser_state.parse_conf)
    configuration.callbacks = {}
    trial.parser_state.parse_conf = configuration
    return trial


def _rewind(parser: InteractiveParser, position: int) -> None:
    """Make the lexer go on at `position`: what a word is depends on the state of the parser."""
    state = parser.lexer_thread.state
    assert state is not None
    state.line_ctr.char_pos = position


def _accepts(parser: InteractiveParser) -> set[str]:
    return set(parser.accepts())  # type: ignore[no-untyped-call]
