"""The model of a ComfyUI graph and the LoRAs on it: from a sampler back to the node that loads the model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PureWindowsPath
from typing import Any

from faceforge_storage.ingest.generation.graph import DEEPEST, PIPE, Graph, Node
from faceforge_storage.ingest.generation.normal_form import reference
from faceforge_storage.ingest.models.files import SUFFIXES

LOADED = ("ckpt_name", "unet_name", "base_ckpt_name", "model_name", "gguf_name", "ckpt", "model_path")
"""Inputs that name the file of a model."""
STRENGTHS = ("strength_model", "model_weight", "model_str", "lora_wt", "strength", "weight")
NUMBERED = re.compile(r"(?:lora_name|lora)_(\d{1,3})")
MOST_FILES = 200


def model_and_loras(graph: Graph, sampler: Node) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """(the model, its LoRAs in the order they were put on)."""
    loras: list[dict[str, Any]] = []
    seen: set[str] = set()
    ways = [name for name in sampler.inputs if name in ("model", "guider") or PIPE.search(name)]
    value = sampler.inputs[ways[0] if "model" not in ways else "model"] if ways else None
    while (node := graph.linked(value)) is not None and node.id not in seen and len(seen) < DEEPEST:
        seen.add(node.id)
        loras = [*_loras(graph, node, set()), *loras]
        if name := graph.value(node, LOADED, (str,)):
            return reference(name), loras
        onward = graph.onward(node, ("model", "model1", "model_a", "base_model"))
        value = onward[0] if onward else None
    return {}, loras


def files_named(graph: Graph) -> list[str]:
    """The files of models that any node names."""
    texts = (
        value for node in graph.nodes.values() for value in node.inputs.values() if isinstance(value, str)
    )
    found = (text for text in texts if len(text) < 1000 and PureWindowsPath(text).suffix.lower() in SUFFIXES)
    return list(dict.fromkeys(found))[:MOST_FILES]


def _loras(graph: Graph, node: Node, seen: set[str]) -> list[dict[str, Any]]:
    """The LoRAs that one node puts on, those of stacks linked to it first."""
    if node.id in seen or len(seen) >= DEEPEST:
        return []
    seen.add(node.id)
    stacks = (graph.linked(value) for name, value in node.inputs.items() if "lora_stack" in name)
    before = [each for stack in stacks if stack is not None for each in _loras(graph, stack, seen)]
    return [*before, *(each for each in _own_loras(graph, node) if each.get("name") not in (None, "None"))]


def _own_loras(graph: Graph, node: Node) -> Iterator[dict[str, Any]]:
    if name := graph.value(node, ("lora_name",), (str,)):
        yield reference(name, weight=graph.value(node, STRENGTHS, (int, float)))
    count = node.inputs.get("lora_count")
    for name, value in node.inputs.items():
        if isinstance(value, dict):
            yield from _described(value)
        elif (found := NUMBERED.fullmatch(name)) and isinstance(value, str):
            number = found[1]
            on = node.inputs.get(f"switch_{number}", "On") not in ("Off", False)
            if on and not (isinstance(count, int) and int(number) > count):
                strengths = tuple(f"{strength}_{number}" for strength in STRENGTHS)
                yield reference(value, weight=graph.value(node, strengths, (int, float)))


def _described(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """LoRAs that an input describes as objects: one each, or a list of them."""
    entries = value.get("__value__")
    for each in entries if isinstance(entries, list) else [value]:
        if isinstance(each, dict) and each.get("on", each.get("active", True)) is True:
            yield reference(each.get("lora") or each.get("name"), weight=each.get("strength"))
