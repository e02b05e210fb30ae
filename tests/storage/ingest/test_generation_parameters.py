"""How pictures were generated: texts of PNG, WebP and JPEG, and what each program's become in the one form."""

from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from faceforge_storage.ingest.generation.reader import READER
from faceforge_storage.ingest.reader import Bounds, File, Unreadable

A1111 = """portrait of Ada, <lora:ada-v2:0.8>, <lora:film>
second line
Negative prompt: blurry,
text
Steps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 6.5, Seed: 18446744073709551615, Size: 832x1216, \
Model hash: 31e35c80fc, Model: sdxl, VAE: fixed.safetensors, Denoising strength: 0.4, Clip skip: 2, \
ADetailer prompt: "a face, sharp", Lora hashes: "ada-v2: 1a2b3c4d5e6f, film: 0a1b2c3d4e", Version: v1.10"""
A1111_FORM = {
    "source": "a1111",
    "prompt": "portrait of Ada, <lora:ada-v2:0.8>, <lora:film>\nsecond line",
    "negative_prompt": "blurry,\ntext",
    "sampler": "DPM++ 2M",
    "scheduler": "Karras",
    "steps": 20,
    "cfg_scale": 6.5,
    "denoise": 0.4,
    "clip_skip": 2,
    "seed": "18446744073709551615",
    "vae": "fixed.safetensors",
    "size": {"width": 832, "height": 1216},
    "model": {"name": "sdxl", "hash": "autov2:31e35c80fc"},
    "loras": [
        {"name": "ada-v2", "hash": "autov3:1a2b3c4d5e6f", "weight": 0.8},
        {"name": "film", "hash": "autov2:0a1b2c3d4e", "weight": 1.0},
    ],
    "parameters": {"ADetailer prompt": "a face, sharp", "Version": "v1.10"},
}
INVOKEAI = {
    "positive_prompt": "Ada",
    "negative_prompt": "blurry",
    "width": 512,
    "height": 768,
    "seed": 7,
    "cfg_scale": 7.5,
    "steps": 30,
    "scheduler": "euler_a",
    "model": {"key": "k", "name": "sdxl", "hash": "blake3:" + "ab" * 32, "base": "sdxl", "type": "main"},
    "loras": [{"model": {"name": "film", "hash": "blake3:" + "cd" * 32}, "weight": 0.75}],
    "vae": {"model_name": "fixed"},
}
SD_METADATA = {
    "model": "stable diffusion",
    "model_weights": "sd-1.5",
    "model_hash": "ef" * 32,
    "image": {"prompt": [{"prompt": "Ada", "weight": 1.0}], "sampler": "k_lms", "steps": 50, "seed": 3},
}
SIMPLE_GRAPH = {
    "1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "sdxl.safetensors"}},
    "2": {"class_type": "CLIPTextEncode", "inputs": {"text": "Ada", "clip": ["1", 1]}},
    "3": {
        "class_type": "KSampler",
        "inputs": {"seed": 5, "steps": 8, "model": ["1", 0], "positive": ["2", 0]},
        "is_changed": [float("nan")],
    },
    "4": {"class_type": "SaveImage", "inputs": {"images": ["3", 0], "filename_prefix": "a"}},
}
SIMPLE_FORM = {
    "source": "comfyui",
    "prompt": "Ada",
    "steps": 8,
    "seed": "5",
    "model": {"name": "sdxl.safetensors"},
    "files": ["sdxl.safetensors"],
}
PICTURE = Image.new("RGB", (4, 4))
TYPES = {"PNG": "image/png", "WEBP": "image/webp", "JPEG": "image/jpeg"}


def read(path: Path, kind: str = "image/png") -> dict[str, Any]:
    file = File(path, "0" * 64, path.stat().st_size, kind, "a", "file")
    assert READER.takes(file)
    return dict(READER.read(file, Bounds()).metadata)


