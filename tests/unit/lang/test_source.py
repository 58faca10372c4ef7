"""Places in source files."""

from hypothesis import given
from hypothesis import strategies as st

from contractchain.lang.source import SourceFile, SourceSet, Span


def test_columns_count_characters_while_offsets_count_bytes() -> None:
    file = SourceFile(name="a", text="é = 1;\nß;", index=0)
    assert file.location(3) == (1, 3)
    assert file.location(8) == (2, 1)
    assert file.location(10) == (2, 2)


def test_a_span_is_written_as_in_source_maps() -> None:
    assert Span(3, 4, 1).src == "3:4:1"


@given(st.text(alphabet="aé\n", max_size=40))
def test_every_character_is_found_at_its_line_and_column(text: str) -> None:
    file = SourceFile(name="a", text=text, index=0)
    line, column, offset = 1, 1, 0
    for char in text:
        assert file.location(offset) == (line, column)
        offset += len(char.encode())
        line, column = (line + 1, 1) if char == "\n" else (line, column + 1)


def test_a_name_that_is_there_keeps_its_file() -> None:
    sources = SourceSet([("a", "1")])
    assert sources.add("a", "2").text == "1"
    assert len(sources) == 1
