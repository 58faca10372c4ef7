"""Comments are taken apart as solc does it: blanks, empty lines, tags anywhere in a line."""

import pytest

from contractchain.lang import compile_sources

HEAD = "pragma solidity ^0.8.0;\n"


def documentation(comment: str, header: str = "function f(uint256 x) public") -> tuple[str, str]:
    """Return notice and details of a function with that comment."""
    text = f"{HEAD} contract C {{ {comment}\n {header} {{}} }}"
    compilation = compile_sources({"a.sol": text}, wanted=lambda contract: False).check()
    assert compilation.analysis is not None
    artifact = compilation.describe(compilation.analysis.contracts[0]).artifact
    user = artifact.userdoc["methods"].get("f(uint256)", {})
    developer = artifact.devdoc["methods"].get("f(uint256)", {})
    return user.get("notice", ""), developer.get("details", "")


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("/// hello", ("hello", "")),
        ("/// hello\n///there", ("hello there", "")),
        ("/// hello\n/// there", ("hello there", "")),
        ("/** hello */", ("hello ", "")),
        ("/**\n * hello\n */", ("hello", "")),
        ("/**\n * hello\n *\n * there\n */", ("hello there", "")),
        ("/**\n * @dev kept   \n */", ("", "kept   ")),
        ("/**\n   @dev one\n   two\n*/", ("", "one two")),
        ("/// @notice a\n/// @notice b", ("ab", "")),
    ],
)
def test_a_comment_gives_the_text_that_solc_gives(comment: str, expected: tuple[str, str]) -> None:
    assert documentation(comment) == expected


def test_documentation_is_taken_over_from_one_overridden_function_only() -> None:
    text = f"""{HEAD}
    contract A {{ /// first
        function f() public virtual {{}} }}
    contract B {{ /// second
        function f() public virtual {{}} }}
    contract One is A {{ function f() public override {{}} }}
    contract Two is A, B {{ function f() public override(A, B) {{}} }}
    contract Three is A, B {{
        /// @inheritdoc B
        function f() public override(A, B) {{}} }}
    """
    compilation = compile_sources({"a.sol": text}, wanted=lambda contract: False).check()
    assert compilation.analysis is not None
    notices = {
        contract.name: compilation.describe(contract).artifact.userdoc["methods"].get("f()")
        for contract in compilation.analysis.contracts[2:]
    }
    assert notices == {"One": {"notice": "first"}, "Two": None, "Three": {"notice": "second"}}
