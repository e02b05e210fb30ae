"""What the application does before the first request and after the last."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from faceforge_server.app import create_app
from faceforge_storage.home.home import open_home


def test_the_database_is_closed_while_a_disk_does_not_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(*open_home(tmp_path / "home"))
    core = app.state.core

    async def removing() -> None:
        """Removes bytes, and cannot be cancelled meanwhile."""
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await asyncio.sleep(60)

    monkeypatch.setattr(core.stored_bytes, "tend", removing)
    closed: list[float] = []

    async def run() -> None:
        async with app.router.lifespan_context(app):
            await asyncio.sleep(0.01)
            monkeypatch.setattr(core.database, "stop", lambda: closed.append(time.monotonic()))
            begun = time.monotonic()
        assert closed[0] - begun < 30  # of the sixty it would take

    asyncio.run(run())
