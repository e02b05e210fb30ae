"""A LoRA as a real safetensors file, small, with what a training program writes into its head; and how a picture that
was generated says by what."""

from __future__ import annotations

import json
from random import Random

BLOCKS = (
    "down_blocks_1_attentions_0",
    "down_blocks_2_attentions_1",
    "mid_block_attentions_0",
    "up_blocks_0_attentions_2",
)
PARTS = ("attn1_to_q", "attn1_to_k", "attn1_to_v", "attn2_to_q", "attn2_to_k", "ff_net_2")
RANK, WIDTH = 16, 160
NEGATIVE = "lowres, watermark, text, extra fingers, blurry"
PLACES = ("on a roof at dusk", "in a lantern workshop", "by a rainy window", "in a pine wood",
          "at the harbour at night", "reading by candlelight", "before a plain grey wall",
          "in warm morning light")  # fmt: skip


def as_safetensors(trigger: str, title: str, pictures: int, dice: Random) -> bytes:
    """What a LoRA of that trigger word looks like; its numbers are noise."""
    tensors: dict[str, object] = {}
    end = 0
    for block in BLOCKS:
        for part in PARTS:
            for name, shape in (
                ("lora_down.weight", [RANK, WIDTH]),
                ("lora_up.weight", [WIDTH, RANK]),
                ("alpha", []),
            ):
                size = 2 * RANK * WIDTH if shape else 2
                tensors[f"lora_unet_{block}_{part}.{name}"] = {
                    "dtype": "F16",
                    "shape": shape,
                    "data_offsets": [end, end + size],
                }
                end += size
    said = {
        "modelspec.title": title,
        "modelspec.architecture": "stable-diffusion-xl-v1-base/lora",
        "modelspec.trigger_phrase": trigger,
        "ss_base_model_version": "sdxl_base_v1-0",
        "ss_sd_model_name": "sd_xl_base_1.0.safetensors",
        "ss_network_dim": str(RANK),
        "ss_network_alpha": "8.0",
        "ss_network_module": "networks.lora",
        "ss_num_train_images": str(pictures),
        "ss_num_epochs": "10",
        "ss_steps": str(pictures * 10),
        "ss_learning_rate": "0.0001",
        "ss_output_name": trigger,
        "ss_resolution": "(1024, 1024)",
        "ss_training_started_at": "1741600000.0",
        "ss_tag_frequency": json.dumps(
            {f"10_{trigger}": {trigger: pictures, "portrait": pictures // 2, "lantern": 9}}
        ),
    }
    head = json.dumps({"__metadata__": said, **tensors}).encode()
    head += b" " * (-len(head) % 8)
    return len(head).to_bytes(8, "little") + head + dice.randbytes(end)


def parameters(prompt: str, trigger: str, size: tuple[int, int], dice: Random) -> str:
    """The text that stands in a PNG that AUTOMATIC1111 or Forge saved."""
    lora = f" <lora:{trigger}:0.8>" if trigger else ""
    return (
        f"{prompt}{lora}\nNegative prompt: {NEGATIVE}\nSteps: {dice.choice((24, 28, 32))}, Sampler: DPM++ 2M, "
        f"Schedule type: Karras, CFG scale: {dice.choice((5, 6.5, 7))}, Seed: {dice.randrange(10**9)}, "
        f"Size: {size[0]}x{size[1]}, Model hash: 31e35c80fc, Model: sd_xl_base_1.0, Version: v1.10.1"
    )


def workflow(prompt: str, trigger: str, size: tuple[int, int], dice: Random) -> str:
    """The graph that stands in a PNG that ComfyUI saved."""
    graph = {
        "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "sd_xl_base_1.0.safetensors"}},
        "5": {"class_type": "EmptyLatentImage", "inputs": {"width": size[0], "height": size[1], "batch_size": 1}},
        "6": {"class_type": "CLIPTextEncode", "inputs": {"text": prompt, "clip": ["10", 1]}},
        "7": {"class_type": "CLIPTextEncode", "inputs": {"text": NEGATIVE, "clip": ["10", 1]}},
        "10": {
            "class_type": "LoraLoader",
            "inputs": {"lora_name": f"{trigger or 'detail'}.safetensors", "strength_model": 0.8, "strength_clip": 0.8,
                       "model": ["4", 0], "clip": ["4", 1]},
        },
        "3": {
            "class_type": "KSampler",
            "inputs": {"seed": dice.randrange(10**12), "steps": 28, "cfg": 6.5, "sampler_name": "dpmpp_2m",
                       "scheduler": "karras", "denoise": 1, "model": ["10", 0], "positive": ["6", 0],
                       "negative": ["7", 0], "latent_image": ["5", 0]},
        },
        "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
        "9": {"class_type": "SaveImage", "inputs": {"filename_prefix": trigger, "images": ["8", 0]}},
    }  # fmt: skip
    return json.dumps(graph)
