"""NatSpec comments taken apart into tags, as solc's `DocStringParser` does it."""

from dataclasses import dataclass, field

from contractchain.lang import ast

_BLANKS = " \t"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocTag:
    """One tag with its text."""

    name: str
    """Without the `@`; `notice` for text before the first tag."""
    text: str
    """Blanks at the end are kept, as solc keeps them."""
    parameter: str = ""
    """Of `@param`: the name that comes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocComment:
    """The tags of a comment, in the order in which they are written."""

    tags: tuple[DocTag, ...] = ()
    faults: tuple[tuple[int, str], ...] = ()
    """Numbers and messages of what cannot be read."""

    def named(self, name: str) -> tuple[DocTag, ...]:
        """Return the tags of that name."""
        return tuple(tag for tag in self.tags if tag.name == name)

    def text(self, name: str) -> str:
        """Return the text of all tags of that name."""
        return "".join(tag.text for tag in self.named(name))


def parse_doc_comment(documentation: ast.Documentation | None) -> DocComment:
    """Return the tags of a comment."""
    if documentation is None:
        return DocComment()
    return _Parser(text=documentation.text).parse()


@dataclass(slots=True, kw_only=True)
class _Parser:
    text: str
    names: list[tuple[str, str]] = field(default_factory=list)
    """Name and parameter of each tag."""
    texts: list[str] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)

    def parse(self) -> DocComment:
        for number, line in enumerate(self.text.split("\n")):
            at = line.find("@")
            if at >= 0:
                self._tag(line[at + 1 :])
            elif self.texts:
                gap = "" if line[:1] in ("", " ", "\t") else " "
                self.texts[-1] += gap + line
            elif number == 0:
                self._add("notice", line.lstrip(_BLANKS))
        tags = tuple(
            DocTag(name=name, text=text, parameter=parameter)
            for (name, parameter), text in zip(self.names, self.texts, strict=True)
        )
        return DocComment(tags=tags, faults=tuple(self.faults))

    def _add(self, name: str, text: str, parameter: str = "") -> None:
        self.names.append((name, parameter))
        self.texts.append(text)

    def _tag(self, rest: str) -> None:
        end = next((i for i, char in enumerate(rest) if char in _BLANKS), len(rest))
        name, text = rest[:end], rest[end + 1 :].lstrip(_BLANKS)
        if name != "param":
            self._add(name, text)
            return
        end = next((i for i, char in enumerate(text) if not _is_name(char)), len(text))
        description = text[end:].lstrip(_BLANKS)
        if not text:
            self.faults.append((3335, "`@param` names no parameter"))
        elif not description:
            self.faults.append((9942, f"`@param {text[:end]}` says nothing"))
        else:
            self._add(name, description, text[:end])


def _is_name(char: str) -> bool:
    return char in "_$" or (char.isascii() and char.isalnum())
