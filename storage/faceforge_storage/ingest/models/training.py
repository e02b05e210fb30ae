"""What trainers write into a model, in one form: kohya's `ss_*` and `sshs_*`, and `modelspec.*`.

Sources: kohya-ss/sd-scripts, `train_network.py` and `sai_model_spec.py`; Stability AI, ModelSpec 1.0.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

MOST_TAGS = 50
"""How many of the tags are given that most pictures of the training have."""
PREFIXES = ("ss_", "sshs_", "modelspec.")
FOLDER = re.compile(r"\d+_(.+)")
"""kohya's name of a folder of pictures: how often each is repeated, then the words that stand for what they show."""
NONE = ("", "None", "none", "null")


def is_of_training(name: str) -> bool:
    """Whether a trainer wrote what stands under this name."""
    return name.startswith(PREFIXES)


def training(texts: Mapping[str, Any]) -> dict[str, Any]:
    """What is asked for most, by names of our own, and after it all that trainers wrote, lists and objects parsed."""
    said = {
        name: _parsed(value)
        for name, value in texts.items()
        if is_of_training(name) and value not in NONE and value is not None
    }
    tags = _tags(said.get("ss_tag_frequency"))
    found = {
        "title": said.get("modelspec.title") or said.get("ss_output_name"),
        "base_model": _base_model(said),
        "trained_on": _trained_on(said),
        "rank": _whole(said.get("ss_network_dim")),
        "alpha": _number(said.get("ss_network_alpha")),
        "trigger_words": _trigger_words(said),
        "training_images": _training_images(said),
        "frequent_tags": [{"tag": tag, "count": count} for tag, count in tags.most_common(MOST_TAGS)],
    }
    return {name: value for name, value in found.items() if value not in (None, [], {})} | said


def _base_model(said: Mapping[str, Any]) -> str | None:
    """Such as `sdxl_base_v1-0` or `stable-diffusion-xl-v1-base`, as the trainer named it."""
    told = (
        said.get("ss_base_model_version") or str(said.get("modelspec.architecture") or "").partition("/")[0]
    )
    return str(told) or None


def _trained_on(said: Mapping[str, Any]) -> dict[str, str]:
    """The file of the model that the training began with, and its SHA-256."""
    known = {"name": said.get("ss_sd_model_name"), "hash": said.get("ss_new_sd_model_hash")}
    return {name: str(value) for name, value in known.items() if value}


def _trigger_words(said: Mapping[str, Any]) -> list[str]:
    """The words that call for what was learnt: those declared, else those in the names of kohya's folders."""
    declared = said.get("modelspec.trigger_phrase") or said.get("ss_trigger_words")
    if isinstance(declared, list):
        return _unique(map(str, declared))
    if declared:
        return _unique(str(declared).split(","))
    folders = (FOLDER.fullmatch(name) for name in _objects(said.get("ss_dataset_dirs")))
    subsets = (str(each["class_tokens"]) for each in _subsets(said) if each.get("class_tokens"))
    return _unique([*(found[1] for found in folders if found), *subsets])


def _training_images(said: Mapping[str, Any]) -> int | None:
    """How many pictures were learnt from, each counted once, however often it was repeated."""
    counts = [each.get("img_count") for each in _objects(said.get("ss_dataset_dirs")).values()]
    if not counts:
        counts = [each.get("img_count") for each in _subsets(said)]
    known = [count for count in map(_whole, counts) if count is not None]
    return sum(known) if known else _whole(said.get("ss_num_train_images"))


def _subsets(said: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The folders of pictures of newer versions, which stand in data sets."""
    datasets = said.get("ss_datasets")
    for dataset in datasets if isinstance(datasets, list) else []:
        subsets = dataset.get("subsets") if isinstance(dataset, dict) else None
        yield from (each for each in (subsets if isinstance(subsets, list) else ()) if isinstance(each, dict))


def _tags(frequency: Any) -> Counter[str]:
    """How many pictures have each tag: over all folders."""
    tags: Counter[str] = Counter()
    for folder in _objects(frequency).values():
        for tag, count in folder.items():
            tags[tag.strip()] += _whole(count) or 0
    return tags


def _objects(value: Any) -> dict[str, dict[str, Any]]:
    """The objects in an object; nothing for what is none."""
    held = value if isinstance(value, dict) else {}
    return {name: each for name, each in held.items() if isinstance(each, dict)}


def _unique(words: Any) -> list[str]:
    return list(dict.fromkeys(word.strip() for word in words if word.strip()))


def _parsed(value: Any) -> Any:
    """A text as what it is in JSON where that is a list or an object: the format has nothing but texts."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _whole(value: Any) -> int | None:
    number = _number(value)
    return int(number) if number is not None and number.is_integer() else None
