"""A compiler that stays: one line of JSON in, one line of JSON out.

In: `{"id": ..., "input": <standard JSON>}`. Out: `{"id": ..., "output": <standard JSON>}`. A line
that is no such object is answered with an error in `output`, and the worker goes on. It ends when
its input ends. `python -m contractchain.lang.driver.worker` starts one.
"""

import json
import sys
from typing import IO, Any

import orjson

from contractchain.lang.driver.standard_input import UrlReader
from contractchain.lang.driver.standard_json import (
    compile_standard_json,
    internal_fault_output,
)

Json = dict[str, Any]


def answer(line: str, *, read_url: UrlReader | None = None) -> Json:
    """Return the answer to one line."""
    try:
        request = orjson.loads(line)  # its limit of nesting does not depend on the interpreter's
    except ValueError as error:
        return {"id": None, "output": internal_fault_output(f"the line is no JSON: {error}")}
    if not isinstance(request, dict) or "input" not in request:
        message = "a request is an object with `id` and `input`"
        number = request.get("id") if isinstance(request, dict) else None
        return {"id": number, "output": internal_fault_output(message)}
    try:
        output = compile_standard_json(request["input"], read_url=read_url)
    except Exception as error:  # noqa: BLE001 - outermost loop: one bad input must not end it
        message = f"internal compiler error: {type(error).__name__}: {error}"
        output = internal_fault_output(message)
    return {"id": request.get("id"), "output": output}


def run_worker(lines: IO[str], out: IO[str], *, read_url: UrlReader | None = None) -> None:
    """Answer every line until there are no more."""
    for line in lines:
        if line.strip():
            out.write(json.dumps(answer(line, read_url=read_url)) + "\n")
            out.flush()


if __name__ == "__main__":
    run_worker(sys.stdin, sys.stdout)
