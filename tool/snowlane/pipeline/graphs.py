"""Task graphs: which task is a root, what hangs below it, and in which order.

Rules: docs.snowflake.com/en/user-guide/tasks-graphs. A finalizer counts as a task below its root.
"""

from collections.abc import Iterable, Mapping

from snowlane.pipeline.model import Task


class Graphs:
    """The tasks of an environment by their full names, and how they hang together."""

    def __init__(self, tasks: Iterable[Task]) -> None:
        self.tasks: Mapping[str, Task] = {task.name: task for task in tasks}
        self._below: dict[str, list[str]] = {}
        self._depths: dict[str, int] = {}
        for task in self.tasks.values():
            for before in task.after:
                self._below.setdefault(before, []).append(task.name)

    def roots(self) -> list[Task]:
        """The tasks with nothing before them that is there, by name."""
        return [self.tasks[name] for name in sorted(self.tasks) if not self._above(name)]

    def roots_of(self, name: str) -> list[str]:
        """The roots of the graph that a task is in; its own name where nothing precedes it."""
        found: dict[str, None] = {}
        waiting, seen = [name], {name}
        while waiting:
            above = self._above(each := waiting.pop())
            if not above:
                found[each] = None
            waiting += [other for other in above if other not in seen]
            seen.update(above)
        return sorted(found)

    def below(self, name: str) -> list[str]:
        """The tasks directly after one, by name."""
        return sorted(each for each in self._below.get(name, ()) if each in self.tasks)

    def members(self, root: str) -> list[str]:
        """A root and all below it, each after all of its predecessors in the graph."""
        reached: set[str] = set()
        waiting = [root]
        while waiting:
            if (name := waiting.pop()) not in reached:
                reached.add(name)
                waiting += self.below(name)
        return sorted(reached, key=lambda name: (self.depth(name), name))

    def depth(self, name: str) -> int:
        """How many tasks precede one on the longest way from a root; 0 for a root."""
        if name not in self._depths:
            # There are no circles, and if there were one it would end here.
            self._depths[name] = 0
            above = self._above(name)
            self._depths[name] = max((self.depth(each) + 1 for each in above), default=0)
        return self._depths[name]

    def children_first(self, names: Iterable[str]) -> list[str]:
        """Tasks in the order in which they can be resumed: the deepest first, roots last."""
        return sorted(names, key=lambda name: (-self.depth(name), name))

    def _above(self, name: str) -> list[str]:
        return [each for each in self.tasks[name].after if each in self.tasks]

    def lines(self) -> list[tuple[int, Task]]:
        """Every task once, as a tree: its depth, and each below the first that precedes it."""
        found: list[tuple[int, Task]] = []
        seen: set[str] = set()

        def visit(name: str, depth: int) -> None:
            if name not in seen:
                seen.add(name)
                found.append((depth, self.tasks[name]))
                for child in self.below(name):
                    visit(child, depth + 1)

        for root in self.roots():
            visit(root.name, 0)
        return found
