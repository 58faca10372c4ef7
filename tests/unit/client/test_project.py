"""Projects: where they begin, and which contract a name means."""

from pathlib import Path

import pytest

from contractchain.client.project import Location, Origin, Project, bundled_sources, declared_in
from contractchain.errors import AmbiguousNameError, ContractNotFoundError, UsageError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "contracts" / "deep").mkdir(parents=True)
    (tmp_path / "contracts" / "Vault.sol").write_text("contract Vault {} contract Helper {}")
    (tmp_path / "contracts" / "deep" / "Token.sol").write_text("interface IToken {}")
    return tmp_path


def write(path: Path, text: str = "{}") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_project_is_found_from_anywhere_below_it(root: Path) -> None:
    project = Project.find(root / "contracts" / "deep")
    assert project.root == root
    assert project.is_found
    assert project.data_directory == root / ".contractchain"


def test_a_directory_without_marks_is_its_own_project(tmp_path: Path) -> None:
    project = Project.find(tmp_path)
    assert (project.root, project.is_found) == (tmp_path, False)


def test_home_is_not_taken_for_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "contracts").mkdir()
    (tmp_path / "work").mkdir()
    assert Project.find(tmp_path / "work").root == tmp_path / "work"
    assert Project.find(tmp_path).is_found


def test_a_name_is_found_in_any_source(root: Path) -> None:
    project = Project(root)
    path = root / "contracts" / "Vault.sol"
    for name in ("Vault", "Helper"):
        assert project.locate(name) == Location(name=name, path=path, origin=Origin.SOURCE)


def test_the_project_comes_before_the_examples(root: Path) -> None:
    project = Project(root)
    assert project.locate("Counter").origin is Origin.BUNDLED
    path = write(root / "contracts" / "Counter.sol", "contract Counter {}")
    assert project.locate("Counter").path == path


def test_sources_come_before_artifacts_and_artifacts_before_examples(root: Path) -> None:
    project = Project(root)
    path = write(root / "out" / "Counter.sol" / "Counter.json")
    assert project.locate("Counter").path == path
    write(root / "out" / "Vault.sol" / "Vault.json")
    assert project.locate("Vault").origin is Origin.SOURCE


def test_the_files_of_others_are_passed_over(root: Path) -> None:
    write(root / "contracts" / "node_modules" / "x" / "A.sol", "contract Alien {}")
    write(root / "artifacts" / "build-info" / "Alien.json")
    write(root / "artifacts" / "contracts" / "Alien.sol" / "Alien.dbg.json")
    with pytest.raises(ContractNotFoundError):
        Project(root).locate("Alien")


def test_a_name_in_two_files_is_ambiguous_and_a_path_is_not(root: Path) -> None:
    write(root / "contracts" / "Other.sol", "contract Vault {}")
    project = Project(root)
    with pytest.raises(AmbiguousNameError) as caught:
        project.locate("Vault")
    assert caught.value.candidates == ("contracts/Vault.sol:Vault", "contracts/Other.sol:Vault")
    for reference in caught.value.candidates:
        assert project.locate(reference, base=root).name == "Vault"


def test_an_interface_is_not_meant_by_its_name(root: Path) -> None:
    with pytest.raises(ContractNotFoundError):
        Project(root).locate("IToken")


@pytest.mark.parametrize(
    ("reference", "hint"),
    [
        ("Vualt", "did you mean `Vault`?"),
        ("Xyzzy", "known are `Vault`, `Helper`"),
        ("contracts/Vualt.sol", "did you mean `contracts/Vault.sol`"),
    ],
)
def test_a_miss_is_answered_with_what_there_is(root: Path, reference: str, hint: str) -> None:
    with pytest.raises(ContractNotFoundError) as caught:
        Project(root).locate(reference, base=root)
    assert caught.value.hint is not None and caught.value.hint.startswith(hint)


def test_paths_are_taken_from_the_working_directory_and_from_the_root(root: Path) -> None:
    project = Project(root)
    below = root / "contracts"
    assert project.locate("Vault.sol:Helper", base=below).path == below / "Vault.sol"
    assert project.locate("contracts/Vault.sol", base=below).path == below / "Vault.sol"


@pytest.mark.parametrize("name", ["notes.txt", "token.vy"])
def test_a_file_of_another_kind_is_refused(root: Path, name: str) -> None:
    write(root / name)
    with pytest.raises(UsageError):
        Project(root).locate(name, base=root)


def test_declarations_in_comments_and_strings_do_not_count(tmp_path: Path) -> None:
    path = write(
        tmp_path / "A.sol",
        "// contract One {}\n/* contract Two {} */ abstract contract Three is Four { string s ="
        ' "contract Five {"; } library Six{} interface Seven {} // contract\ncontract Eight layout'
        " at 5 {}\nstruct contractual { uint x; }",
    )
    assert declared_in(path) == (
        ("contract", "Three"),
        ("library", "Six"),
        ("interface", "Seven"),
        ("contract", "Eight"),
    )


def test_a_file_that_cannot_be_read_declares_nothing(tmp_path: Path) -> None:
    assert declared_in(tmp_path / "missing.sol") == ()
    assert declared_in(write(tmp_path / "b.sol", "\0\0 contract")) == ()


def test_every_example_declares_the_contract_it_is_named_after() -> None:
    assert len(bundled_sources()) >= 8
    for path in bundled_sources():
        assert ("contract", path.stem) in declared_in(path)
