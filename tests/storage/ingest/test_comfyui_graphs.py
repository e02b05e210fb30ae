"""Graphs of ComfyUI: followed through pipes, switches, custom samplers and stacks of LoRAs, and never in circles."""

from __future__ import annotations

import json
from typing import Any

import pytest

from faceforge_storage.ingest.generation.comfyui import read

Graph = dict[str, dict[str, Any]]


def node(type: str, **inputs: Any) -> dict[str, Any]:
    return {"class_type": type, "inputs": inputs}


def told(graph: Graph) -> dict[str, Any]:
    found = read({"prompt": json.dumps(graph)})
    assert found is not None
    return found


LOADER = node("CheckpointLoaderSimple", ckpt_name="sdxl.safetensors")
ENCODED = node("CLIPTextEncode", text="Ada", clip=["1", 1])
REFUSED = node("CLIPTextEncode", text="blurry", clip=["1", 1])
EMPTY = node("EmptyLatentImage", width=832, height=1216, batch_size=1)
SAMPLER = node(
    "KSampler",
    seed=2**64 - 1,
    steps=20,
    cfg=6.5,
    sampler_name="euler",
    scheduler="karras",
    denoise=1.0,
    model=["1", 0],
    positive=["2", 0],
    negative=["3", 0],
    latent_image=["4", 0],
)
SAVED = node("SaveImage", images=["6", 0], filename_prefix="a")
BASIC: Graph = {
    "1": LOADER,
    "2": ENCODED,
    "3": REFUSED,
    "4": EMPTY,
    "5": SAMPLER,
    "6": node("VAEDecode", samples=["5", 0], vae=["1", 2]),
    "7": SAVED,
}
BASIC_FORM = {
    "source": "comfyui",
    "prompt": "Ada",
    "negative_prompt": "blurry",
    "sampler": "euler",
    "scheduler": "karras",
    "steps": 20,
    "cfg_scale": 6.5,
    "denoise": 1.0,
    "seed": "18446744073709551615",
    "size": {"width": 832, "height": 1216},
    "model": {"name": "sdxl.safetensors"},
    "files": ["sdxl.safetensors"],
}


def sampler(**inputs: Any) -> dict[str, Any]:
    return node("KSampler", **{**SAMPLER["inputs"], **inputs})


def test_the_basic_graph() -> None:
    assert told(BASIC) == BASIC_FORM


