"""Models: what a header says is read without a tensor, lies are named, and hashes are those of other programs."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import zlib
from pathlib import Path
from typing import Any

import numpy
import pytest
from blake3 import blake3
from safetensors.numpy import save

from faceforge_storage.ingest import hashes, safetensors
from faceforge_storage.ingest.reader import Bounds, File, Unreadable

KOHYA = {
    "ss_output_name": "ada-v2",
    "ss_base_model_version": "sdxl_base_v1-0",
    "ss_sd_model_name": "sdxl_base.safetensors",
    "ss_new_sd_model_hash": "31e35c80fc" + "0" * 54,
    "ss_network_module": "networks.lora",
    "ss_network_dim": "16",
    "ss_network_alpha": "8.0",
    "ss_num_train_images": "300",
    "ss_session_id": "None",
    "ss_dataset_dirs": json.dumps({"10_adalove woman": {"n_repeats": 10, "img_count": 30}}),
    "ss_tag_frequency": json.dumps({"10_adalove woman": {"adalove woman": 30, "smile": 12, "hat": 3}}),
    "sshs_legacy_hash": "1a2b3c4d",
    "format": "pt",
}
TENSORS = {
    "lora_unet_down.lora_down.weight": numpy.zeros((16, 320), "float16"),
    "lora_unet_down.lora_up.weight": numpy.zeros((320, 16), "float16"),
    "lora_unet_down.alpha": numpy.zeros((), "float32"),
}


def a_file(path: Path, data: bytes, **known: Any) -> File:
    path.write_bytes(data)
    about = {"mime_type": "application/x-safetensors", "filename": "ada.safetensors", "kind": "file", **known}
    return File(path, hashlib.sha256(data).hexdigest(), len(data), **about)


def header(value: object) -> bytes:
    text = json.dumps(value).encode()
    return len(text).to_bytes(8, "little") + text


def test_what_kohya_wrote_is_read_in_one_form_and_as_it_stands(tmp_path: Path) -> None:
    file = a_file(tmp_path / "a", save(TENSORS, KOHYA))
    found = safetensors.READER.read(file, Bounds()).metadata
    assert safetensors.READER.takes(file)
    ours = {name: value for name, value in found.items() if not name.startswith(("ss_", "sshs_"))}
    assert ours == {
        "title": "ada-v2",
        "base_model": "sdxl_base_v1-0",
        "trained_on": {"name": "sdxl_base.safetensors", "hash": KOHYA["ss_new_sd_model_hash"]},
        "rank": 16,
        "alpha": 8.0,
        "trigger_words": ["adalove woman"],
        "training_images": 30,  # not 300: each is shown ten times
        "frequent_tags": [
            {"tag": "adalove woman", "count": 30},
            {"tag": "smile", "count": 12},
            {"tag": "hat", "count": 3},
        ],
        "tensors": {"count": 3, "parameters": 10241, "types": {"F16": 10240, "F32": 1}},
        "metadata": {"format": "pt"},
    }
    assert found["ss_dataset_dirs"] == {"10_adalove woman": {"n_repeats": 10, "img_count": 30}}
    assert found["sshs_legacy_hash"] == "1a2b3c4d"
    assert "ss_session_id" not in found


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        (None, {"rank": 16}),
        (
            {
                "modelspec.title": "Ada",
                "modelspec.architecture": "flux-1-dev/lora",
                "modelspec.trigger_phrase": "ada, lovelace",
            },
            {"title": "Ada", "base_model": "flux-1-dev", "trigger_words": ["ada", "lovelace"], "rank": 16},
        ),
        (
            {
                "ss_network_dim": "Dynamic",
                "ss_datasets": json.dumps(
                    [{"subsets": [{"img_count": 3, "class_tokens": "ada"}, {"img_count": 4}, 7]}, "odd"]
                ),
            },
            {"trigger_words": ["ada"], "training_images": 7, "rank": 16},
        ),
        ({"ss_tag_frequency": "[broken", "ss_network_alpha": "nan", "ss_datasets": "{}"}, {"rank": 16}),
    ],
)
def test_other_trainers_and_odd_values(
    metadata: dict[str, str] | None, expected: dict[str, Any], tmp_path: Path
) -> None:
    found = safetensors.READER.read(a_file(tmp_path / "a", save(TENSORS, metadata)), Bounds()).metadata
    left_out = ("tensors", "metadata", "alpha")
    assert {
        k: v for k, v in found.items() if k not in left_out and not k.startswith(("ss_", "models"))
    } == expected


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (save(TENSORS)[:-100], "The file is cut short"),
        (
            b"\xff\xff\xff\xff\x00\x00\x00\x00{" + b" " * 50,
            "would take 4294967295 bytes, and the file has 59",
        ),
        (b"\x04\x00\x00\x00\x00\x00\x00\x00{no}", "no JSON"),
        (header([1]), "no JSON object"),
        (header({"__metadata__": [1]}), "`__metadata__` is no object"),
        (header({"a": 1}), "'a' is not described"),
        (header({"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 0]}}), "no possible shape"),
        (header({"a": {"dtype": "F32", "shape": [1] * 99, "data_offsets": [0, 0]}}), "no possible shape"),
        ((200_000).to_bytes(8, "little") + b"[" * 200_000, "no JSON"),
        (b"", "would take 0 bytes, and the file has 0"),
    ],
)
def test_a_broken_or_lying_header_is_named(data: bytes, says: str, tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=says):
        safetensors.READER.read(a_file(tmp_path / "a", data), Bounds())


def test_a_header_beyond_what_is_read_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with path.open("wb") as file:
        file.write((safetensors.HEADER_BYTES + 1).to_bytes(8, "little") + b"{")
        file.truncate(2 * safetensors.HEADER_BYTES)
    lying = File(path, "0" * 64, path.stat().st_size, "application/x-safetensors", "a", "file")
    with pytest.raises(Unreadable, match="at most"):
        safetensors.READER.read(lying, Bounds())


def of_all(data: bytes) -> dict[str, str]:
    return {
        "blake3": blake3(data).hexdigest(),
        "crc32": f"{zlib.crc32(data):08x}",
        "md5": hashlib.md5(data).hexdigest(),
    }


def test_a_model_has_the_hashes_of_other_programs_from_one_pass(tmp_path: Path) -> None:
    """AutoV3 is of the bytes behind the header; with three megabytes they begin within a block and span some."""
    data = save({**TENSORS, "large": numpy.arange(750_000, dtype="float32")}, KOHYA)
    file = a_file(tmp_path / "a", data)
    found = hashes.READER.read(file, Bounds())
    autov3 = hashlib.sha256(data[8 + int.from_bytes(data[:8], "little") :]).hexdigest()
    assert found.hashes == {**of_all(data), "autov3": autov3}
    assert found.metadata == {"autov2": file.sha256[:10], **found.hashes}
    other = save({**TENSORS, "large": numpy.arange(750_000, dtype="float32")}, {"title": "renamed"})
    assert hashes.READER.read(a_file(tmp_path / "b", other), Bounds()).hashes["autov3"] == autov3


class Trap:
    def __reduce__(self) -> tuple[Any, ...]:
        return (os.mkdir, ("unpickled",))


@pytest.mark.parametrize(
    ("filename", "mime_type", "kind"),
    [
        ("old.ckpt", "application/zip", "file"),
        ("old.PT", "application/octet-stream", "file"),
        ("model", "application/x-gguf", "file"),
        ("weights", "application/octet-stream", "model.vae"),
    ],
)
def test_other_models_are_hashed_and_never_opened(
    filename: str, mime_type: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    data = pickle.dumps(Trap())
    file = a_file(tmp_path / "a", data, filename=filename, mime_type=mime_type, kind=kind, blake3="known")
    assert hashes.READER.read(file, Bounds()).hashes == of_all(data)
    assert not (tmp_path / "unpickled").exists()


def test_of_other_files_only_what_is_unknown_or_asked_for(tmp_path: Path) -> None:
    data = b"a text"
    known = {"filename": "a.txt", "mime_type": "text/plain"}
    stored_before = a_file(tmp_path / "a", data, **known)
    uploaded = a_file(tmp_path / "a", data, blake3="known", **known)
    assert hashes.READER.read(stored_before, Bounds()).hashes == {"blake3": blake3(data).hexdigest()}
    assert hashes.READER.read(uploaded, Bounds()).hashes == {}
    assert hashes.READER.read(uploaded, Bounds(hash_all_files=True)).hashes == of_all(data)


def test_a_header_that_lies_of_its_length_gives_no_autov3(tmp_path: Path) -> None:
    file = a_file(tmp_path / "a", b"\xff" * 8 + b"{}")
    assert "autov3" not in hashes.READER.read(file, Bounds()).hashes
