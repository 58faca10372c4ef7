"""Compiling files of a project: only what has changed, and always to the same artifacts."""

from pathlib import Path

import pytest

from contractchain.client.compilation import CompiledFiles, compile_files
from contractchain.client.project import Project
from contractchain.lang import Settings
from contractchain.lang.steps import StepKind

HEADER = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0;\n"
FILES = {
    "contracts/Base.sol": "abstract contract Base { struct P { uint a; } P public p; }",
    "contracts/Left.sol": (
        'import "./Base.sol"; contract Left is Base { uint immutable x = 1;'
        " function f() external view returns (uint) { return x; } }"
    ),
    "contracts/Right.sol": (
        'import "maths/Maths.sol"; contract Right { function (uint) returns (uint) g = Maths.twice;'
        " function h(uint a) external returns (uint) { return g(a); } }"
    ),
    "contracts/Top.sol": (
        'import "./Left.sol"; contract Top { enum E { A } E e;'
        " function make() external returns (Left) { return new Left(); } }"
    ),
    "lib/maths/Maths.sol": (
        "library Maths { function twice(uint a) internal pure returns (uint) { return 2 * a; } }"
    ),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project of files that import each other."""
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HEADER + text)
    return tmp_path


def compile_all(root: Path, settings: Settings | None = None) -> CompiledFiles:
    project = Project(root)
    return compile_files(project, project.find_sources(), settings, cache=root / "cache")


def change(root: Path, name: str, old: str, new: str) -> None:
    path = root / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_what_is_unchanged_is_not_compiled_again(root: Path) -> None:
    first = compile_all(root)
    second = compile_all(root)
    assert first.steps
    assert (second.steps, second.compiled) == ((), ())
    assert second.artifacts == first.artifacts
    assert second.sources == first.sources


@pytest.mark.parametrize(
    ("changed", "names", "code"),
    [
        ("contracts/Base.sol", "Base Left Top", "Left Top"),  # an abstract contract has no code
        ("contracts/Left.sol", "Left Top", "Left Top"),
        ("contracts/Top.sol", "Top", "Left Top"),  # its code contains that of Left
        ("lib/maths/Maths.sol", "Right", "Right"),
    ],
)
def test_a_change_compiles_exactly_what_depends_on_it(
    root: Path, changed: str, names: str, code: str
) -> None:
    compile_all(root)
    change(root, changed, " {", "  {")
    again = compile_all(root)
    assert sorted(Path(name).stem for name in again.compiled) == names.split()
    lowered = {step.subject for step in again.steps if step.kind is StepKind.LOWER}
    assert sorted(lowered) == code.split()


def test_other_settings_are_other_results(root: Path) -> None:
    optimized = compile_all(root)
    plain = compile_all(root, Settings(optimize=False))
    assert plain.compiled
    assert {a.runtime_code for a in plain.artifacts} != {
        a.runtime_code for a in optimized.artifacts
    }
    assert compile_all(root).compiled == ()


def test_an_artifact_does_not_depend_on_what_else_is_compiled(root: Path) -> None:
    project = Project(root)
    paths = project.find_sources()
    together = compile_files(project, paths).artifacts
    reverse = compile_files(project, paths[::-1]).artifacts
    alone = tuple(a for path in paths for a in compile_files(project, [path]).artifacts)
    assert together == alone
    assert set(map(repr, reverse)) == set(map(repr, alone))


def test_an_artifact_names_the_files_of_its_source_map(root: Path) -> None:
    artifacts = {item.name: item for item in compile_all(root).artifacts}
    assert artifacts["Top"].source_files == (
        "contracts/Top.sol",
        "contracts/Left.sol",
        "contracts/Base.sol",
    )
    assert artifacts["Right"].source_files == ("contracts/Right.sol", "maths/Maths.sol")


def test_a_file_that_hides_an_import_compiles_what_imports_it(root: Path) -> None:
    compile_all(root)
    nearer = root / "maths" / "Maths.sol"
    nearer.parent.mkdir()
    nearer.write_text((root / "lib/maths/Maths.sol").read_text())
    assert compile_all(root).compiled == ("contracts/Right.sol",)


@pytest.mark.parametrize("damage", [b"", b"{}", b"\x00" * 40, b'{"units": [1]}'])
def test_a_damaged_entry_is_made_again(root: Path, damage: bytes) -> None:
    first = compile_all(root)
    for entry in (root / "cache").iterdir():
        entry.write_bytes(damage)
    again = compile_all(root)
    assert len(again.compiled) == 4
    assert again.artifacts == first.artifacts
    assert compile_all(root).compiled == ()


def test_a_storage_layout_is_kept_exactly(root: Path) -> None:
    (root / "contracts/High.sol").write_text(
        HEADER.replace("0.8.0", "0.8.29") + "contract High layout at 2**255 + 1 { uint x; }"
    )
    for _ in range(2):
        high = next(item for item in compile_all(root).artifacts if item.name == "High")
        assert high.storage_layout is not None
        assert high.storage_layout.storage[0].slot == 2**255 + 1


def test_warnings_are_repeated_though_nothing_is_compiled(root: Path) -> None:
    change(root, "contracts/Left.sol", HEADER.splitlines()[0], "")
    first = compile_all(root)
    assert first.warnings
    assert compile_all(root).warnings == first.warnings
