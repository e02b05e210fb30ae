"""The prompts of a ComfyUI graph: from a sampler back to the texts that its conditionings were made of."""

from __future__ import annotations

import re
from typing import Any

from faceforge_storage.ingest.generation.graph import DEEPEST, PIPE, Graph, Node
from faceforge_storage.ingest.generation.normal_form import LONGEST_TEXT

ROLES = {
    "positive": ("positive", "positive_prompt", "text_positive", "positive_text", "cond1"),
    "negative": ("negative", "negative_prompt", "text_negative", "negative_text"),
}
"""What inputs are called by which each of the two prompts comes in, where both come into one node."""
TEXT = re.compile(r"(?:text|string|prompt|value|clip_[lg]|t5xxl|llama)(?:[ _]?[a-z0-9]{1,2})?", re.IGNORECASE)
CONDITIONING = re.compile(r"conditioning|cond_?\d?$", re.IGNORECASE)
FILLED_IN = "populated_text"
"""The text of a node whose wildcards were replaced; its others are what they were replaced in."""


class Prompts:
    """Follows prompts through one graph."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def at(self, sampler: Node, role: str) -> str:
        """The prompt of a sampler: `positive` or `negative`."""
        known: dict[str, str] = {}
        if role in sampler.inputs:
            return self._text(sampler.inputs[role], role, known)
        ways = (name for name in sampler.inputs if name in ("guider", "text_embeds") or PIPE.search(name))
        texts = (self._text(sampler.inputs[name], role, known) for name in ways)
        return next(filter(None, texts), "")

    def _text(self, value: Any, role: str, known: dict[str, str], depth: int = 0) -> str:
        if isinstance(value, str):
            return value[:LONGEST_TEXT]
        node = self._graph.linked(value)
        if node is None or depth >= DEEPEST:
            return ""
        if node.id not in known:
            known[node.id] = ""  # what a circle comes back to
            parts = [self._text(each, role, known, depth + 1) for each in self._onward(node, role)]
            between = (node.inputs.get(name) for name in ("delimiter", "separator"))
            joint = next((each for each in between if isinstance(each, str)), "\n")
            known[node.id] = joint.join(dict.fromkeys(filter(None, parts)))[:LONGEST_TEXT]
        return known[node.id]

    def _onward(self, node: Node, role: str) -> list[Any]:
        if "zeroout" in node.type.lower():
            return []  # nothing is left of the text then
        names = list(node.inputs)
        of_one_prompt = "model" in names and not set(ROLES[role]) & set(names)
        if role == "negative" and of_one_prompt and "conditioning" in names:
            return []  # a guider without a negative prompt
        texts = [FILLED_IN] if FILLED_IN in names else [name for name in names if TEXT.fullmatch(name)]
        further = texts or [name for name in names if CONDITIONING.match(name)]
        return self._graph.onward(node, ROLES[role], tuple(further))
