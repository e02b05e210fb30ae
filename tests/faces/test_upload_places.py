"""A fault of an upload says where it was sent: in the form, or in the query of a raw upload; and by its name there."""

from __future__ import annotations

import pytest
from running_core import RunningCore

NOWHERE = "0" * 64


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("sha256", NOWHERE, "hash_mismatch"),
        ("size_bytes", "9", "size_mismatch"),
        ("kind", "No Kind", "invalid_input"),
        ("entity_id", NOWHERE, "unknown_reference"),
        ("meta", "[]", "invalid_sidecar"),
        ("colour", "red", "invalid_input"),
    ],
)
def test_the_place_of_a_fault(core: RunningCore, name: str, value: str, code: str) -> None:
    form = {name: (None, value), "file": ("a.txt", b"some bytes")}
    by_form = core.request("POST", "/v1/assets/upload", files=form).json()
    raw = core.request("PUT", "/v1/assets/upload", params={name: value}, content=b"some bytes").json()
    for problem, place in ((by_form, "body"), (raw, "query")):
        assert problem["code"] == code
        fault = problem["errors"][0]
        assert fault["in"] == place
        assert fault["pointer"].split("/")[1] == name
