"""What readers found in a file reads as words, whatever is missing in it or strange."""

from __future__ import annotations

from typing import Any

from faceforge_ui.viewer import known

FOUND: dict[str, Any] = {
    "source": "a1111",
    "prompt": "a lamplighter",
    "negative_prompt": "text",
    "sampler": "DPM++ 2M",
    "steps": 28,
    "cfg_scale": 6.5,
    "seed": "2947710453",
    "size": {"width": 1024, "height": 1280},
    "model": {"name": "sdxl", "hash": "autov2:31e35c80fc"},
    "loras": [{"name": "okonkwo_v2", "weight": 0.85}, {"hash": "autov2:00"}, "strange"],
}


def test_generation_parameters_are_copied_as_programs_write_them() -> None:
    assert known.as_text(FOUND) == (
        "a lamplighter\nNegative prompt: text\n"
        "Sampler: DPM++ 2M, Steps: 28, CFG scale: 6.5, Seed: 2947710453, Size: 1024x1280, Model: sdxl, Lora: okonkwo_v2"
    )
    assert known.as_text({"source": "comfyui"}) == ""


def test_settings_and_models_are_those_that_are_known() -> None:
    assert ("Made at", "1024 × 1280 px") in known.generation(FOUND)
    assert [each["name"] for each in known.used(FOUND, "loras")] == ["okonkwo_v2"]
    assert known.used({"model": "a text"}, "model") == []


def test_a_file_has_its_size_in_what_it_is_measured_by() -> None:
    media = {"width": None, "height": None, "durationS": None, "pages": None}
    assert known.size({"media": media, "sizeBytes": 999}) == "999 bytes"
    assert known.size({"media": {**media, "durationS": 222.0}, "sizeBytes": 38_200_000}) == "3:42, 38 MB"
    assert known.size({"media": {**media, "pages": 1}, "sizeBytes": 5_000}) == "1 page, 5.0 kB"
    assert known.size({"media": {**media, "width": 2048, "height": 2560}, "sizeBytes": 7_400_000}) == (
        "2,048 × 2,560 px, 7.4 MB"
    )


def test_a_model_says_what_people_ask_for_first() -> None:
    found = {
        "base_model": "sdxl_base_v1-0",
        "rank": 32,
        "training_images": 42,
        "tensors": {"count": 2, "parameters": 1_500_000, "types": {"F16": 1_500_000}},
        "trigger_words": ["mira"],
        "frequent_tags": [{"tag": "night", "count": 22}, "strange"],
    }
    assert known.model(found) == [
        ("Base model", "sdxl_base_v1-0"),
        ("Rank", "32"),
        ("Learnt from", "42 pictures"),
        ("Numbers", "1.5 million in 2 tensors (F16)"),
    ]
    assert known.words_of(found, "trigger_words") == ["mira"]
    assert known.frequent_tags(found) == [("night", 22)]
    assert known.model({"tensors": "strange", "trained_on": 5}) == []


def test_a_sound_is_described_by_what_is_known() -> None:
    assert known.sound({"codec": "flac", "sample_rate_hz": 44_100, "channels": 2}) == "flac, 44.1 kHz, stereo"
    assert known.sound({"channels": 6}) == "6 channels"
    assert known.sound({}) == ""
