"""Requests by HTTP, on the standard library. Follows no redirects and uses no proxy."""

import http.client

from contractchain.client.transport import MAX_ANSWER_BYTES, NodeAddress, describe_failure
from contractchain.errors import NodeResponseError


class HttpTransport:
    """One connection that is kept alive."""

    def __init__(self, address: NodeAddress, timeout_seconds: float) -> None:
        self._url = address.shown
        self._target = address.target
        kind = http.client.HTTPSConnection if address.is_secure else http.client.HTTPConnection
        self._http = kind(address.host, address.port, timeout=timeout_seconds)
        self._headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if address.authorization is not None:
            self._headers["Authorization"] = address.authorization

    def exchange(self, body: bytes, identifier: int) -> tuple[str, bytes]:
        """Return the answer to a request, and its status.

        A kept-alive connection that the node has closed meanwhile is opened again, once: no byte
        of an answer was read, and a transaction that is sent twice is the same transaction.
        """
        try:
            try:
                return self._exchange(body)
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                self._http.close()
                return self._exchange(body)
        except (OSError, http.client.HTTPException) as error:
            self._http.close()
            raise describe_failure(error, self._url) from error

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def _exchange(self, body: bytes) -> tuple[str, bytes]:
        self._http.request("POST", self._target, body, self._headers)
        response = self._http.getresponse()
        answer = response.read(MAX_ANSWER_BYTES + 1)
        if len(answer) > MAX_ANSWER_BYTES:
            self._http.close()
            raise NodeResponseError("the answer is too large", url=self._url)
        return f"HTTP status {response.status}", answer
