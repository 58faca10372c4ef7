"""What the chain and the node are set up for: eth_config and eth_capabilities."""

from typing import Any

from contractchain.chain.fork_schedule import ForkRules, find_fork_rules
from contractchain.chain.system_contracts import (
    BEACON_ROOTS_ADDRESS,
    CONSOLIDATION_REQUESTS_ADDRESS,
    HISTORY_ADDRESS,
    WITHDRAWAL_REQUESTS_ADDRESS,
)
from contractchain.rpc.context import RpcContext
from contractchain.rpc.dispatcher import Methods
from contractchain.rpc.rendering import Plain
from contractchain.types import ChainConfig, Fork

PRECOMPILES: tuple[tuple[Fork, str, int], ...] = (
    (Fork.FRONTIER, "ECREC", 0x01),
    (Fork.FRONTIER, "SHA256", 0x02),
    (Fork.FRONTIER, "RIPEMD160", 0x03),
    (Fork.FRONTIER, "ID", 0x04),
    (Fork.BYZANTIUM, "MODEXP", 0x05),
    (Fork.BYZANTIUM, "BN254_ADD", 0x06),
    (Fork.BYZANTIUM, "BN254_MUL", 0x07),
    (Fork.BYZANTIUM, "BN254_PAIRING", 0x08),
    (Fork.ISTANBUL, "BLAKE2F", 0x09),
    (Fork.CANCUN, "KZG_POINT_EVALUATION", 0x0A),
    (Fork.PRAGUE, "BLS12_G1ADD", 0x0B),
    (Fork.PRAGUE, "BLS12_G1MSM", 0x0C),
    (Fork.PRAGUE, "BLS12_G2ADD", 0x0D),
    (Fork.PRAGUE, "BLS12_G2MSM", 0x0E),
    (Fork.PRAGUE, "BLS12_PAIRING_CHECK", 0x0F),
    (Fork.PRAGUE, "BLS12_MAP_FP_TO_G1", 0x10),
    (Fork.PRAGUE, "BLS12_MAP_FP2_TO_G2", 0x11),
    (Fork.OSAKA, "P256VERIFY", 0x100),
)
"""First fork, name (EIP-7910) and address."""


def config(context: RpcContext) -> dict[str, Any]:
    """Return the rules in force, those that come next and the last ones planned (EIP-7910)."""
    chain = context.chain
    timestamp = chain.blocks.get_header().timestamp
    found = find_fork_rules(chain.genesis, chain.genesis_hash, timestamp)
    names = ("current", "next", "last")
    return {
        name: None if rules is None else _render_rules(rules, chain.config)
        for name, rules in zip(names, found, strict=True)
    }


def capabilities(context: RpcContext) -> dict[str, Any]:
    """Return what can be asked for, and since which block: everything, since the first."""
    head = context.chain.head()
    first = context.chain.genesis.number
    kept = {"disabled": False, "oldestBlock": first}
    return {
        "head": {"number": head.number, "hash": head.hash},
        **dict.fromkeys(("state", "tx", "logs", "receipts", "blocks", "stateproofs"), kept),
    }


def _render_rules(rules: ForkRules, chain_config: ChainConfig) -> dict[str, Any]:
    blobs = rules.blobs
    return {
        "activationTime": Plain(rules.activation),
        "blobSchedule": None
        if blobs is None
        else {
            "baseFeeUpdateFraction": Plain(blobs.base_fee_update_fraction),
            "max": Plain(blobs.max),
            "target": Plain(blobs.target),
        },
        "chainId": chain_config.chain_id,
        "forkId": rules.fork_id,
        "precompiles": {
            name: address.to_bytes(20, "big")
            for first, name, address in PRECOMPILES
            if rules.fork >= first
        },
        "systemContracts": _list_system_contracts(rules.fork, chain_config),
    }


def _list_system_contracts(fork: Fork, chain_config: ChainConfig) -> dict[str, bytes]:
    out = {}
    if fork >= Fork.CANCUN:
        out["BEACON_ROOTS_ADDRESS"] = BEACON_ROOTS_ADDRESS
    if fork >= Fork.PRAGUE:
        out |= {
            "CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS": CONSOLIDATION_REQUESTS_ADDRESS,
            "DEPOSIT_CONTRACT_ADDRESS": chain_config.deposit_contract,
            "HISTORY_STORAGE_ADDRESS": HISTORY_ADDRESS,
            "WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS": WITHDRAWAL_REQUESTS_ADDRESS,
        }
    return out


METHODS: Methods = {"eth_config": config, "eth_capabilities": capabilities}