WAYS: dict[str, Graph] = {
    "reroutes": {
        "5": sampler(positive=["20", 0], model=["22", 0]),
        "20": node("Reroute (rgthree)", value_in=["21", 0]),
        "21": node("Reroute", **{"": ["2", 0]}),
        "22": node("ModelSamplingDiscrete", sampling="eps", zsnr=False, model=["1", 0]),
    },
    "values from other nodes": {
        "2": node("CLIPTextEncode", text=["20", 0], clip=["1", 1]),
        "5": sampler(seed=["21", 0], steps=["22", 0], cfg=["23", 0], sampler_name=["24", 0]),
        "20": node("PrimitiveString", value="Ada"),
        "21": node("Seed (rgthree)", seed=2**64 - 1),
        "22": node("PrimitiveInt", value=20),
        "23": node("FloatConstant", value=6.5),
        "24": node("Sampler Selector", sampler_name="euler"),
    },
    "a basic pipe": {
        "5": node(
            "KSamplerPipe",
            **{k: v for k, v in SAMPLER["inputs"].items() if k not in ("model", "positive", "negative")},
            basic_pipe=["21", 0],
        ),
        "20": node("ToBasicPipe", model=["1", 0], clip=["1", 1], positive=["2", 0], negative=["3", 0]),
        "21": node("EditBasicPipe", basic_pipe=["20", 0]),
    },
    "contexts": {
        "5": sampler(model=["21", 1], positive=["21", 4], negative=["21", 5]),
        "20": node("Context (rgthree)", model=["1", 0], positive=["2", 0], negative=["3", 0]),
        "21": node("Context (rgthree)", base_ctx=["20", 0]),
    },
    "switches": {
        "5": sampler(positive=["20", 0], negative=["21", 0], model=["22", 0], steps=["24", 0]),
        "20": node("ImpactSwitch", select=2, sel_mode=False, input1=["3", 0], input2=["2", 0]),
        "21": node("ComfySwitchNode", switch=["26", 0], on_true=["2", 0], on_false=["3", 0]),
        "22": node("CR Model Input Switch", Input=1, model1=["1", 0], model2=["23", 0]),
        "23": node("CheckpointLoaderSimple", ckpt_name="sdxl.safetensors"),
        "24": node("Any Switch (rgthree)", any_02=["25", 0]),
        "25": node("PrimitiveInt", value=20),
        "26": node("PrimitiveBoolean", value=False),
    },
    "a control net and two encoders": {
        "2": node("CLIPTextEncodeSDXL", text_g="Ada", text_l="Ada", width=1024, clip=["1", 1]),
        "5": sampler(positive=["20", 0], negative=["20", 1]),
        "20": node("ControlNetApplyAdvanced", positive=["2", 0], negative=["3", 0], strength=1.0),
    },
    "a custom sampler": {
        "5": node(
            "SamplerCustomAdvanced",
            noise=["20", 0],
            guider=["21", 0],
            sampler=["22", 0],
            sigmas=["23", 0],
            latent_image=["4", 0],
        ),
        "20": node("RandomNoise", noise_seed=2**64 - 1),
        "21": node("CFGGuider", model=["1", 0], positive=["2", 0], negative=["3", 0], cfg=6.5),
        "22": node("KSamplerSelect", sampler_name="euler"),
        "23": node("SplitSigmas", sigmas=["24", 0], step=5),
        "24": node("BasicScheduler", scheduler="karras", steps=20, denoise=1.0, model=["1", 0]),
    },
    "a second pass, and faces after it": {
        "6": node("VAEDecode", samples=["20", 0]),
        "20": sampler(seed=1, steps=9, denoise=0.4, latent_image=["21", 0]),
        "21": node("LatentUpscale", samples=["5", 0], width=1664, height=2432),
        "7": node("SaveImage", images=["22", 0], filename_prefix="a"),
        "22": node("FaceDetailer", image=["6", 0], seed=3, steps=4, positive=["2", 0], model=["1", 0]),
        "30": sampler(seed=99, steps=99),  # whose picture is not saved
    },
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_the_same_values(way: str) -> None:
    assert told({**BASIC, **WAYS[way]}) == BASIC_FORM


def test_texts_that_are_joined_or_taken_away() -> None:
    graph = {
        **BASIC,
        "2": node("CLIPTextEncode", text=["20", 0]),
        "3": node("ConditioningZeroOut", conditioning=["2", 0]),
        "20": node("StringConcatenate", string_a="portrait", string_b=["21", 0], delimiter=" of "),
        "21": node("ShowText|pysssss", text=["22", 0], text_0="Ada"),
        "22": node("ImpactWildcardProcessor", wildcard_text="__name__", populated_text="Ada"),
        "5": sampler(positive=["23", 0]),
        "23": node("ConditioningCombine", conditioning_1=["2", 0], conditioning_2=["24", 0]),
        "24": node("FluxGuidance", conditioning=["25", 0], guidance=3.5),
        "25": node("CLIPTextEncode", text="<lora:film:0.5> at night"),
    }
    found = told(graph)
    assert found["prompt"] == "portrait of Ada\n<lora:film:0.5> at night"
    assert "negative_prompt" not in found
    assert found["loras"] == [{"name": "film", "weight": 0.5}]


def test_a_guider_without_a_negative_prompt_and_flux() -> None:
    graph = {
        **BASIC,
        **WAYS["a custom sampler"],
        "1": node("UNETLoader", unet_name="flux1-dev.safetensors", weight_dtype="default"),
        "21": node("BasicGuider", model=["1", 0], conditioning=["25", 0]),
        "25": node("FluxGuidance", conditioning=["2", 0], guidance=3.5),
    }
    found = told(graph)
    assert (found["prompt"], found["guidance"]) == ("Ada", 3.5)
    assert found["model"] == {"name": "flux1-dev.safetensors"}
    assert not {"negative_prompt", "cfg_scale"} & found.keys()


def test_loras_in_the_order_they_were_put_on() -> None:
    graph = {
        **BASIC,
        "5": sampler(model=["20", 0]),
        "20": node("LoraLoader", lora_name="d", strength_model=["25", 0], strength_clip=1, model=["21", 0]),
        "21": node(
            "Power Lora Loader (rgthree)",
            lora_1={"on": True, "lora": "c", "strength": 0.3},
            lora_2={"on": False, "lora": "unused", "strength": 1},
            model=["22", 0],
        ),
        "22": node("CR Apply LoRA Stack", model=["1", 0], lora_stack=["23", 0]),
        "23": node(
            "CR LoRA Stack",
            switch_1="Off",
            lora_name_1="unused",
            model_weight_1=1.0,
            switch_2="On",
            lora_name_2="b",
            model_weight_2=0.2,
            lora_name_3="None",
            lora_stack=["24", 0],
        ),
        "24": node("LoRA Stacker", lora_count=1, lora_name_1="a", lora_wt_1=0.1, lora_name_2="unused"),
        "25": node("FloatConstant", value=0.4),
    }
    loras = [
        {"name": name, "weight": weight} for name, weight in zip("abcd", (0.1, 0.2, 0.3, 0.4), strict=True)
    ]
    assert told(graph)["loras"] == loras


def a_long_chain() -> Graph:
    chain = {str(number): node("Reroute", x=[str(number + 1), 0]) for number in range(100, 5000)}
    return {**BASIC, **chain, "5": sampler(positive=["100", 0], model=["100", 0], steps=["100", 0])}


def doubled() -> Graph:
    joins = {
        str(number): node(
            "StringConcatenate",
            string_a=[str(number + 1), 0],
            string_b=f"{number}",
            string_c=[str(number + 1), 0],
        )
        for number in range(100, 160)
    }
    return {
        **BASIC,
        **joins,
        "160": node("PrimitiveString", value="x" * 1000),
        "2": node("T", text=["100", 0]),
    }


HOSTILE: dict[str, Graph] = {
    "a circle": {
        **BASIC,
        "5": sampler(
            positive=["5", 0], negative=["20", 0], model=["5", 0], steps=["5", 0], latent_image=["5", 0]
        ),
        "20": node("ConditioningCombine", conditioning_1=["20", 0], conditioning_2=["5", 0]),
    },
    "a long chain": a_long_chain(),
    "texts that double": doubled(),
    "links to nowhere": {"5": sampler()},
    "many samplers": {str(number): sampler(latent_image=[str(number + 1), 0]) for number in range(3000)},
    "odd values": {
        "5": sampler(seed=[1, 2, 3], steps={"a": 1}, positive=None, model=True, cfg=[["4"], 0]),
        "6": {"class_type": 5, "inputs": {"seed": None, "steps": [], "positive": {}}},
    },
}


@pytest.mark.parametrize("graph", HOSTILE)
def test_no_graph_is_followed_for_ever(graph: str) -> None:
    assert told(HOSTILE[graph])["source"] == "comfyui"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", "null", '{"nodes": []}', '{"1": {"inputs": 5}}', "[" * 9999]
)
def test_what_is_no_graph(text: str) -> None:
    assert read({"prompt": text}) is None
    assert read({}) is None
