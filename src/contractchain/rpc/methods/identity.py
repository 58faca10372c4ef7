"""Who this node is: web3, net and the constants of eth."""

from contractchain.crypto import keccak256
from contractchain.rpc.context import RpcContext
from contractchain.rpc.dispatcher import Methods
from contractchain.rpc.parameters import Data


def client_version(context: RpcContext) -> str:
    """Return name and version of the node."""
    return context.client_version


def sha3(_context: RpcContext, data: Data) -> bytes:
    """Return the Keccak-256 of the data."""
    return keccak256(data)


def net_version(context: RpcContext) -> str:
    """Return the network id, in decimal."""
    return str(context.chain.config.chain_id)


def net_listening(_context: RpcContext) -> bool:
    """Tell whether the node listens for peers."""
    return False


def net_peer_count(_context: RpcContext) -> int:
    """Return the number of peers."""
    return 0


def chain_id(context: RpcContext) -> int:
    """Return the chain id (EIP-695)."""
    return context.chain.config.chain_id


def accounts(context: RpcContext) -> list[bytes]:
    """Return the addresses that the node signs for."""
    return list(context.accounts)


def coinbase(context: RpcContext) -> bytes:
    """Return the beneficiary of the head."""
    return context.chain.blocks.get_header().beneficiary


def syncing(_context: RpcContext) -> bool:
    """Return false: there is nothing to catch up with."""
    return False


def mining(context: RpcContext) -> bool:
    """Tell whether blocks are produced as soon as there is a transaction."""
    return context.mining.is_automine


METHODS: Methods = {
    "web3_clientVersion": client_version,
    "web3_sha3": sha3,
    "net_version": net_version,
    "net_listening": net_listening,
    "net_peerCount": net_peer_count,
    "eth_chainId": chain_id,
    "eth_accounts": accounts,
    "eth_requestAccounts": accounts,
    "eth_coinbase": coinbase,
    "eth_syncing": syncing,
    "eth_mining": mining,
}
