"""Names for the reasons with which nodes refuse transactions.

JSON-RPC has hardly any codes for them, so the message decides: the table knows the words of geth,
reth, Besu, anvil and this package's own node. What it does not know is `other`, with the message.
"""

REJECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("nonce-too-low", ("nonce too low", "invalid nonce", "oldnonce")),
    ("nonce-too-high", ("nonce too high", "nonce gap", "gapped-nonce", "distance")),
    ("underpriced", ("underpriced", "gas price too low", "fee cap less", "fee-too-low")),
    ("fee-too-low", ("below the base fee", "less than block base fee", "max fee per gas")),
    ("insufficient-funds", ("insufficient funds", "insufficient balance", "upfront")),
    ("pool-full", ("pool is full", "txpool is full", "mempool is full", "pool limit")),
    ("already-known", ("already known", "already imported", "already in the pool", "known trans")),
    ("intrinsic-gas", ("intrinsic gas",)),
    ("gas-limit", ("exceeds block gas limit", "exceeds the available", "gas limit")),
    ("wrong-chain", ("chain id", "chainid")),
    ("invalid-signature", ("signature", "invalid sender")),
    ("reverted", ("revert",)),
)
"""Reason, and the words of which one is in the message, in lower case. The first row that fits."""


def name_rejection(message: str) -> str:
    """Return the name of the reason that an error message gives."""
    lowered = message.lower()
    for name, words in REJECTIONS:
        if any(word in lowered for word in words):
            return name
    return f"other: {message[:80]}"
