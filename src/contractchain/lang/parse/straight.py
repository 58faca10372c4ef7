"""The straight way through a file that has no syntax errors: lark's tables, run without detours.

lark's own loop keeps all that is needed to report an error and to go on after one: lines and
columns, one scanner per set of acceptable terminals, an interactive parser. Here one pattern
splits the text, and what a lexeme may be is looked up; of the terminals that fit, the first that
the state of the parser accepts is taken, which is what lark's contextual lexer does. The callbacks
are the ones that lark made. Where anything does not fit, nothing is reported: the caller has lark
parse the file from the start.
"""

import re
from collections.abc import Callable
from typing import Any

from lark import Lark, Token
from lark.lexer import PatternStr, TerminalDef
from lark.parse_tree_builder import ExpandSingleChild
from lark.parsers.lalr_analysis import Shift

_BLANK = r"[ \t\r\n\f]*"
_WORD = r"[A-Za-z_$][A-Za-z_$0-9]*"
_END = "$END"
_ASSEMBLY_NAME = "YID"
"""Terminal of names that may contain dots; states that accept it split words differently."""
_MOST_LEXEMES = 1 << 16
"""Different words that are remembered, so that a process that stays does not grow."""
_WHOLE = ("COMMENT", "PRAGMA", "HEXSTR", "STRING", "HEXNUMBER", "NUMBER", "NLBRACE")
"""Terminals that begin like nothing else, tried in this order before words and signs."""

_Entry = int | tuple[int, Callable[[list[Any]], Any] | None, str]
"""State to shift to; or size, callback and name of the rule to reduce by."""
_Row = dict[str, Any]
"""Entries by terminal or rule."""


class StraightParser:
    """Runs the tables of a lark parser over texts without syntax errors."""

    def __init__(self, lark: Lark, on_comment: Callable[[Token], Token]) -> None:
        frontend: Any = lark.parser
        table = frontend.parser._parse_table
        terminals: list[TerminalDef] = frontend.lexer.root_lexer.terminals
        self._rows = _Rows(table.states, frontend.parser.parser.callbacks)
        self._start = table.start_states["start"]
        self._end = table.end_states["start"]
        self._on_comment = on_comment
        patterns = {item.name: item.pattern.to_regexp() for item in terminals}
        whole = "|".join(f"({patterns[name]})" for name in _WHOLE)
        signs = {text for item in terminals for text in _signs_of(item)}
        sign = "|".join(re.escape(text) for text in sorted(signs, key=lambda x: (-len(x), x)))
        dotted = patterns[_ASSEMBLY_NAME]
        self._split = re.compile(f"{_BLANK}(?:{whole}|({_WORD}|{sign})|(\\Z))").match
        self._split_assembly = re.compile(f"{_BLANK}(?:{whole}|({dotted}|{sign})|(\\Z))").match
        self._lexemes = _Lexemes(terminals)

    def parse(self, text: str) -> Any:
        """Return what the start rule gave, or None where only lark knows what to do."""
        rows, lexemes = self._rows, self._lexemes
        split, split_assembly = self._split, self._split_assembly
        new = str.__new__
        state = self._start
        states: list[int] = [state]
        values: list[Any] = []
        row = rows[state]
        entry: Any = None
        position = 0
        while True:
            found = (split_assembly if _ASSEMBLY_NAME in row else split)(text, position)
            if found is None:
                return None
            kind: int = found.lastindex  # type: ignore[assignment]  # some group always matches
            position = found.end()
            if kind == _END_GROUP:
                return self._finish(states, values)
            value = found[kind]
            token = new(Token, value)
            token.value = value
            token.start_pos = found.start(kind)
            token.end_pos = position
            if kind == 1:
                token.type = "COMMENT"
                self._on_comment(token)
                continue
            names = lexemes[value] if kind == _LEXEME_GROUP else _FITTING[kind]
            for name in names:
                entry = row.get(name)
                if entry is not None:
                    break
            else:
                return None
            token.type = name
            while entry.__class__ is not int:
                size, callback, origin = entry
                if callback is not None:
                    if size:
                        children = values[-size:]
                        del states[-size:], values[-size:]
                    else:
                        children = []
                    values.append(callback(children))
                else:
                    states.pop()  # a rule that is nothing but another one
                state = rows[states[-1]][origin]
                states.append(state)
                entry = rows[state].get(name)
                if entry is None:
                    return None
            states.append(entry)
            values.append(token)
            row = rows[entry]

    def _finish(self, states: list[int], values: list[Any]) -> Any:
        """Reduce until the start rule is complete."""
        rows = self._rows
        while True:
            entry = rows[states[-1]].get(_END)
            if entry is None or entry.__class__ is int:
                return None
            size, callback, origin = entry
            children = values[len(values) - size :]
            del states[len(states) - size :], values[len(values) - size :]
            values.append(callback(children) if callback is not None else children[0])
            states.append(rows[states[-1]][origin])
            if states[-1] == self._end:
                return values[-1]


_LEXEME_GROUP = len(_WHOLE) + 1
_END_GROUP = len(_WHOLE) + 2
_FITTING = ((), *((name, "LBRACE") if name == "NLBRACE" else (name,) for name in _WHOLE))
"""Terminals that a group of the pattern may be, by the number of the group."""


def _signs_of(terminal: TerminalDef) -> list[str]:
    """Return the lexemes of a terminal that consists of signs; nothing for words and the like."""
    pattern = terminal.pattern
    if terminal.name in _WHOLE or re.search(r"[A-Za-z\s]", pattern.value):
        return []
    if isinstance(pattern, PatternStr):
        return [pattern.value]
    choices = re.split(r"(?<!\\)\|", pattern.value.removeprefix("(?:").removesuffix(")"))
    return [choice.replace("\\", "") for choice in choices]


class _Rows(dict[int, _Row]):
    """The rows of the table in the form that the loop wants, made when they are first needed."""

    def __init__(self, states: dict[int, Any], callbacks: dict[Any, Any]) -> None:
        super().__init__()
        self._states = states
        self._callbacks = callbacks

    def __missing__(self, state: int) -> _Row:
        row = {name: self._convert(*entry) for name, entry in self._states[state].items()}
        self[state] = row
        return row

    def _convert(self, action: object, argument: Any) -> _Entry:
        if action is Shift:
            return int(argument)
        size = len(argument.expansion)
        callback = self._callbacks[argument]
        if size == 1 and isinstance(callback, ExpandSingleChild):
            callback = None
        return size, callback, argument.origin.name


class _Lexemes(dict[str, tuple[str, ...]]):
    """The terminals that a word or sign may be, the one first that lark would take."""

    def __init__(self, terminals: list[TerminalDef]) -> None:
        super().__init__()
        known = [item for item in terminals if item.name not in _WHOLE]
        self._fixed: dict[str, str] = {
            item.pattern.value: item.name for item in known if isinstance(item.pattern, PatternStr)
        }
        self._patterns = [
            (item.name, re.compile(item.pattern.to_regexp()).fullmatch)
            for item in sorted(known, key=lambda item: -item.priority)
            if not isinstance(item.pattern, PatternStr)
        ]
        self._preferred = {item.name for item in known if item.priority > 0}

    def __missing__(self, lexeme: str) -> tuple[str, ...]:
        names = [name for name, fits in self._patterns if fits(lexeme)]
        fixed = self._fixed.get(lexeme)
        if fixed is not None:
            names.insert(sum(name in self._preferred for name in names), fixed)
        if len(self) >= _MOST_LEXEMES:
            self.clear()
        self[lexeme] = tuple(names)
        return self[lexeme]
