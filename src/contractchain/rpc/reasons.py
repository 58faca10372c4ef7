"""The words of a revert, for the message of an error."""

from contractchain.codec.abi import Panic, RevertReason, decode_revert


def describe_revert(data: bytes) -> str:
    """Return `execution reverted`, with the reason where the data has one that needs no ABI."""
    match decode_revert(data):
        case RevertReason(text=text):
            return f"execution reverted: {text}"
        case Panic() as panic:
            return f"execution reverted: panic 0x{panic.code:02x}: {panic.words}"
        case _:
            return "execution reverted"
