"""A simulation gives the same whether the chain is in this process or behind a socket."""

from collections.abc import Iterator
from typing import Any

import pytest

from chain_cases import GWEI, LOGGER_CODE, REVERTER_CODE, accounts
from contractchain.chain import BlockTag
from contractchain.chain.simulation_plan import (
    BlockOverrides,
    BlockPlan,
    CallPlan,
    SimulationPlan,
)
from contractchain.client import EmbeddedConnection, RemoteConnection
from contractchain.client.simulation_json import read_simulation
from contractchain.errors import CallRefusedError, DecodeError, NodeRefusedError
from contractchain.interfaces.execution_data import AccountOverride, Message
from contractchain.interfaces.simulation_data import PlannedCall
from contractchain.node import LocalNode, NodeConfig, open_local_chain
from contractchain.node.server import RpcServer
from contractchain.types import AccessEntry, Halt, Revert, Success, Withdrawal
from evm_builders import authorize, created_address

ALICE, BOB = (account.address for account in accounts()[:2])
LOGGER, REVERTER, BROKEN = b"\xaa" * 20, b"\xbb" * 20, b"\xcc" * 20
IDENTITY, ELSEWHERE = (4).to_bytes(20, "big"), b"\xee" * 20
WORD = b"\x07".rjust(32, b"\0")
FEES = {"max_fee_per_gas": 20 * GWEI, "max_priority_fee_per_gas": GWEI}


@pytest.fixture(scope="module")
def node() -> Iterator[LocalNode]:
    with open_local_chain(NodeConfig(data_dir=None)) as opened:
        yield opened


@pytest.fixture(scope="module")
def remote(node: LocalNode) -> Iterator[RemoteConnection]:
    with RpcServer(node, port=0) as serving:
        opened = RemoteConnection(serving.url)
        yield opened
        opened.close()


def planned(nonce: int | None = None, kind: int | None = None, **fields: Any) -> CallPlan:
    message = Message(**({"sender": ALICE, "to": BOB} | fields))
    return CallPlan(call=PlannedCall(message=message, nonce=nonce), type=kind)


EVERYTHING = SimulationPlan(
    blocks=(
        BlockPlan(
            block=BlockOverrides(
                number=3,
                timestamp=4_000_000_000,
                gas_limit=20_000_000,
                beneficiary=BOB,
                prev_randao=WORD,
                base_fee_per_gas=GWEI,
                blob_base_fee=2,
                parent_beacon_block_root=WORD,
                withdrawals=(Withdrawal(index=1, validator_index=2, address=BOB, amount_gwei=3),),
            ),
            accounts={
                LOGGER: AccountOverride(code=LOGGER_CODE, storage={bytes(32): WORD}),
                REVERTER: AccountOverride(code=REVERTER_CODE, balance=7, nonce=5),
                BROKEN: AccountOverride(code=b"\xfe", storage_diff={WORD: WORD}),
                IDENTITY: AccountOverride(move_precompile_to=ELSEWHERE),
            },
            calls=(
                planned(to=LOGGER, data=WORD, value=1, **FEES),
                planned(to=REVERTER, gas_limit=90_000),
                planned(to=BROKEN, gas_limit=90_000, kind=1),
                planned(to=ELSEWHERE, data=b"abc", nonce=9),
                planned(to=None, data=b"\x00", access_list=(AccessEntry(address=BOB),)),
                planned(authorization_list=(authorize(),), **FEES),
                planned(
                    blob_versioned_hashes=(b"\x01" + bytes(31),), max_fee_per_blob_gas=9, **FEES
                ),
            ),
        ),
        BlockPlan(calls=(planned(value=2),)),
    ),
    traces_transfers=True,
)


def test_both_connections_give_the_same(node: LocalNode, remote: RemoteConnection) -> None:
    embedded = EmbeddedConnection(node.chain, place="memory").simulate(EVERYTHING, BlockTag.LATEST)
    assert remote.simulate(EVERYTHING, BlockTag.LATEST) == embedded
    assert [block.block.header.number for block in embedded] == [1, 2, 3, 4]
    outcomes = [call.outcome for call in embedded[2].calls]
    assert outcomes[1:5] == [
        Revert(data=bytes(28) + b"\xde\xad\xbe\xef"),
        Halt(reason="invalid-opcode"),
        Success(return_data=b"abc"),
        Success(created_address=created_address(ALICE, 4)),
    ]
    assert len(embedded[2].calls[0].logs) == 2


def test_a_call_that_is_refused_is_an_error_of_either(
    node: LocalNode, remote: RemoteConnection
) -> None:
    plan = SimulationPlan(blocks=(BlockPlan(calls=(planned(gas_limit=1),)),))
    with pytest.raises(CallRefusedError):
        EmbeddedConnection(node.chain, place="memory").simulate(plan, 0)
    with pytest.raises(NodeRefusedError) as caught:
        remote.simulate(plan, 0)
    assert caught.value.rpc_code == -38013


@pytest.mark.parametrize(
    "answer",
    [
        None,
        {},
        [],
        [7],
        [{"calls": []}],
        [{"calls": [{}], "transactions": []}],
        [{"calls": [{}], "transactions": [{}]}],
        [{"calls": [7], "transactions": [7]}],
    ],
)
def test_an_answer_that_is_none_is_an_error(answer: Any) -> None:
    plan = SimulationPlan(blocks=(BlockPlan(calls=(planned(),)),))
    with pytest.raises(DecodeError):
        read_simulation(answer, plan)
