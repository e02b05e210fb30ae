"""Generation parameters of ComfyUI, read off the graph that it keeps in a picture.

A graph may sample several times (a first pass, then an upscale, then faces). What is told is the first pass of the
picture that is saved: the sampler behind which there is no other.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable
from typing import Any

from faceforge_storage.ingest.generation.graph import PIPE, Graph, Node
from faceforge_storage.ingest.generation.graph_models import files_named, model_and_loras
from faceforge_storage.ingest.generation.graph_prompts import Prompts
from faceforge_storage.ingest.generation.normal_form import loras_in, normal, seed, unique

NUMBER = (int, float)
MOST_SAMPLERS = 50
LATENT = ("latent_image", "latent", "samples")


def read(texts: dict[str, str]) -> dict[str, Any] | None:
    """The parameters in the text `prompt`; None when it is no graph."""
    try:
        said = json.loads(texts.get("prompt", "null"))
    except (ValueError, RecursionError):
        return None
    graph = Graph(said if isinstance(said, dict) else {})
    if not graph.nodes:
        return None
    sampler = _first_sampler(graph)
    files = files_named(graph)
    return normal("comfyui", files=files) if sampler is None else _told(graph, sampler) | {"files": files}


def _told(graph: Graph, sampler: Node) -> dict[str, Any]:
    prompts = Prompts(graph)
    prompt, negative = prompts.at(sampler, "positive"), prompts.at(sampler, "negative")
    model, loras = model_and_loras(graph, sampler)
    positive = next((sampler.inputs[name] for name in ("positive", "guider") if name in sampler.inputs), None)
    size = {name: graph.find(_latent(sampler), (name, *LATENT), (int,)) for name in ("width", "height")}
    return normal(
        "comfyui",
        prompt=prompt,
        negative_prompt=negative,
        sampler=graph.value(sampler, ("sampler_name", "sampler"), (str,)),
        scheduler=graph.value(sampler, ("scheduler", "sigmas"), (str,)),
        steps=graph.value(sampler, ("steps", "sigmas"), (int,)),
        cfg_scale=graph.value(sampler, ("cfg", "guider"), NUMBER),
        guidance=graph.find(positive, ("guidance", "positive", "conditioning"), NUMBER),
        denoise=graph.value(sampler, ("denoise", "sigmas"), NUMBER),
        seed=seed(graph.value(sampler, ("seed", "noise_seed", "noise"), (int,))),
        size=size if all(size.values()) else None,
        model=model,
        loras=unique([*loras, *loras_in(prompt)]),
    )


def _latent(sampler: Node) -> Any:
    return next((sampler.inputs[name] for name in LATENT if name in sampler.inputs), None)


def _first_sampler(graph: Graph) -> Node | None:
    """The first pass of what is saved."""
    ends = [node for node in graph.nodes.values() if _saves(node)] or list(graph.nodes.values())
    samplers = [node for node in _behind(graph, ends) if _samples(node)][:MOST_SAMPLERS]
    firsts = (node for node in samplers if not any(map(_samples, _behind(graph, graph.sources(node)))))
    return next(firsts, samplers[0] if samplers else None)


def _saves(node: Node) -> bool:
    return "filename_prefix" in node.inputs or "save" in node.type.lower()


def _samples(node: Node) -> bool:
    """Whether a node has what a sampler needs, whoever wrote it: a seed, steps and something that leads to prompts."""
    inputs = node.inputs.keys()
    return bool(
        inputs & {"seed", "noise_seed", "noise"}
        and inputs & {"steps", "sigmas"}
        and (inputs & {"positive", "guider", "conditioning", "text_embeds"} or any(map(PIPE.search, inputs)))
    )


def _behind(graph: Graph, ends: Iterable[Node]) -> Iterable[Node]:
    """These nodes and all that they come from, the nearest first."""
    found = {node.id: node for node in ends}
    waiting = deque(found.values())
    while waiting:
        for node in graph.sources(waiting.popleft()):
            if node.id not in found:
                found[node.id] = node
                waiting.append(node)
    return found.values()
