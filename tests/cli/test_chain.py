"""`ctc chain verify`: one engine checks what the other has made."""


def test_a_chain_comes_out_the_same_on_every_engine(till, engine: str) -> None:
    for level in ("1", "2"):
        till("send", "Till", "setLevel", level)
    till("send", "Till", "take", "420", "--gas-limit", "100000")
    ended = till("chain", "verify", "--engine", engine)
    assert ended.status == 0, ended.err
    assert ended.out.startswith("4 blocks with 4 transactions")
    assert ended.out.endswith(f"come out the same on {engine}\n")
    document = till("chain", "verify", "--first", "2", "--last", "3", "--json").document
    assert (document["blocks"], document["transactions"]) == (2, 2)


def test_blocks_that_are_not_there_are_refused(till) -> None:
    assert till("chain", "verify", "--last", "9").status == 1
    assert till("chain", "verify", "--first", "9").status == 2
