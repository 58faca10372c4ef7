"""Failures in the words of geth, which tools look for, and in those of Parity."""

_WORDS = {
    "revert": "execution reverted",
    "out-of-gas": "out of gas",
    "invalid-opcode": "invalid opcode",
    "invalid-jump": "invalid jump destination",
    "stack-underflow": "stack underflow",
    "stack-overflow": "stack limit reached",
    "static-violation": "write protection",
    "create-collision": "contract address collision",
    "code-size-limit": "max code size exceeded",
    "invalid-code-prefix": "invalid code: must not begin with 0xef",
    "call-depth": "max call depth exceeded",
    "other: insufficient balance": "insufficient balance for transfer",
    "other: nonce overflow": "nonce uint64 overflow",
    "other: init code size limit": "max initcode size exceeded",
}
_PARITY_WORDS = {
    "revert": "Reverted",
    "out-of-gas": "Out of gas",
    "invalid-opcode": "Bad instruction",
    "invalid-jump": "Bad jump destination",
    "stack-underflow": "Stack underflow",
    "stack-overflow": "Out of stack",
    "static-violation": "Mutable Call In Static Context",
    "other: precompile failed": "Built-in failed",
}
FAILURES = {words: error for error, words in _WORDS.items()}
"""The other way round."""


def describe_failure(error: str) -> str:
    """Return how geth calls a failure; `error` is `revert` or the reason of a halt."""
    return _WORDS.get(error, error.removeprefix("other: ").replace("-", " "))


def describe_parity_failure(error: str) -> str:
    """Return how Parity calls a failure."""
    return _PARITY_WORDS.get(error, describe_failure(error))
