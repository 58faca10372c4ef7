"""The block after the head: its environment, and building it from the pool."""

from collections.abc import Callable
from dataclasses import replace

from contractchain.chain.building import build_block
from contractchain.chain.canonical import CanonicalChain, Tip
from contractchain.chain.context import build_next_context
from contractchain.chain.difficulty import calculate_difficulty
from contractchain.chain.executed import ExecutedBlock
from contractchain.chain.merge import TotalDifficulty
from contractchain.chain.settings import ChainSettings
from contractchain.chain.state_editing import build_editing_block
from contractchain.chain.time_control import TimeControl
from contractchain.chain.transaction_pool import TransactionPool
from contractchain.errors import InvalidHeaderError
from contractchain.interfaces.consensus import BuildAttributes, HeaderRules
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.interfaces.execution_data import BlockContext
from contractchain.types import ChainConfig, Hash32


class NextBlock:
    """Makes blocks on the head of one chain. Its owner builds one at a time."""

    def __init__(
        self,
        canonical: CanonicalChain,
        execution: ExecutionLayer,
        total_difficulty: TotalDifficulty,
        find_rules: Callable[[], HeaderRules],
        *,
        config: ChainConfig,
        time: TimeControl,
        settings: ChainSettings,
    ) -> None:
        self._canonical = canonical
        self._execution = execution
        self._total_difficulty = total_difficulty
        self._find_rules = find_rules
        self._config = config
        self._time = time
        self._settings = settings
        self._context: tuple[Hash32, BlockContext] | None = None

    def get_context(self) -> BlockContext:
        """Return the environment of a block that is built now, as far as the pool needs it.

        It lacks the hashes of its ancestors. It is asked for several times per block, and is the
        same until head or time move.
        """
        tip = self._canonical.tip
        timestamp = self._find_timestamp(tip)
        made = self._context
        if made is not None and made[0] == tip.hash and made[1].timestamp == timestamp:
            return made[1]
        context = self._build_context(tip, BuildAttributes(timestamp=timestamp), b"")
        self._context = (tip.hash, context)
        return context

    def build(self, pool: TransactionPool, attributes: BuildAttributes | None) -> ExecutedBlock:
        """Return a block on the head; the hold on its state goes to the caller.

        Args:
            pool: Gives the transactions; loses those that turn out invalid.
            attributes: None for a block as of now.

        Raises:
            InvalidHeaderError: the timestamp is not above the parent's.
        """
        tip = self._canonical.tip
        attributes = attributes or BuildAttributes(timestamp=self._find_timestamp(tip))
        if attributes.timestamp <= tip.header.timestamp:
            raise InvalidHeaderError(
                f"must be above the parent's {tip.header.timestamp}, not {attributes.timestamp}",
                field_name="timestamp",
            )
        ancestors = self._canonical.list_ancestor_hashes(tip.hash)
        context = self._build_context(tip, attributes, ancestors)
        if attributes.edits is not None:
            return build_editing_block(
                context,
                tip.block.state_root,
                attributes.edits,
                config=self._config,
                execution=self._execution,
                rules=self._find_rules(),
            )
        while True:
            built = build_block(
                context,
                tip.block.state_root,
                pool.select(context, attributes.max_transactions),
                extra_data=attributes.extra_data,
                config=self._config,
                execution=self._execution,
                rules=self._find_rules(),
            )
            pool.drop(built.rejected)
            if built.executed.transaction_hashes or not built.rejected:
                return built.executed
            self._execution.release(built.executed.state_root)

    def _find_timestamp(self, tip: Tip) -> int:
        return max(self._time.now(), tip.header.timestamp + 1)

    def _build_context(
        self, tip: Tip, attributes: BuildAttributes, ancestors: bytes
    ) -> BlockContext:
        if attributes.gas_limit is None and self._settings.gas_limit is not None:
            attributes = replace(attributes, gas_limit=self._settings.gas_limit)
        if "ethash" in self._config.extra and attributes.difficulty == 0:
            attributes = self._with_difficulty(tip, attributes)
        return build_next_context(tip.header, tip.hash, self._config, attributes, ancestors)

    def _with_difficulty(self, tip: Tip, attributes: BuildAttributes) -> BuildAttributes:
        """On a chain that is still under proof of work, a block has the difficulty it must."""
        if self._total_difficulty.has_ended(tip.hash, tip.header):
            return attributes
        difficulty = calculate_difficulty(
            tip.number + 1, attributes.timestamp, tip.header, self._config
        )
        return replace(attributes, difficulty=difficulty)
