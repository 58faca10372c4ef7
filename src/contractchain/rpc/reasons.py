"""The words of a revert, for the message of an error."""

from contractchain.errors import DecodeError

ERROR_SELECTOR = bytes.fromhex("08c379a0")
PANIC_SELECTOR = bytes.fromhex("4e487b71")


def describe_revert(data: bytes) -> str:
    """Return `execution reverted` with the reason, where the data has one that is known."""
    from contractchain.codec.abi import decode_revert_reason

    try:
        reason = decode_revert_reason(data)
    except DecodeError:
        reason = None
    return f"execution reverted: {reason}" if reason else "execution reverted"
