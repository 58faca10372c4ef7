"""Sources of this repository, damaged, through the compiler: diagnostics or code, nothing else.

    python tests/fuzz/fuzz_compiler.py INPUTS [--seed N] [--directory DIR] [--first N]

An exception, an answer that takes longer than `--limit` seconds, or a diagnostic that cannot be
rendered is printed with the number of the input, which `--first N` with one input gives back. A
tenth of the sources without errors goes all the way to code.
"""

import argparse
import json
import signal
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from random import Random
from types import FrameType

from source_faults import damage_source

from contractchain.lang import compile_sources, render_all
from contractchain.lang.driver.settings import Settings

ROOT = Path(__file__).parents[2]
FOLDERS = ("contracts", "tests/lang")
LONGEST_SEED = 6_000
"""Characters above which a source is taken apart at its top."""


class TooSlowError(Exception):
    """An input took longer than it may."""


def load_seeds(directory: Path | None) -> list[str]:
    """Return the sources that are damaged."""
    folders = [ROOT / name for name in FOLDERS] if directory is None else [directory]
    paths = sorted(path for folder in folders for path in folder.rglob("*.sol") if path.is_file())
    texts = [path.read_text("utf-8", "replace") for path in paths]
    return [text if len(text) <= LONGEST_SEED else _shorten(text) for text in texts]


def _shorten(text: str) -> str:
    """Return the first declarations of a long source."""
    end = text.find("\n}", LONGEST_SEED // 2)
    return text if end < 0 else text[: end + 3]


def make_input(seeds: list[str], seed: int, number: int) -> str:
    """Return input `number` of a run."""
    random = Random(f"{seed}:{number}")
    return damage_source(random, random.choice(seeds), seeds)


def check_input(text: str, *, with_code: bool) -> str:
    """Compile `text` and return what came out: `errors`, `code` or `checked`."""
    compilation = compile_sources(
        {"fuzz.sol": text}, settings=Settings(runs=1), wanted=lambda contract: with_code
    )
    render_all(compilation.diagnostics, compilation.sources)
    json.dumps([item.to_json(compilation.sources) for item in compilation.diagnostics])
    if compilation.analysis is not None and compilation.analysis.has_errors:
        return "errors"
    return "code" if with_code else "checked"


def _give_up(signal_number: int, frame: FrameType | None) -> None:
    raise TooSlowError


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("inputs", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--directory", type=Path, help="sources to damage instead of our own")
    parser.add_argument("--limit", type=int, default=20, help="CPU seconds an input may take")
    options = parser.parse_args()
    signal.signal(signal.SIGPROF, _give_up)
    seeds = load_seeds(options.directory)
    began, counts, failures, slowest = time.monotonic(), Counter[str](), 0, (0.0, 0)
    for number in range(options.first, options.first + options.inputs):
        text = make_input(seeds, options.seed, number)
        start = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, options.limit)
        try:
            counts[check_input(text, with_code=number % 10 == 0)] += 1
        except Exception:  # noqa: BLE001 - whatever it is, it is what is looked for
            failures += 1
            print(f"input {number} of seed {options.seed}:")
            traceback.print_exc(file=sys.stdout)
            if options.inputs == 1:
                print(text)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        slowest = max(slowest, (time.process_time() - start, number))
        if number % 5_000 == 4_999:
            print(f"{number + 1} inputs, {dict(counts)}, {failures} failures", flush=True)
    print(
        f"{options.inputs} inputs in {time.monotonic() - began:.0f} s, {dict(counts)},"
        f" {failures} failures; the slowest, number {slowest[1]}, took {slowest[0]:.1f} s of CPU"
    )
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
