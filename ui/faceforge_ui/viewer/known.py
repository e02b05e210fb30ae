"""What is known of a file, as words beside values: read off what its readers found."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from faceforge_ui.serving import words

Lines = list[tuple[str, str]]

READERS = {
    "image": "Picture",
    "audio": "Sound",
    "video": "Video",
    "pdf": "PDF",
    "text": "Text",
    "zip": "Archive",
    "safetensors": "Model",
    "generation": "How it was generated",
    "hashes": "Check sums",
    "exiftool": "ExifTool",
}
"""What readers are called."""
PROGRAMS = {"a1111": "Automatic1111 or alike", "comfyui": "ComfyUI", "invokeai": "InvokeAI"}
SETTINGS = (
    ("sampler", "Sampler"),
    ("scheduler", "Scheduler"),
    ("steps", "Steps"),
    ("cfg_scale", "CFG scale"),
    ("guidance", "Guidance"),
    ("denoise", "Denoise"),
    ("clip_skip", "Clip skip"),
    ("seed", "Seed"),
)


def size(file: dict[str, Any]) -> str:
    """Width and height, length or pages, then the size: such as `3:42, 38 MB`."""
    media = file["media"]
    parts: list[str] = []
    if media["width"] and media["height"]:
        parts.append(f"{words.count(media['width'])} × {words.count(media['height'])} px")
    if media["durationS"]:
        parts.append(words.duration(media["durationS"]))
    if media["pages"]:
        parts.append(words.plural(media["pages"], "page"))
    return ", ".join([*parts, words.bytes(file["sizeBytes"])])


def sound(found: dict[str, Any]) -> str:
    """Such as `flac, 44.1 kHz, stereo`."""
    rate, channels = found.get("sample_rate_hz"), found.get("channels")
    parts = [str(found["codec"]) if found.get("codec") else ""]
    parts.append(f"{rate / 1000:g} kHz" if rate else "")
    parts.append({1: "mono", 2: "stereo"}.get(channels, f"{channels} channels") if channels else "")
    return ", ".join(each for each in parts if each)


def generation(found: dict[str, Any]) -> Lines:
    """The settings of how a picture was generated, without its prompts, models and LoRAs."""
    lines = [("Program", PROGRAMS.get(str(found.get("source")), str(found.get("source") or "")))]
    lines += [(label, _short(found[name])) for name, label in SETTINGS if found.get(name) not in (None, "")]
    measured = found.get("size")
    if isinstance(measured, dict) and {"width", "height"} <= measured.keys():
        lines.append(("Made at", f"{measured['width']} × {measured['height']} px"))
    if found.get("vae"):
        lines.append(("VAE", _short(found["vae"])))
    return [each for each in lines if each[1]]


def as_text(found: dict[str, Any]) -> str:
    """All of it as one text, in the form that programs of this kind write and take."""
    prompt, against = str(found.get("prompt", "")), str(found.get("negative_prompt", ""))
    settings = [
        f"{label}: {_short(found[name])}" for name, label in SETTINGS if found.get(name) not in (None, "")
    ]
    measured = found.get("size")
    if isinstance(measured, dict) and {"width", "height"} <= measured.keys():
        settings.append(f"Size: {measured['width']}x{measured['height']}")
    model = found.get("model")
    if isinstance(model, dict) and model.get("name"):
        settings.append(f"Model: {model['name']}")
    settings += [
        f"Lora: {each['name']}" for each in used(found, "loras") if f"<lora:{each['name']}" not in prompt
    ]
    parts = [prompt, f"Negative prompt: {against}" if against else "", ", ".join(settings)]
    return "\n".join(each for each in parts if each)


def used(found: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The models (`model`) or LoRAs (`loras`) that took part: `name` of each, and `hash` and `weight` if known."""
    there = found.get(name)
    listed = there if isinstance(there, list) else [there]
    return [each for each in listed if isinstance(each, dict) and each.get("name")]


def model(found: dict[str, Any]) -> Lines:
    """What the header of a model says that people ask for most."""
    trained_on = found.get("trained_on")
    tensors = found.get("tensors")
    lines = [
        ("Base model", _short(found.get("base_model"))),
        ("Trained on", _short(trained_on.get("name")) if isinstance(trained_on, dict) else ""),
        ("Rank", _short(found.get("rank"))),
        ("Alpha", _short(found.get("alpha"))),
        ("Learnt from", _plural(found.get("training_images"), "picture")),
        ("Numbers", _counted(tensors)),
    ]
    return [each for each in lines if each[1]]


def words_of(found: dict[str, Any], name: str) -> list[str]:
    """A list of words that a reader found, such as `trigger_words`."""
    there = found.get(name)
    return [str(each) for each in there if each] if isinstance(there, list) else []


def frequent_tags(found: dict[str, Any]) -> list[tuple[str, int]]:
    """(tag, how many pictures had it) of what a model has learnt from, the most frequent first."""
    there = found.get("frequent_tags")
    rows: Iterable[Any] = there if isinstance(there, list) else ()
    return [
        (str(each["tag"]), int(each["count"]))
        for each in rows
        if isinstance(each, dict) and {"tag", "count"} <= each.keys()
    ]


def _counted(tensors: Any) -> str:
    if not isinstance(tensors, dict) or not isinstance(tensors.get("parameters"), int):
        return ""
    types = tensors.get("types")
    kinds = ", ".join(types) if isinstance(types, dict) else ""
    return f"{_millions(tensors['parameters'])} in {words.plural(tensors.get('count', 0), 'tensor')}" + (
        f" ({kinds})" if kinds else ""
    )


def _millions(number: int) -> str:
    for unit, name in ((1_000_000_000, "billion"), (1_000_000, "million")):
        if number >= unit:
            return f"{number / unit:.1f} {name}"
    return words.count(number)


def _plural(number: Any, one: str) -> str:
    return words.plural(number, one) if isinstance(number, int) else ""


def _short(value: Any) -> str:
    """A value as one line."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:g}"
    return (
        value
        if isinstance(value, str)
        else words.compact(value)
        if isinstance(value, dict | list)
        else str(value)
    )
