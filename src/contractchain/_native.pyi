"""Native core of contractchain; the Rust source is in `native/`."""

__abi__: int

def version() -> str: ...