def a_png(path: Path, compressed: bool = False, international: bool = False, **texts: str) -> dict[str, Any]:
    info = PngInfo()
    for keyword, text in texts.items():
        name = keyword.replace("sd_", "sd-")
        if international:
            info.add_itxt(name, text, zip=compressed)
        else:
            info.add_text(name, text, zip=compressed)
    PICTURE.save(path, "PNG", pnginfo=info)
    return read(path)


def with_exif(path: Path, format: str, tag: int, value: str | bytes) -> dict[str, Any]:
    exif = Image.Exif()
    (exif.get_ifd(0x8769) if tag == 0x9286 else exif)[tag] = value
    PICTURE.save(path, format, exif=exif)
    return read(path, TYPES[format])


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("international", [False, True])
def test_the_text_of_a1111_in_every_kind_of_chunk(
    compressed: bool, international: bool, tmp_path: Path
) -> None:
    assert a_png(tmp_path / "a", compressed, international, parameters=A1111) == A1111_FORM


@pytest.mark.parametrize("format", ["JPEG", "WEBP"])
@pytest.mark.parametrize(
    "comment",
    [
        b"UNICODE\0" + A1111.encode("utf-16-be"),
        b"UNICODE\0" + A1111.encode("utf-16-le"),
        b"ASCII\0\0\0" + A1111.encode(),
        b"\0" * 8 + A1111.encode(),
    ],
)
def test_the_text_of_a1111_in_the_exif(format: str, comment: bytes, tmp_path: Path) -> None:
    assert with_exif(tmp_path / "a", format, 0x9286, comment) == A1111_FORM


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Steps: 5", {"source": "a1111", "steps": 5}),
        ("a\nNegative prompt: b", {"source": "a1111", "prompt": "a", "negative_prompt": "b"}),
        ("just words", {}),
        ("", {}),
        (
            'a\nSteps: x, Seed: 1.5, Size: big, Model hash: none, Hashes: {"model": "31e35c80fc", "lora:f": "12"}',
            {
                "source": "a1111",
                "prompt": "a",
                "model": {"hash": "autov2:31e35c80fc"},
            },
        ),
        (
            'a\nSteps: 1, Civitai resources: [{"type":"lora","weight":0.5}], Broken: {"a, Last: [',
            {
                "source": "a1111",
                "prompt": "a",
                "steps": 1,
                "parameters": {
                    "Civitai resources": [{"type": "lora", "weight": 0.5}],
                    "Broken": '{"a',
                    "Last": "[",
                },
            },
        ),
    ],
)
def test_parts_and_oddities_of_that_text(text: str, expected: dict[str, Any], tmp_path: Path) -> None:
    assert a_png(tmp_path / "a", parameters=text) == expected


@pytest.mark.parametrize("version", ["3 and later", "3.0"])
def test_invokeai(version: str, tmp_path: Path) -> None:
    said = json.loads(json.dumps(INVOKEAI))
    hashes = [{"hash": "blake3:" + "ab" * 32}, {"hash": "blake3:" + "cd" * 32}]
    if version == "3.0":
        said["model"] = {"model_name": "sdxl", "base_model": "sdxl"}
        said["loras"] = [{"lora": {"model_name": "film"}, "weight": 0.75}]
        hashes = [{}, {}]
    assert a_png(tmp_path / "a", invokeai_metadata=json.dumps(said)) == {
        "source": "invokeai",
        "prompt": "Ada",
        "negative_prompt": "blurry",
        "scheduler": "euler_a",
        "steps": 30,
        "cfg_scale": 7.5,
        "seed": "7",
        "size": {"width": 512, "height": 768},
        "model": {"name": "sdxl", **hashes[0]},
        "vae": "fixed",
        "loras": [{"name": "film", **hashes[1], "weight": 0.75}],
    }


