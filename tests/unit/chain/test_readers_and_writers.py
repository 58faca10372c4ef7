"""Readers in other threads while blocks are mined: what they see is always one whole block."""

from threading import Event, Thread

from chain_cases import ETHER, LOGGER, accounts, make_raw, opened_chain
from contractchain.chain import BlockTag, LogFilter
from contractchain.chain.settings import ChainSettings
from contractchain.execution import create_engine
from contractchain.interfaces.execution_data import Message

RECEIVER = accounts()[9].address
BLOCKS = 60


def test_readers_never_see_half_a_block_and_never_fail() -> None:
    done = Event()
    faults: list[BaseException] = []
    settings = ChainSettings(state_window=2)
    with opened_chain(create_engine("auto"), settings=settings) as opened:
        chain = opened.chain

        def read() -> None:
            number = chain.head().number
            block = chain.blocks.get_block(number)
            assert block.number == number
            assert len(chain.blocks.get_receipts(number)) == len(block.transactions)
            for at in {number, number // 2, 0}:
                assert chain.state.get_account(RECEIVER, at).balance == 10_000 * ETHER + at
            latest = chain.state.get_account(RECEIVER, BlockTag.LATEST).balance
            assert latest >= 10_000 * ETHER + number
            result = chain.calls.call(Message(to=LOGGER, data=bytes(32)), BlockTag.LATEST)
            assert result.logs
            chain.blocks.find_logs(max(number - 3, 0), number, LogFilter())
            assert chain.blocks.get_block(BlockTag.PENDING).number > number
            assert chain.state.get_next_nonce(accounts()[0].address) >= number

        def keep_reading() -> None:
            while not done.is_set():
                try:
                    read()
                except BaseException as error:  # noqa: BLE001
                    faults.append(error)
                    return

        readers = [Thread(target=keep_reading) for _ in range(3)]
        for reader in readers:
            reader.start()
        for nonce in range(BLOCKS):
            chain.submit([make_raw(nonce=nonce)])
        done.set()
        for reader in readers:
            reader.join()
        if faults:
            raise faults[0]
        assert chain.head().number == BLOCKS
