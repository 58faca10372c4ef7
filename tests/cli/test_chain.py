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


def test_a_chain_is_exported_and_imported_again(till, ctc, tmp_path) -> None:
    till("send", "Till", "setLevel", "1")
    exported = ctc("chain", "export", "blocks.rlp", "--genesis", "genesis.json")
    assert exported.status == 0, exported.err
    imported = ctc("chain", "import", "blocks.rlp", "--genesis", "genesis.json", "--data-dir", "b")
    assert imported.status == 0, imported.err
    first, second = (
        ctc("chain", "info", "--json"),
        ctc("chain", "info", "--data-dir", "b", "--json"),
    )
    assert first.document == second.document
    assert first.document["number"] > 0


def test_an_import_needs_a_chain_to_go_on_from(ctc, tmp_path) -> None:
    empty = tmp_path / "empty.rlp"
    empty.write_bytes(b"")
    ended = ctc("chain", "import", str(empty), "--data-dir", str(tmp_path / "nothing"))
    assert ended.status == 2
    assert "--genesis" in ended.err
    assert not (tmp_path / "nothing").exists()


def test_a_damaged_file_of_blocks_is_refused_with_its_place(till, ctc, tmp_path) -> None:
    damaged = tmp_path / "damaged.rlp"
    damaged.write_bytes(b"\xc3\x01")
    ended = ctc("chain", "import", str(damaged))
    assert ended.status == 1
    assert "at byte 0: the file ends within a block" in ended.err
