"""From text to syntax tree."""

import pytest

from contractchain.lang import ast
from contractchain.lang.parse import ParseResult, parse
from contractchain.lang.source import SourceFile


def parse_text(text: str) -> ParseResult:
    return parse(SourceFile(name="a.sol", text=text, index=0))


def parse_expression(text: str) -> ast.Expression:
    result = parse_text(f"uint constant X = {text};")
    assert result.unit is not None, result.diagnostics
    declaration = result.unit.parts[0]
    assert isinstance(declaration, ast.VariableDeclaration)
    assert declaration.value is not None
    return declaration.value


def shape(node: ast.Expression) -> str:
    """Write an expression with all its parentheses."""
    match node:
        case ast.BinaryOperation():
            return f"({shape(node.left)}{node.operator.value}{shape(node.right)})"
        case ast.UnaryOperation():
            inner = shape(node.operand)
            token = node.operator.value
            return f"({token}{inner})" if node.is_prefix else f"({inner}{token})"
        case ast.Assignment():
            token = "" if node.operator is None else node.operator.value
            return f"({shape(node.target)}{token}={shape(node.value)})"
        case ast.Conditional():
            return f"({shape(node.condition)}?{shape(node.if_true)}:{shape(node.if_false)})"
        case ast.Identifier():
            return node.name
        case ast.Literal():
            return node.text
        case ast.MemberAccess():
            return f"{shape(node.object)}.{node.member}"
        case ast.FunctionCall():
            return f"{shape(node.callee)}({','.join(map(shape, node.arguments))})"
        case ast.IndexAccess():
            index = "" if node.index is None else shape(node.index)
            return f"{shape(node.base)}[{index}]"
    raise AssertionError(node)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a + b * c", "(a+(b*c))"),
        ("a * b + c", "((a*b)+c)"),
        ("a - b - c", "((a-b)-c)"),
        ("a ** b ** c", "(a**(b**c))"),
        ("-a ** b", "((-a)**b)"),
        ("a << b + c", "(a<<(b+c))"),
        ("a | b ^ c & d", "(a|(b^(c&d)))"),
        ("a < b == c < d", "((a<b)==(c<d))"),
        ("a || b && c == d", "(a||(b&&(c==d)))"),
        ("a ? b : c ? d : e", "(a?b:(c?d:e))"),
        ("a = b += c", "(a=(b+=c))"),
        ("!a.b[c](d)++", "(!(a.b[c](d)++))"),
        ("a & b == c", "((a&b)==c)"),
        ("a % b / c * d", "(((a%b)/c)*d)"),
    ],
)
def test_operators_bind_as_in_the_language(text: str, expected: str) -> None:
    assert shape(parse_expression(text)) == expected


def test_spans_cover_exactly_what_is_written() -> None:
    text = "contract C { function f() public { uint x = a + g(b) ; } }"
    result = parse_text(text)
    assert result.unit is not None
    source = SourceFile(name="a.sol", text=text, index=0)
    written = {type(node).__name__: source.slice(node.span) for node in ast.walk(result.unit)}
    assert written["BinaryOperation"] == "a + g(b)"
    assert written["FunctionCall"] == "g(b)"
    assert written["FunctionDefinition"] == "function f() public { uint x = a + g(b) ; }"
    assert written["ContractDefinition"] == text


def test_offsets_count_bytes() -> None:
    text = "/* é */ contract C {}"
    result = parse_text(text)
    assert result.unit is not None
    assert result.unit.parts[0].span.start == len("/* é */ ".encode())


def test_node_ids_are_unique() -> None:
    result = parse_text("contract C { uint a; function f(uint b) public { a = b + 1; } }")
    assert result.unit is not None
    ids = [node.node_id for node in ast.walk(result.unit)]
    assert len(ids) == len(set(ids))


def test_a_type_in_a_statement_is_told_from_an_expression() -> None:
    body = "A.B[] memory x; a[1] = 2; mapping(uint => A) storage m = n;"
    result = parse_text(f"contract C {{ function f() public {{ {body} }} }}")
    assert result.unit is not None
    kinds = [
        type(node).__name__
        for node in ast.walk(result.unit)
        if isinstance(node, ast.Statement) and not isinstance(node, ast.Block)
    ]
    assert kinds == [
        "VariableDeclarationStatement",
        "ExpressionStatement",
        "VariableDeclarationStatement",
    ]


def test_adjacent_strings_are_one() -> None:
    literal = parse_expression('"ab" "c\\n" "\\x41"')
    assert isinstance(literal, ast.Literal)
    assert literal.value == b"abc\nA"


def test_documentation_is_attached_to_what_follows() -> None:
    result = parse_text(
        "/// @title T\n/// @notice N\ncontract C {\n"
        "/** @dev D\n * more */\nuint x;\n// plain\nuint y; }"
    )
    assert result.unit is not None
    contract = result.unit.parts[0]
    assert isinstance(contract, ast.ContractDefinition)
    assert contract.documentation is not None
    assert contract.documentation.text == " @title T\n @notice N"
    first, second = contract.parts
    assert isinstance(first, ast.VariableDeclaration)
    assert isinstance(second, ast.VariableDeclaration)
    assert first.documentation is not None
    assert first.documentation.text.split() == ["@dev", "D", "more"]
    assert second.documentation is None


def test_soft_keywords_are_names_where_they_can_be() -> None:
    result = parse_text(
        "contract C { uint from; uint error; uint receive; uint layout; uint at; uint transient;"
        " uint global; function revert(uint fallback) public { from = error + fallback; } }"
    )
    assert result.diagnostics == ()


@pytest.mark.parametrize("text", ["", "// nothing", "\n\n", "/** @title x */"])
def test_an_empty_file_is_a_file(text: str) -> None:
    result = parse_text(text)
    assert result.unit is not None
    assert result.unit.parts == ()


def test_several_syntax_errors_are_reported() -> None:
    result = parse_text("contract C { uint a uint b; function f() public { a = ; b = ; } uint }")
    assert result.unit is None
    assert len(result.diagnostics) >= 4


@pytest.mark.parametrize(
    "text",
    [
        "contract C { function f() public { x = " + "(" * 5000 + "1" + ")" * 5000 + "; } }",
        "contract C { function f() public { x = " + "-" * 1 + " -" * 5000 + "1; } }",
        "contract C { function f() public { " + "if (a) " * 5000 + "x = 1; } }",
        "contract C { function f() public { x = " + "a[" * 5000 + "1" + "]" * 5000 + "; } }",
        "contract C { function f() public " + "{" * 5000 + "}" * 5000 + " }",
        "contract C { uint" + "[1]" * 5000 + " x; }",
        "contract C { " + "mapping(uint => " * 5000 + "uint" + ")" * 5000 + " x; }",
    ],
    ids=["parentheses", "signs", "ifs", "indexes", "blocks", "arrays", "mappings"],
)
def test_deep_nesting_is_refused_by_a_diagnostic(text: str) -> None:
    result = parse_text(text)
    assert [item.code for item in result.diagnostics if item.is_error] == [7319]


@pytest.mark.parametrize(
    "text",
    [
        "contract C { function f() public { x = " + "1 + " * 5000 + "1; } }",
        "contract C { function f() public { " + "if (a) {} else " * 5000 + "{} } }",
        "contract C { function f() public { " + "x = 1; " * 5000 + "} }",
    ],
    ids=["sums", "else-if", "statements"],
)
def test_long_chains_are_not_nesting(text: str) -> None:
    assert parse_text(text).unit is not None
