"""The methods, one file per concern; the table of their names."""

from contractchain.rpc.dispatcher import Methods
from contractchain.rpc.methods import (
    blocks,
    calls,
    configuration,
    control,
    editing,
    fees,
    filters,
    identity,
    pool,
    raw,
    sending,
    simulation,
    state,
    subscriptions,
    tracing,
)

METHODS: Methods = {
    **identity.METHODS,
    **configuration.METHODS,
    **fees.METHODS,
    **state.METHODS,
    **blocks.METHODS,
    **filters.METHODS,
    **subscriptions.METHODS,
    **calls.METHODS,
    **simulation.METHODS,
    **raw.METHODS,
    **tracing.METHODS,
    **pool.METHODS,
    **sending.METHODS,
    **control.METHODS,
    **editing.METHODS,
}
CONCURRENT = (sending.send_raw_transaction,)
"""May be under way together within a batch: the submitter keeps their order."""
