"""Encodings: RLP of every object of the protocol, hex, ABI, state diffs. No state, no rules."""
