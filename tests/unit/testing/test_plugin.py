"""The plugin as a user's project sees it: isolation, expectations, the chain over RPC."""

import pytest

pytest_plugins = ["pytester"]

COUNTER = """
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
contract Counter {
    uint256 public count;
    error Never(address who);
    function increment() external { count++; }
    function never() external view { revert Never(msg.sender); }
}
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project with one contract."""
    pytester.mkdir("contracts").joinpath("Counter.sol").write_text(COUNTER)
    pytester.makeini("[pytest]\naddopts = -p no:cacheprovider\n")
    monkeypatch.setenv("HOME", str(pytester.path))
    return pytester


def run(project: pytest.Pytester, text: str, *arguments: str) -> pytest.RunResult:
    project.makepyfile(test_it=text)
    return project.runpytest_subprocess(*arguments)


def test_a_module_fixture_lasts_for_its_module_and_a_test_for_itself(
    project: pytest.Pytester,
) -> None:
    text = """
        import pytest

        @pytest.fixture(scope="module")
        def counter(deploy):
            counter = deploy("Counter")
            counter.increment()
            return counter

        @pytest.mark.parametrize("_", range(3))
        def test_inside(counter, _):
            assert counter.count() == 1
            counter.increment()
            assert counter.count() == 2
    """
    project.makepyfile(
        test_other="""
        def test_after(chain):
            assert chain.number == 0
        """
    )
    run(project, text).assert_outcomes(passed=4)


def test_a_session_fixture_made_late_outlives_the_module(project: pytest.Pytester) -> None:
    project.makeconftest(
        """
        import pytest

        @pytest.fixture(scope="session")
        def shared(deploy):
            return deploy("Counter")
        """
    )
    project.makepyfile(
        test_a="""
        import pytest

        @pytest.fixture(scope="module")
        def own(deploy):
            return deploy("Counter")

        def test_first(own):
            assert own.count() == 0

        def test_late(own, shared):
            shared.increment()
            assert shared.count() == 1
        """,
        test_b="""
        def test_shared_is_still_there(shared):
            assert shared.count() == 0
        """,
    )
    project.runpytest_subprocess().assert_outcomes(passed=3)


def test_a_test_without_a_chain_opens_none(project: pytest.Pytester) -> None:
    text = """
        import sys

        def test_plain():
            assert "contractchain.chain" not in sys.modules
    """
    run(project, text).assert_outcomes(passed=1)


def test_expectations_fail_when_nothing_or_something_else_fails(
    project: pytest.Pytester,
) -> None:
    text = """
        import re
        from contractchain.testing import ContractFailed, reverts
        import pytest

        def test_nothing_fails(deploy):
            with reverts():
                deploy("Counter").increment()

        def test_another_error(deploy):
            with reverts("Other"):
                deploy("Counter").never()

        def test_another_argument(deploy, accounts):
            with reverts("Never", who=accounts[1]):
                deploy("Counter").never()

        def test_right(deploy, accounts):
            with reverts("Never", who=accounts[2]) as caught:
                deploy("Counter").never(sender=accounts[2])
            assert "Never" in caught.failure.describe()
            with reverts(re.compile("Never")):
                deploy("Counter").never()
            with pytest.raises(ContractFailed, match="Never"):
                deploy("Counter").never()
    """
    result = run(project, text)
    result.assert_outcomes(passed=1, failed=3)
    result.stdout.fnmatch_lines(["*nothing failed*"])


def test_time_and_blocks_travel_and_come_back(project: pytest.Pytester) -> None:
    text = """
        import pytest

        @pytest.mark.parametrize("_", range(2))
        def test_travel(chain, _):
            start, number = chain.timestamp, chain.number
            chain.warp(3600)
            assert chain.timestamp == start + 3600
            chain.mine(5)
            assert (chain.number, chain.timestamp) == (number + 6, start + 3605)
            with chain.isolate():
                chain.mine(10)
            assert chain.number == number + 6

        def test_balances(chain, accounts):
            before = accounts[1].balance
            accounts[0].transfer(accounts[1], 10**18)
            assert accounts[1].balance == before + 10**18
    """
    run(project, text).assert_outcomes(passed=3)


def test_the_very_chain_is_served_over_rpc(project: pytest.Pytester) -> None:
    text = """
        import json, urllib.request

        def ask(url, method, *params):
            body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
            request = urllib.request.Request(url, json.dumps(body).encode())
            with urllib.request.urlopen(request, timeout=10) as response:
                return json.load(response)["result"]

        def test_serve(chain, deploy):
            counter = deploy("Counter")
            counter.increment()
            url = chain.serve()
            selector = "0x06661abd"
            to = "0x" + counter.address.hex()
            answer = ask(url, "eth_call", {"to": to, "data": selector}, "latest")
            assert int(answer, 16) == 1
            ask(url, "evm_mine")
            assert chain.number == int(ask(url, "eth_blockNumber"), 16)
    """
    run(project, text).assert_outcomes(passed=1)


def test_processes_side_by_side_give_the_same_results(project: pytest.Pytester) -> None:
    text = """
        import pytest

        @pytest.fixture(scope="module")
        def counter(deploy):
            return deploy("Counter")

        @pytest.mark.parametrize("times", range(20))
        def test_count(counter, times):
            gas = [counter.increment().gas_used for _ in range(times)]
            assert counter.count() == times
            assert gas[1:] == gas[1:2] * len(gas[1:])
    """
    run(project, text, "-n", "2").assert_outcomes(passed=20)


def test_a_misspelt_contract_is_an_error_with_a_suggestion(project: pytest.Pytester) -> None:
    result = run(project, 'def test_it(deploy):\n    deploy("Countr")\n')
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*did you mean `Counter`*"])


def test_a_contract_that_does_not_compile_is_shown_without_a_traceback(
    project: pytest.Pytester,
) -> None:
    project.path.joinpath("contracts", "Broken.sol").write_text(
        "pragma solidity ^0.8.0;\ncontract Broken {\n    unit256 x;\n}\n"
    )
    result = run(project, 'def test_it(deploy):\n    deploy("Broken")\n')
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "test_it.py:2: the contract does not compile",
            "error[[]7920[]]: `unit256` is not declared",
            "  = help: did you mean `uint256`*",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")
    assert not any("load_contract" in line for line in result.outlines)


def test_a_project_may_have_a_chain_fixture_of_its_own(project: pytest.Pytester) -> None:
    text = """
        import pytest

        @pytest.fixture
        def chain():
            return "mine"

        def test_mine(chain):
            assert chain == "mine"
    """
    run(project, text).assert_outcomes(passed=1)
