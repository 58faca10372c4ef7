"""Functions that nothing calls are dropped."""

from contractchain.lang.backend.frames import CallGraph
from contractchain.lang.ir import Object


def drop_functions(obj: Object, graph: CallGraph | None = None) -> bool:
    """Remove functions that the entry cannot reach; say if there were any.

    Args:
        obj: The object, without its sub-objects.
        graph: Its calls, if somebody has looked at them already.
    """
    used = (graph or CallGraph(obj)).callees
    changed = len(used) != len(obj.functions)
    obj.functions = {name: f for name, f in obj.functions.items() if name in used}
    return changed
