"""`faceforge serve --open` opens the browser of the machine with a link that signs it in."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from core_process import CoreProcess

SECONDS = 30


def test_the_browser_is_opened_signed_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened, browser = tmp_path / "opened", tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > "{opened}"\n')
    browser.chmod(0o700)
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    core = CoreProcess(tmp_path / "home", "--port", "0", "--open")
    try:
        end = time.monotonic() + SECONDS
        while not (opened.exists() and opened.read_text()):
            assert time.monotonic() < end, core.terminal()
            time.sleep(0.02)
        link = opened.read_text()
        assert link.startswith(f"{core.url}/sign-in/")
        # The printed link is another one: who looks at the terminal later can still use it.
        assert link not in core.terminal()
        assert core.client.post("/v1/sessions", json={"code": link.rpartition("/")[2]}).status_code == 201
    finally:
        core.kill()
