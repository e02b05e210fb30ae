"""The graph that ComfyUI made a picture by, and how a value is followed through it: reroutes, pipes and switches.

The format is ComfyUI's API format: id of a node -> `class_type` and `inputs`; an input is a value or a link, which is a
list of a node's id and the number of its output.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MOST_NODES = 20_000
DEEPEST = 200
"""Nodes one after the other that a value is followed through."""
VALUES = ("value", "int", "float", "number", "string", "text", "seed", "noise_seed")
"""What nodes that only hold a value call it."""
SELECTORS = ("select", "index", "input", "switch", "boolean", "condition", "cond", "value", "selected_index")
NUMBERED = re.compile(r"[a-z_]*?[ _]?0*(\d{1,3})", re.IGNORECASE)
YES = ("on_true", "input_true", "true", "if_true", "tt_value", "true_value")
NO = ("on_false", "input_false", "false", "if_false", "ff_value", "false_value")
PIPE = re.compile(r"pipe|ctx|context", re.IGNORECASE)


@dataclass(frozen=True)
class Node:
    """One step of the graph."""

    id: str
    type: str
    inputs: dict[str, Any]


class Graph:
    """The nodes by their ids."""

    def __init__(self, said: dict[str, Any]) -> None:
        self.nodes: dict[str, Node] = {}
        for name, node in list(said.items())[:MOST_NODES]:
            if isinstance(node, dict) and isinstance(node.get("inputs"), dict):
                self.nodes[name] = Node(name, str(node.get("class_type", "")), node["inputs"])

    def linked(self, value: Any) -> Node | None:
        """The node that an input is linked to; None for a value."""
        match value:
            case [str() | int() as node, int()]:
                return self.nodes.get(str(node))
        return None

    def sources(self, node: Node) -> Iterator[Node]:
        """The nodes that the inputs of one are linked to."""
        for value in node.inputs.values():
            if (source := self.linked(value)) is not None:
                yield source

    def find(
        self, value: Any, names: tuple[str, ...], types: tuple[type, ...], seen: set[str] | None = None
    ) -> Any:
        """The first value of one of the types that an input leads to; `names` are those of the input at each node."""
        if isinstance(value, types) and not isinstance(value, bool):
            return value
        node = self.linked(value)
        seen = set() if seen is None else seen
        if node is None or node.id in seen or len(seen) >= DEEPEST:
            return None
        seen.add(node.id)
        for each in self.onward(node, names, VALUES):
            if (found := self.find(each, names, types, seen)) is not None:
                return found
        return None

    def value(self, node: Node, names: tuple[str, ...], types: tuple[type, ...]) -> Any:
        """The value of the first input of a node that leads to one, by its names."""
        for name in names:
            if (found := self.find(node.inputs.get(name), names, types)) is not None:
                return found
        return None

    def onward(self, node: Node, names: tuple[str, ...], values: tuple[str, ...] = ()) -> list[Any]:
        """The inputs that what comes out of a node comes from: of a switch the chosen one; else those with the names;
        else pipes; else the only link there is."""
        if (chosen := self._chosen(node)) is not None:
            return [chosen]
        for wanted in (names, values):
            if found := [node.inputs[name] for name in wanted if node.inputs.get(name) is not None]:
                return found
        links = {name: value for name, value in node.inputs.items() if self.linked(value) is not None}
        pipes = [value for name, value in links.items() if PIPE.search(name)]
        return pipes or (list(links.values()) if len(links) == 1 else [])

    def _chosen(self, node: Node) -> Any:
        """The input that a switch lets through; None where there is no switch, or it does not say."""
        inputs = {name.lower(): value for name, value in node.inputs.items()}
        yes = next((inputs[name] for name in YES if name in inputs), None)
        no = next((inputs[name] for name in NO if name in inputs), None)
        if yes is None and no is None and "switch" not in node.type.lower():
            return None
        selector = next((inputs[name] for name in SELECTORS if name in inputs), None)
        if self.linked(selector) is not None:
            selector = self._selected(selector)
        if yes is not None or no is not None:
            return yes if selector in (True, "true", 1) else no
        numbered = {
            int(found[1]): value
            for name, value in inputs.items()
            if (found := NUMBERED.fullmatch(name)) and value is not None
        }
        if not isinstance(selector, int) or isinstance(
            selector, bool
        ):  # such as rgthree's: the first that is there
            return numbered[min(numbered)] if numbered and selector is None else None
        return numbered.get(selector)

    def _selected(self, selector: Any) -> Any:
        """The number or the truth that a selector is linked to, one step on."""
        node = self.linked(selector)
        held = (node.inputs.get(name) for name in VALUES + SELECTORS) if node else ()
        return next((each for each in held if isinstance(each, int)), None)
