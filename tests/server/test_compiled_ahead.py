"""What Core compiles of its own after its start stays, and is no work of the collector of cycles."""

from __future__ import annotations

import gc
from typing import Any

import pytest

from faceforge_server.core_server import CoreServer

COUNT = 2000


class Compiled:
    """In place of the documents: compiles to lists, or fails."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.made: list[list[int]] = []
        self.fault = fault

    def compile(self) -> None:
        self.made += [[each] for each in range(COUNT)]
        if self.fault is not None:
            raise self.fault


def compiled(documents: Any) -> int:
    """How many objects the collector leaves alone once a server has compiled these, beyond those of its start."""
    server = CoreServer.__new__(CoreServer)
    server._documents = documents
    gc.collect()
    gc.freeze()
    before = gc.get_freeze_count()
    try:
        server._compile()
        return gc.get_freeze_count() - before
    finally:
        gc.unfreeze()


def test_what_is_compiled_after_the_start_is_looked_through_no_more() -> None:
    assert compiled(Compiled()) >= COUNT


def test_that_it_cannot_be_compiled_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert compiled(Compiled(ValueError("no such field"))) >= COUNT
    assert "no such field" in caplog.text
