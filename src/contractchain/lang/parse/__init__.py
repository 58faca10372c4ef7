"""Parsing: from text to syntax tree.

The grammar is `solidity.lark`; lark's LALR(1) parser calls the AST builder rule by rule, so that
no intermediate tree exists. Names and types are not looked at here.
"""

from contractchain.lang.parse.parser import MAX_DEPTH, ParseResult, parse

__all__ = ["MAX_DEPTH", "ParseResult", "parse"]
