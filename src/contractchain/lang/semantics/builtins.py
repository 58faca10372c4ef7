"""The things that the language itself provides, by name.

Global functions and values, and the members of magic objects. Which members a value of some type
has is in `semantics.members`; how a builtin is computed is the business of lowering.
"""

from enum import Enum


class Builtin(Enum):
    """A function or value of the language; the value is its name in messages."""

    # global functions
    REQUIRE = "require"
    ASSERT = "assert"
    REVERT = "revert"
    KECCAK256 = "keccak256"
    SHA256 = "sha256"
    RIPEMD160 = "ripemd160"
    ECRECOVER = "ecrecover"
    ADDMOD = "addmod"
    MULMOD = "mulmod"
    BLOCKHASH = "blockhash"
    BLOBHASH = "blobhash"
    GASLEFT = "gasleft"
    SELFDESTRUCT = "selfdestruct"
    ERC7201 = "erc7201"
    TYPE = "type"
    # msg, block, tx
    MSG_SENDER = "msg.sender"
    MSG_VALUE = "msg.value"
    MSG_DATA = "msg.data"
    MSG_SIG = "msg.sig"
    MSG_GAS = "msg.gas"
    TX_ORIGIN = "tx.origin"
    TX_GASPRICE = "tx.gasprice"
    BLOCK_BASEFEE = "block.basefee"
    BLOCK_BLOBBASEFEE = "block.blobbasefee"
    BLOCK_CHAINID = "block.chainid"
    BLOCK_COINBASE = "block.coinbase"
    BLOCK_DIFFICULTY = "block.difficulty"
    BLOCK_GASLIMIT = "block.gaslimit"
    BLOCK_NUMBER = "block.number"
    BLOCK_PREVRANDAO = "block.prevrandao"
    BLOCK_TIMESTAMP = "block.timestamp"
    # abi
    ABI_ENCODE = "abi.encode"
    ABI_ENCODE_PACKED = "abi.encodePacked"
    ABI_ENCODE_WITH_SELECTOR = "abi.encodeWithSelector"
    ABI_ENCODE_WITH_SIGNATURE = "abi.encodeWithSignature"
    ABI_ENCODE_CALL = "abi.encodeCall"
    ABI_DECODE = "abi.decode"
    # type(T)
    TYPE_MIN = "type(T).min"
    TYPE_MAX = "type(T).max"
    TYPE_NAME = "type(T).name"
    TYPE_CREATION_CODE = "type(T).creationCode"
    TYPE_RUNTIME_CODE = "type(T).runtimeCode"
    TYPE_INTERFACE_ID = "type(T).interfaceId"
    # names of types
    BYTES_CONCAT = "bytes.concat"
    STRING_CONCAT = "string.concat"
    WRAP = "wrap"
    UNWRAP = "unwrap"
    NEW_ARRAY = "new T[]"
    # address
    ADDRESS_BALANCE = "balance"
    ADDRESS_CODE = "code"
    ADDRESS_CODEHASH = "codehash"
    ADDRESS_CALL = "call"
    ADDRESS_DELEGATECALL = "delegatecall"
    ADDRESS_STATICCALL = "staticcall"
    ADDRESS_SEND = "send"
    ADDRESS_TRANSFER = "transfer"
    # arrays and bytes
    LENGTH = "length"
    ARRAY_PUSH = "push"
    """`push()` and `push(x)`: tell them apart by the number of arguments."""
    ARRAY_POP = "pop"
    # functions, errors, events
    FUNCTION_SELECTOR = "selector"
    FUNCTION_ADDRESS = "address"
    EVENT_SELECTOR = "event selector"
    ERROR_SELECTOR = "error selector"
