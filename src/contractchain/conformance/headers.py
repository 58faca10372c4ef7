"""Headers that a vector gives field by field."""

from contractchain.chain.json_fields import Fields
from contractchain.conformance.values import get_bytes
from contractchain.types import Header

NONCE_BYTES = 8
BLOOM_BYTES = 256


def parse_header(fields: Fields) -> Header:
    """Return the header that an object such as `genesisBlockHeader` describes.

    Raises:
        ConfigError: a field is missing that every header has, or one is malformed.
    """
    return Header(
        parent_hash=get_bytes(fields, "parentHash", size=32),
        uncles_hash=get_bytes(fields, "uncleHash", size=32),
        beneficiary=get_bytes(fields, "coinbase", size=20),
        state_root=get_bytes(fields, "stateRoot", size=32),
        transactions_root=get_bytes(fields, "transactionsTrie", size=32),
        receipts_root=get_bytes(fields, "receiptTrie", size=32),
        logs_bloom=get_bytes(fields, "bloom", size=BLOOM_BYTES),
        difficulty=fields.get_int("difficulty"),
        number=fields.get_int("number", bits=64),
        gas_limit=fields.get_int("gasLimit", bits=64),
        gas_used=fields.get_int("gasUsed", bits=64),
        timestamp=fields.get_int("timestamp", bits=64),
        extra_data=get_bytes(fields, "extraData"),
        prev_randao=get_bytes(fields, "mixHash", size=32),
        nonce=get_bytes(fields, "nonce", size=NONCE_BYTES),
        base_fee_per_gas=fields.find_int("baseFeePerGas"),
        withdrawals_root=fields.find_bytes("withdrawalsRoot", size=32),
        blob_gas_used=fields.find_int("blobGasUsed", bits=64),
        excess_blob_gas=fields.find_int("excessBlobGas", bits=64),
        parent_beacon_block_root=fields.find_bytes("parentBeaconBlockRoot", size=32),
        requests_hash=fields.find_bytes("requestsHash", size=32),
    )