def test_invokeai_before_version_3(tmp_path: Path) -> None:
    assert a_png(tmp_path / "a", sd_metadata=json.dumps(SD_METADATA)) == {
        "source": "invokeai",
        "prompt": "Ada",
        "sampler": "k_lms",
        "steps": 50,
        "seed": "3",
        "model": {"name": "sd-1.5", "hash": "sha256:" + "ef" * 32},
    }


def test_comfyui_in_a_png_and_in_the_exif_of_others(tmp_path: Path) -> None:
    graph = json.dumps(SIMPLE_GRAPH)
    assert a_png(tmp_path / "a", prompt=graph, workflow="{}") == SIMPLE_FORM
    assert with_exif(tmp_path / "b", "WEBP", 0x0110, f"prompt:{graph}") == SIMPLE_FORM
    assert with_exif(tmp_path / "c", "JPEG", 0x010E, f"Prompt: {graph}") == SIMPLE_FORM


def test_hashes_of_a_text_beside_a_graph_win(tmp_path: Path) -> None:
    text = "Ada\nSteps: 8, Model hash: 31e35c80fc, Model: sdxl"
    found = a_png(tmp_path / "a", prompt=json.dumps(SIMPLE_GRAPH), parameters=text)
    model = {"name": "sdxl", "hash": "autov2:31e35c80fc"}
    assert found == {**SIMPLE_FORM, "source": "a1111", "model": model}


def test_a_picture_of_a_camera_says_nothing(tmp_path: Path) -> None:
    for format, kind in TYPES.items():
        PICTURE.save(tmp_path / "a", format, comment=b"a holiday")
        assert read(tmp_path / "a", kind) == {}


@pytest.mark.parametrize("kind", TYPES.values())
def test_a_file_of_another_type_is_unreadable(kind: str, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"no picture at all")
    with pytest.raises(Unreadable):
        read(tmp_path / "a", kind)


def chunk(kind: bytes, data: bytes, size: int | None = None) -> bytes:
    return struct.pack(">I", len(data) if size is None else size) + kind + data + b"\0\0\0\0"


BOMB = chunk(b"zTXt", b"parameters\0\0" + zlib.compress(b"Steps: 1, " * 5_000_000, 9))


@pytest.mark.parametrize(
    "chunks",
    [
        BOMB,
        BOMB * 200,
        chunk(b"tEXt", b"parameters\0Steps: 1", 2**32 - 1),
        chunk(b"zTXt", b"parameters\0\0no deflate"),
        chunk(b"zTXt", b"parameters"),
        chunk(b"iTXt", b""),
        chunk(b"eXIf", b"II*\0\x08\0\0\0\x01\0\x69\x87\x04\0\x01\0\0\0\x08\0\0\0\0\0\0\0"),
        chunk(b"tEXt", b"prompt\0" + b"[" * 100_000),
        chunk(b"tEXt", b"prompt\0" + json.dumps({"1": 1, "2": {"inputs": []}}).encode()),
        chunk(b"tEXt", b"invokeai_metadata\0[1]"),
        chunk(b"tEXt", b"sd-metadata\0{"),
        b"\0\0",
    ],
)
def test_hostile_chunks_cost_little_and_give_nothing(chunks: bytes, tmp_path: Path) -> None:
    """A text that decompresses to 50 MB, one that claims 4 GB, an EXIF that points at itself, JSON that nests."""
    (tmp_path / "a").write_bytes(b"\x89PNG\r\n\x1a\n" + chunks)
    assert read(tmp_path / "a") == {}


def test_a_huge_prompt_is_kept_to_a_bound_and_read_in_linear_time(tmp_path: Path) -> None:
    """Beside the prompt a line that never ends a value or a name, and texts that no database holds."""
    line = "Steps: 1, " + 'a: "' * 100_000 + "x" * 500_000 + "\\ud800\0"
    found = a_png(tmp_path / "a", parameters="<lora:" * 100_000 + "\n" + line)
    assert len(found["prompt"]) == 256 * 1024
    assert found["steps"] == 1
