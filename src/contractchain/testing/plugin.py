"""The pytest plugin. Every pytest run loads it, so it imports nothing until a chain is wanted."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from contractchain.testing.chain import DevAccount, DevChain
    from contractchain.testing.contract import Deployer
    from contractchain.types import Artifact

FIXTURES = frozenset({"chain", "accounts", "deploy"})
"""A test that uses one of these, at any remove, runs on a snapshot."""

_isolation_key: pytest.StashKey[Any] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--ctc-engine`."""
    group = parser.getgroup("contractchain")
    group.addoption(
        "--ctc-engine",
        default="auto",
        choices=("auto", "revm", "py-evm"),
        help="execution engine of the `chain` fixture (default: revm if it is installed)",
    )


@pytest.fixture(scope="session")
def chain(pytestconfig: pytest.Config) -> "Iterator[DevChain]":
    """A chain in memory. What a test does to it is undone after the test."""
    from contractchain.testing.chain import DevChain
    from contractchain.testing.isolation import Isolation

    with DevChain(engine=pytestconfig.getoption("--ctc-engine")) as opened:
        pytestconfig.stash[_isolation_key] = Isolation(opened)
        yield opened
    del pytestconfig.stash[_isolation_key]


@pytest.fixture(scope="session")
def accounts(chain: "DevChain") -> "tuple[DevAccount, ...]":
    """Ten accounts with 10,000 ether each; the first one sends where no sender is given."""
    return chain.accounts


@pytest.fixture(scope="session")
def deploy(chain: "DevChain", pytestconfig: pytest.Config) -> "Deployer":
    """Deploys contracts of the project by name: `deploy("Token", "Gold", 1000)`."""
    from contractchain.testing.contract import Deployer

    return Deployer(chain, _artifact_finder(pytestconfig.rootpath))


@pytest.fixture(autouse=True)
def _contractchain_isolation(request: pytest.FixtureRequest) -> Iterator[None]:
    """Put the chain back after each test that uses it."""
    if FIXTURES.isdisjoint(request.fixturenames):
        yield
        return
    request.getfixturevalue("chain")
    isolation = request.config.stash.get(_isolation_key, None)
    if isolation is None:  # the project has a fixture `chain` of its own
        yield
        return
    isolation.enter(request.node, "function")
    yield
    isolation.leave(request.node)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> Any:
    """Take snapshots for wider scopes, and keep what their fixtures make."""
    isolation = request.config.stash.get(_isolation_key, None)
    scope = fixturedef.scope
    if isolation is None or scope == "function" or fixturedef.argname in FIXTURES:
        return (yield)
    if scope in ("class", "module", "package") and isolation.enter(request.node, scope):
        owner = request.node
        owner.addfinalizer(lambda: isolation.leave(owner))
    before = isolation.chain.number, isolation.chain.timestamp
    result = yield
    if (isolation.chain.number, isolation.chain.timestamp) != before:
        isolation.keep(scope)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Show of a contract that does not compile what is wrong with it, not how that was found."""
    report: pytest.TestReport = yield
    errors = sys.modules.get("contractchain.lang.errors")
    if errors is None or call.excinfo is None or report.outcome != "failed":
        return report
    error = call.excinfo.value
    if isinstance(error, errors.CompileError):
        frames = [entry for entry in call.excinfo.traceback if entry.path == item.path]
        place = f"{item.path.name}:{frames[-1].lineno + 1}: " if frames else ""
        report.longrepr = f"{place}the contract does not compile\n\n{error.describe()}"
    return report


def _artifact_finder(root: Path) -> "Callable[[str], Artifact]":
    """Return what finds the artifact of a name, each name compiled once."""
    from contractchain.client.compilation import load_contract
    from contractchain.client.project import Project

    project = Project.find(root)
    known: dict[str, Artifact] = {}

    def find(name: str) -> "Artifact":
        if name not in known:
            cache = project.data_directory / "cache"
            known[name] = load_contract(project, name, cache=cache).artifact
        return known[name]

    return find
