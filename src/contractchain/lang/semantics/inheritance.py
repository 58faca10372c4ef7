"""Bases, their linear order, and the rules of overriding."""

from contractchain.lang.semantics.context import Context, declared_here
from contractchain.lang.semantics.paths import resolve_path
from contractchain.lang.semantics.scopes import Scope
from contractchain.lang.semantics.symbols import ContractSymbol


def resolve_bases(context: Context, contract: ContractSymbol, scope: Scope) -> None:
    """Find the direct bases of `contract`."""
    bases: list[ContractSymbol] = []
    for item in contract.node.bases:
        found = resolve_path(context, item.path, scope)
        if not found:
            continue
        base = found[0]
        if not isinstance(base, ContractSymbol):
            context.type_error(
                8758,
                f"`{item.path.text}` is no contract, so nothing can be derived from it",
                item.path.span,
                notes=declared_here(base),
            )
        elif base.is_library:
            context.type_error(2571, "nothing can be derived from a library", item.path.span)
        elif contract.is_interface and not base.is_interface:
            context.type_error(
                6536, "an interface can only be derived from interfaces", item.path.span
            )
        elif contract.is_library:
            context.type_error(9469, "a library cannot be derived", item.path.span)
        elif base is contract or (
            base.unit is contract.unit and base.node.span.start > contract.node.span.start
        ):
            context.type_error(
                2449,
                f"`{base.name}` must be defined before it is used as a base",
                item.path.span,
                notes=declared_here(base),
            )
        elif base in bases:
            context.declaration_error(
                5005, f"`{base.name}` is given as a base twice", item.path.span
            )
        else:
            bases.append(base)
    contract.bases = tuple(bases)


def linearise(context: Context, contract: ContractSymbol) -> None:
    """Order `contract` and its bases, most derived first, by C3.

    Bases must be linearised already.

    Spec:
        Solidity documentation, "Multiple Inheritance and Linearization".
    """
    for base in contract.bases:
        if not base.linearised:
            context.type_error(
                2449, f"`{contract.name}` and `{base.name}` are bases of each other", contract.span
            )
    contract.bases = tuple(base for base in contract.bases if base.linearised)
    sequences = [list(base.linearised) for base in reversed(contract.bases)]
    sequences.append(list(reversed(contract.bases)))
    merged: list[ContractSymbol] = [contract]
    while sequences := [item for item in sequences if item]:
        head = next(
            (
                sequence[0]
                for sequence in sequences
                if not any(sequence[0] in other[1:] for other in sequences)
            ),
            None,
        )
        if head is None:
            context.type_error(
                5005,
                f"the bases of `{contract.name}` cannot be put in one order",
                contract.span,
                hint="list the bases from the most base-like to the most derived",
            )
            rest = [item for sequence in sequences for item in sequence]
            merged += list(dict.fromkeys(rest))
            break
        merged.append(head)
        sequences = [[item for item in sequence if item is not head] for sequence in sequences]
    contract.linearised = tuple(merged)


def order_contracts(contracts: list[ContractSymbol]) -> list[ContractSymbol]:
    """Return `contracts` with every base before what is derived from it.

    Contracts whose bases form a cycle, which was reported, come in any order.
    """
    out: list[ContractSymbol] = []
    state: dict[int, bool] = {}
    for root in contracts:
        stack = [(root, False)]
        while stack:
            contract, is_done = stack.pop()
            key = contract.node.node_id
            if is_done:
                if not state[key]:
                    state[key] = True
                    out.append(contract)
                continue
            if key in state:
                continue
            state[key] = False
            stack.append((contract, True))
            stack.extend((base, False) for base in contract.bases)
    return out
