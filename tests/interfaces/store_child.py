"""A process that writes to a store until it is killed, for `test_store_kill`.

Usage: store_child.py KIND FOLDER SEED. Says on standard output what it is about to do and, when
the store has returned, that it is done.
"""

import random
import sys

from store_records import make_record

from contractchain.store import open_store


def main() -> None:
    kind, folder, seed = sys.argv[1:]
    source = random.Random(seed)
    store = open_store(kind, folder)
    head = store.head_number()
    say(f"open {-1 if head is None else head}")
    while True:
        number = 0 if head is None else head + 1
        if number > 5 and source.random() < 0.03:
            number -= source.randrange(1, 4)
            say(f"rollback {number}")
            store.rollback_to(number)
        elif number and source.random() < 0.03:
            say("checkpoint")
            store.save_checkpoint(number - 1, bytes(32), [source.randbytes(5000)] * 3)
            number -= 1
        else:
            salt = source.randrange(10**9)
            count = source.choice([0, 1, 1, 1, 300])
            say(f"commit {number} {salt} {count}")
            store.commit_block(make_record(number, salt, count))
        head = number
        say("done")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


main()
