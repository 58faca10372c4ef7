"""Call graph of an object, and where the spill slots of each function lie in memory.

A function's slots are static: two functions share memory unless one can be active while the other
is. Recursive calls save the slots that are live on the stack, so one frame per function is enough.
"""

from contractchain.lang.backend.flow import find_components
from contractchain.lang.ir import Object, Op

FIRST_SLOT = 0x80
"""Memory below is the scratch space, the free memory pointer and the zero slot of Solidity."""


class CallGraph:
    """Who calls whom among the functions that the entry can reach."""

    def __init__(self, obj: Object) -> None:
        self.callees: dict[str, list[str]] = {}
        tagged = {
            instruction.symbol
            for function in obj.functions.values()
            for instruction in function.instructions
            if instruction.op is Op.FUNCTION_TAG
        }
        self.indirect = tagged & obj.functions.keys()
        """Functions that an indirect call may reach."""
        work = [obj.entry]
        while work:
            name = work.pop()
            if name in self.callees:
                continue
            found: dict[str, None] = {}
            for instruction in obj.functions[name].instructions:
                if instruction.op in (Op.INVOKE, Op.FUNCTION_TAG):
                    found[instruction.symbol] = None
                elif instruction.op is Op.INVOKE_INDIRECT:
                    found.update(dict.fromkeys(sorted(self.indirect)))
            self.callees[name] = list(found)
            work.extend(found)
        names = list(self.callees)
        self.components = find_components(names, lambda name: self.callees[name])
        self.component = {
            name: number for number, members in enumerate(self.components) for name in members
        }

    def recursive_callees(self, name: str) -> set[str]:
        """Return the callees of a function that may call it again."""
        home = self.component[name]
        return {callee for callee in self.callees[name] if self.component[callee] == home}


def place_frames(graph: CallGraph, sizes: dict[str, int]) -> tuple[dict[str, int], int]:
    """Return the address of each function's first slot, and the first byte after all of them.

    Args:
        graph: Call graph of the object.
        sizes: Slots of each function, in words.
    """
    starts = [0] * len(graph.components)
    frames: dict[str, int] = {}
    end = 0
    for number in range(len(graph.components) - 1, -1, -1):  # callers first
        offset = starts[number]
        for name in graph.components[number]:
            frames[name] = FIRST_SLOT + 32 * offset
            offset += sizes.get(name, 0)
        end = max(end, offset)
        for name in graph.components[number]:
            for callee in graph.callees[name]:
                inner = graph.component[callee]
                if inner != number:
                    starts[inner] = max(starts[inner], offset)
    return frames, FIRST_SLOT + 32 * end
