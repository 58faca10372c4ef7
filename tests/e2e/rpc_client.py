"""A JSON-RPC client of a few lines, for tests that look at the wire."""

import http.client
import json
from typing import Any


class Rpc:
    """Calls of one server on one connection."""

    def __init__(self, url: str) -> None:
        self.connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)

    def post(self, body: bytes, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        self.connection.request("POST", "/", body, headers or {})
        response = self.connection.getresponse()
        return response.status, response.read()

    def exchange(self, document: Any) -> Any:
        status, body = self.post(
            json.dumps(document).encode(), {"Content-Type": "application/json"}
        )
        assert status == 200
        return json.loads(body)

    def __call__(self, method: str, *params: Any) -> Any:
        answer = self.exchange({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        if "error" in answer:
            raise RpcError(answer["error"])
        return answer["result"]

    def close(self) -> None:
        self.connection.close()


class RpcError(Exception):
    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        self.code = error["code"]
        self.data = error.get("data")
