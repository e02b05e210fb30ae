"""Reader of safetensors files: what their header says of the model; no tensor is loaded.

The format: eight bytes with the length of the header (little-endian), the header as a JSON object (name of a tensor ->
`dtype`, `shape`, `data_offsets`; and `__metadata__`, texts by name), then the tensors
(Hugging Face, `safetensors`, "Format").
"""

from __future__ import annotations

import json
from collections import Counter
from math import prod
from typing import Any

from faceforge_storage.ingest.clean_json import clean, clean_text
from faceforge_storage.ingest.models.files import SAFETENSORS
from faceforge_storage.ingest.models.training import is_of_training, training
from faceforge_storage.ingest.reader import Bounds, File, Found, Reader, Unreadable

LENGTH_BYTES = 8
HEADER_BYTES = 32 * 1024 * 1024
"""Of a longer header nothing is read; the largest models have one of about a megabyte."""
DOWN_PROJECTIONS = (".lora_down.weight", ".lora_A.weight", ".lora_a.weight", ".lora.down.weight")
"""How the tensors are named whose smaller side is the rank of a LoRA."""
MOST_DIMENSIONS = 32
LARGEST_SIZE = 2**63
Tensors = dict[str, dict[str, Any]]


def takes(file: File) -> bool:
    return file.mime_type == SAFETENSORS


def read(file: File, _: Bounds) -> Found:
    """Base model, rank, trigger words and the rest that the header says; raises Unreadable for a broken one."""
    header, tensor_bytes = _header(file)
    metadata = header.pop("__metadata__", None) or {}
    if not isinstance(metadata, dict):
        raise Unreadable("Its header is no safetensors header: `__metadata__` is no object.")
    _check_tensors(header, tensor_bytes)
    texts = {clean_text(name): clean(value) for name, value in metadata.items()}
    others = {name: value for name, value in texts.items() if not is_of_training(name)}
    found = {**training(texts), "tensors": _counted(header)}
    if found.get("rank") is None and (rank := _rank(header)) is not None:
        found["rank"] = rank
    return Found(clean(found | ({"metadata": others} if others else {})))


def _header(file: File) -> tuple[dict[str, Any], int]:
    """(the header as it stands, how many bytes come after it)."""
    with file.path.open("rb") as source:
        length = int.from_bytes(source.read(LENGTH_BYTES), "little")
        rest = file.size_bytes - LENGTH_BYTES - length
        if rest < 0:
            raise Unreadable(f"Its header would take {length} bytes, and the file has {file.size_bytes}.")
        if length > HEADER_BYTES:
            raise Unreadable(f"Its header takes {length} bytes; at most {HEADER_BYTES} are read.")
        data = source.read(length)
    try:
        header = json.loads(data)
    except (ValueError, RecursionError):
        raise Unreadable("Its header is no JSON in UTF-8.") from None
    if not isinstance(header, dict):
        raise Unreadable("Its header is no JSON object.")
    return header, rest


def _check_tensors(header: Tensors, tensor_bytes: int) -> None:
    """Raises Unreadable unless each tensor is described as the format says, and lies within the file."""
    for name, tensor in header.items():
        match tensor:
            case {"dtype": str(), "shape": list(shape), "data_offsets": [int(begin), int(end)]}:
                sizes = all(isinstance(size, int) and 0 <= size < LARGEST_SIZE for size in shape)
                if not sizes or len(shape) > MOST_DIMENSIONS or not 0 <= begin <= end:
                    raise Unreadable(f"The tensor {clean_text(name)[:80]!r} has no possible shape or place.")
                if end > tensor_bytes:
                    raise Unreadable(
                        f"The file is cut short: the tensor {clean_text(name)[:80]!r} ends at byte {end} of its data, "
                        f"of which {tensor_bytes} are there."
                    )
            case _:
                raise Unreadable(f"The tensor {clean_text(name)[:80]!r} is not described as the format asks.")


def _counted(header: Tensors) -> dict[str, Any]:
    """How many tensors and numbers there are, and numbers by type."""
    types: Counter[str] = Counter()
    for tensor in header.values():
        types[tensor["dtype"]] += prod(tensor["shape"])
    return {"count": len(header), "parameters": types.total(), "types": dict(types.most_common(20))}


def _rank(header: Tensors) -> int | None:
    """The rank of a LoRA by its tensors, when all of them have the same."""
    ranks = {
        min(tensor["shape"][:2])
        for name, tensor in header.items()
        if name.endswith(DOWN_PROJECTIONS) and len(tensor["shape"]) >= 2
    }
    return ranks.pop() if len(ranks) == 1 else None


READER = Reader("safetensors", 1, takes, read)
