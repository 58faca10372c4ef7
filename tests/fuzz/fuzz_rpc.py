"""Random requests against the dispatcher of a live chain: no internal error, ever.

Usage: python tests/fuzz/fuzz_rpc.py [REQUESTS] [--seed N]

Requests are made from the names of the real methods and from values that fit, nearly fit and do not
fit; a share of the bodies is damaged bytes. A response with code -32603, a response that is no
JSON-RPC, or an exception ends the run with the request and the seed.
"""

import argparse
import asyncio
import json
import logging
import random
import time
from typing import Any

from contractchain.node import NodeConfig, open_local_chain
from contractchain.node.config import EngineChoice
from contractchain.rpc.context import RpcContext
from contractchain.rpc.dispatcher import Dispatcher
from contractchain.rpc.errors import INTERNAL_ERROR
from contractchain.rpc.methods import CONCURRENT, METHODS

SLOW = {"anvil_mine", "hardhat_mine", "evm_setIntervalMining", "anvil_setIntervalMining"}
TAGS = ["latest", "earliest", "pending", "safe", "finalized", "newest", ""]
KEYS = [
    "from",
    "to",
    "gas",
    "gasPrice",
    "maxFeePerGas",
    "maxPriorityFeePerGas",
    "value",
    "nonce",
    "data",
    "input",
    "accessList",
    "type",
    "chainId",
    "authorizationList",
    "blobVersionedHashes",
    "fromBlock",
    "toBlock",
    "address",
    "topics",
    "blockHash",
    "blockNumber",
    "balance",
    "code",
    "state",
    "stateDiff",
    "timestamp",
    "blocks",
    "storageKeys",
]


class Requests:
    """Makes bodies from one seed."""

    def __init__(self, seed: int, addresses: list[str]) -> None:
        self.source = random.Random(seed)
        self.addresses = addresses
        self.methods = sorted(set(METHODS) - SLOW)

    def body(self) -> bytes:
        """Return one body."""
        roll = self.source.random()
        if roll < 0.02:
            return self.source.randbytes(self.source.randrange(60))
        document: Any = self.request()
        if roll < 0.06:
            document = [self.request() for _ in range(self.source.randrange(5))]
        raw = json.dumps(document).encode()
        if roll < 0.12 and raw:
            place = self.source.randrange(len(raw))
            raw = raw[:place] + self.source.randbytes(1) + raw[place + 1 :]
        return raw

    def request(self) -> dict[str, Any]:
        """Return one request."""
        params = [self.value(0) for _ in range(self.source.choice((0, 1, 1, 2, 2, 3)))]
        out: dict[str, Any] = {"jsonrpc": "2.0", "id": 1, "method": self.method(), "params": params}
        if self.source.random() < 0.03:
            out.pop(self.source.choice(sorted(out)))
        return out

    def method(self) -> str:
        """Return a method's name, now and then one that does not exist."""
        name = self.source.choice(self.methods)
        return name if self.source.random() < 0.98 else name[:-1]

    def value(self, depth: int) -> Any:
        """Return any value that a parameter might have."""
        s = self.source
        kind = s.randrange(13)
        match kind:
            case 0:
                return s.choice(TAGS)
            case 1:
                return hex(s.choice((0, 1, 2, 21000, 2**64, 2**255, s.getrandbits(300))))
            case 2:
                return s.choice(self.addresses)
            case 3:
                return "0x" + s.randbytes(s.choice((0, 1, 4, 20, 31, 32, 33, 100))).hex()
            case 4:
                return s.choice((None, True, False, -1, 1.5, 10**30, "x", "0x", "0xzz"))
            case 5:
                return s.randrange(-5, 2**40)
            case 6 | 7 if depth < 4:
                return [self.value(depth + 1) for _ in range(s.randrange(4))]
            case _ if depth < 4:
                keys = s.sample(KEYS, s.randrange(6))
                out = {key: self.value(depth + 1) for key in keys}
                if s.random() < 0.3:
                    out[s.choice(self.addresses)] = self.value(depth + 1)
                return out
            case _:
                return hex(s.randrange(2**32))


async def fuzz(count: int, seed: int, engine: str = "auto") -> int:
    """Run; returns the number of requests that were answered with a result."""
    results = 0
    with open_local_chain(NodeConfig(data_dir=None, engine=EngineChoice(engine))) as node:
        context = RpcContext(
            chain=node.chain,
            accounts=node.accounts,
            mining=node.consensus,
            client_version="fuzz",
        )
        dispatcher = Dispatcher(context, METHODS, None, CONCURRENT)
        addresses = ["0x" + a.address.hex() for a in node.accounts]
        source = Requests(seed, addresses)
        began = time.perf_counter()
        for number in range(count):
            body = source.body()
            answer = await dispatcher.handle(body)
            if answer:
                document = json.loads(answer)
                for item in document if isinstance(document, list) else [document]:
                    code = item.get("error", {}).get("code")
                    if code == INTERNAL_ERROR or ("result" in item) == ("error" in item):
                        raise SystemExit(f"seed {seed}, request {number}: {body!r}\n{answer!r}")
                    results += "result" in item
            if number % 20_000 == 19_999:
                rate = (number + 1) / (time.perf_counter() - began)
                print(f"{number + 1} requests, {results} results, {rate:.0f}/s", flush=True)
        context.close()
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("requests", type=int, nargs="?", default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    logging.disable(logging.NOTSET)
    results = asyncio.run(fuzz(arguments.requests, arguments.seed))
    print(f"{arguments.requests} requests, {results} with a result, no internal error")


if __name__ == "__main__":
    main()
