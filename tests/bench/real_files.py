"""Files as real programs make them, and what was put into each, for the comparison of readers."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy
from PIL import Image, ImageDraw, PngImagePlugin
from safetensors.numpy import save_file

Facts = dict[str, str]
"""Name of a fact -> its value, in one form for all: `1200x800`, `3.000`, `true`, `#7a5c42`."""
Make = Callable[[Path], None]

TAKEN = [
    "-DateTimeOriginal=2024:05:01 14:00:00",
    "-OffsetTimeOriginal=+02:00",
    "-Make=Leica",
    "-Orientation#=6",
]
PLACE = ["-GPSLatitude=51.5", "-GPSLatitudeRef=N", "-GPSLongitude=0.12", "-GPSLongitudeRef=W"]
TONE = ["-f", "lavfi", "-i", "sine=440:d=3:r=44100"]
SCREEN = ["-f", "lavfi", "-i", "color=blue:s=320x200:d=3:r=25,drawbox=0:0:160:100:red:fill"]
TITLE = ["-metadata", "title=Engine"]
KOHYA = {
    "ss_network_dim": "8",
    "ss_network_alpha": "4",
    "ss_base_model_version": "sdxl_base_v1-0",
    "ss_num_train_images": "120",
    "ss_tag_frequency": json.dumps({"10_ada": {"ada lovelace": 120, "portrait": 80}}),
    "modelspec.trigger_phrase": "ada lovelace",
}
A1111 = (
    "a portrait of Ada <lora:engine:0.8>\nNegative prompt: blurry\nSteps: 28, Sampler: DPM++ 2M, CFG scale: 6.5, "
    "Seed: 1843, Size: 64x64, Model hash: 6ce0161689, Model: v1-5-pruned"
)
COMFY = {
    "1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "sd_xl_base_1.0.safetensors"}},
    "2": {"class_type": "CLIPTextEncode", "inputs": {"clip": ["1", 1], "text": "a portrait of Ada"}},
    "3": {"class_type": "CLIPTextEncode", "inputs": {"clip": ["1", 1], "text": "blurry"}},
    "4": {"class_type": "EmptyLatentImage", "inputs": {"width": 64, "height": 64, "batch_size": 1}},
    "5": {
        "class_type": "KSampler",
        "inputs": {
            "model": ["1", 0], "positive": ["2", 0], "negative": ["3", 0], "latent_image": ["4", 0],
            "seed": 1843, "steps": 28, "cfg": 6.5, "sampler_name": "euler", "scheduler": "normal", "denoise": 1.0,
        },
    },
    "6": {"class_type": "SaveImage", "inputs": {"images": ["5", 0], "filename_prefix": "ada"}},
}  # fmt: skip


def run(*words: str | Path) -> None:
    subprocess.run([str(word) for word in words], check=True, capture_output=True)


def drawn(*words: str) -> Make:
    """By ImageMagick."""
    return lambda path: run("convert", *words, path)


def described(make: Make, *words: str) -> Make:
    """And by ExifTool, with metadata."""

    def both(path: Path) -> None:
        make(path)
        run("exiftool", "-q", "-overwrite_original", *words, path)

    return both


def coded(*words: str) -> Make:
    """By FFmpeg."""
    return lambda path: run("ffmpeg", "-v", "error", "-y", *words, path)


def recorded(*words: str) -> Make:
    """By SoX."""
    return lambda path: run("sox", "-n", "-r", "44100", "-c", "2", path, "synth", "3", "sine", "440", *words)


def turned(path: Path) -> None:
    upright = path.with_name("upright.mp4")
    run("ffmpeg", "-v", "error", "-y", *SCREEN, upright)
    run("ffmpeg", "-v", "error", "-y", "-i", upright, "-c", "copy", "-metadata:s:v", "rotate=90", path)
    upright.unlink()


def paged(path: Path) -> None:
    pages = []
    for number in range(100):
        page = Image.new("RGB", (612, 792), "white")
        ImageDraw.Draw(page).text((72, 72), f"Page {number + 1}", fill="black")
        pages.append(page)
    pages[0].save(path, save_all=True, append_images=pages[1:], title="A hundred pages")


def trained(path: Path) -> None:
    tensors = {
        f"lora_unet_{name}.weight": numpy.ones(shape, numpy.float16)
        for name, shape in (("a.lora_down", (8, 320)), ("a.lora_up", (320, 8)))
    }
    save_file(tensors, path, metadata=KOHYA)


def generated(**texts: str) -> Make:
    def make(path: Path) -> None:
        info = PngImagePlugin.PngInfo()
        for name, text in texts.items():
            info.add_text(name, text)
        Image.new("RGB", (64, 64), "#304050").save(path, pnginfo=info)

    return make


PICTURE = ["-size", "1200x800", "gradient:#d08030-#204060"]
FRAMES = ["-delay", "20", "-size", "80x60", "xc:red", "xc:green", "xc:blue"]
AT = "2024-05-01T12:00:00"
SOUND = {"duration": "3.000", "sample rate": "44100"}
VIDEO = {"size": "320x200", "duration": "3.000"}

FILES: dict[str, tuple[Make, Facts]] = {
    "photo.jpg": (
        described(drawn(*PICTURE, "-quality", "90"), *TAKEN, *PLACE),
        {"size": "800x1200", "taken at": AT, "alpha": "false", "place": "51.5, -0.12"},
    ),
    "cmyk.jpg": (drawn(*PICTURE, "-colorspace", "CMYK"), {"size": "1200x800", "mode": "CMYK"}),
    "cmyk.tif": (drawn(*PICTURE, "-colorspace", "CMYK", "-compress", "LZW"), {"size": "1200x800", "mode": "CMYK"}),
    "16-bit.tif": (drawn(*PICTURE, "-depth", "16"), {"size": "1200x800", "bits": "16"}),
    "3-pages.tif": (drawn("-size", "80x60", "xc:red", "xc:green", "xc:blue"), {"size": "80x60", "pages": "3"}),
    "16-bit-grey.png": (
        drawn("-size", "300x200", "gradient:", "-colorspace", "Gray", "-depth", "16"),
        {"size": "300x200", "bits": "16"},
    ),
    "palette.png": (
        drawn("-size", "80x60", "xc:none", "-fill", "red", "-draw", "circle 40,30 40,10", "-type", "PaletteAlpha"),
        {"size": "80x60", "alpha": "true"},
    ),
    "moving.webp": (drawn(*FRAMES, "-loop", "0"), {"size": "80x60", "frames": "3", "duration": "0.600"}),
    "moving.gif": (drawn(*FRAMES, "-loop", "0"), {"size": "80x60", "frames": "3", "duration": "0.600"}),
    "picture.heic": (drawn(*PICTURE), {"size": "1200x800"}),
    "picture.avif": (drawn(*PICTURE), {"size": "1200x800"}),
    "picture.psd": (drawn(*PICTURE, "-depth", "8"), {"size": "1200x800"}),
    "tone.wav": (recorded(), SOUND),
    "tone.flac": (recorded(), {**SOUND, "codec": "flac"}),
    "tone.ogg": (recorded(), {**SOUND, "codec": "vorbis"}),
    "tone.aiff": (recorded(), SOUND),
    "tone.mp3": (coded(*TONE, *TITLE), {**SOUND, "codec": "mp3", "title": "Engine"}),
    "tone.m4a": (coded(*TONE, *TITLE), {**SOUND, "codec": "aac", "title": "Engine"}),
    "tone.opus": (
        coded(*TONE, *TITLE),
        {"duration": "3.000", "sample rate": "48000", "codec": "opus", "title": "Engine"},
    ),
    "tone.aac": (coded(*TONE), {**SOUND, "codec": "aac"}),
    "tone.wma": (coded(*TONE, *TITLE), {**SOUND, "codec": "wmav2", "title": "Engine"}),
    "screen.mp4": (
        coded(*SCREEN, *TONE, *TITLE, "-metadata", f"creation_time={AT}Z", "-c:a", "aac"),
        {**VIDEO, "codec": "h264", "title": "Engine", "taken at": AT},
    ),
    "turned.mp4": (turned, {"size": "200x320", "duration": "3.000", "codec": "h264"}),
    "wide-pixels.mp4": (coded(*SCREEN, "-vf", "setsar=3/2"), {"size": "480x200", "duration": "3.000", "codec": "h264"}),
    "screen.webm": (coded(*SCREEN, *TONE, "-c:v", "libvpx-vp9"), {**VIDEO, "codec": "vp9"}),
    "screen.mkv": (coded(*SCREEN, *TONE, *TITLE), {**VIDEO, "codec": "h264", "title": "Engine"}),
    "screen.mov": (coded(*SCREEN, *TONE, "-c:v", "prores_ks"), {**VIDEO, "codec": "prores"}),
    "screen.avi": (coded(*SCREEN, *TONE, "-c:v", "mpeg4"), {**VIDEO, "codec": "mpeg4"}),
    "screen.ts": (coded(*SCREEN, *TONE, "-c:v", "mpeg2video"), {**VIDEO, "codec": "mpeg2video"}),
    "100-pages.pdf": (paged, {"pages": "100", "title": "A hundred pages"}),
    "lora.safetensors": (
        trained,
        {"rank": "8", "base model": "sdxl_base_v1-0", "trained on": "120", "trigger words": "ada lovelace"},
    ),
    "a1111.png": (
        generated(parameters=A1111),
        {
            "prompt": "a portrait of Ada <lora:engine:0.8>",
            "seed": "1843", "steps": "28", "model": "v1-5-pruned", "loras": "engine",
        },
    ),
    "comfyui.png": (
        generated(prompt=json.dumps(COMFY)),
        {"prompt": "a portrait of Ada", "seed": "1843", "steps": "28", "model": "sd_xl_base_1.0.safetensors"},
    ),
}  # fmt: skip
"""Name -> how it is made, and what was put into it."""


def missing_programs() -> list[str]:
    return [
        name
        for name in ("convert", "exiftool", "ffmpeg", "ffprobe", "identify", "sox")
        if not shutil.which(name)
    ]
