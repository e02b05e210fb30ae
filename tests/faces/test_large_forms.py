"""B5: a large form is read beside the event loop, as every large body is; a small one waits for no thread."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
from running_core import running_core

from faceforge_ui.serving import form

SENT = {"Accept": "text/html", "Content-Type": "application/x-www-form-urlencoded"}


async def own_thread() -> int:
    return threading.get_ident()


def test_a_large_form_is_read_beside_the_event_loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    threads = []

    def read(*values: Any, **options: Any) -> dict[str, list[str]]:
        threads.append(threading.get_ident())
        return parse_qs(*values, **options)

    monkeypatch.setattr(form, "parse_qs", read)
    with running_core(tmp_path) as core:
        loop = core.wait(own_thread())
        for ids in (1, 5000):
            fields = [("tag", "seen"), *(("id", f"{number:064x}") for number in range(ids))]
            answer = core.request("POST", "/entities/tags", headers=SENT, content=urlencode(fields))
            assert answer.status_code < 500
    assert threads[0] == loop
    assert threads[1] != loop
    assert len(threads) == 2


@pytest.mark.parametrize("body", [b"x=%ff", b"nothing", b"&".join([b"a=b"] * 20_001), b"id=" + b"%ff" * 9000])
def test_what_is_no_form_is_refused_wherever_it_is_read(tmp_path: Path, body: bytes) -> None:
    with running_core(tmp_path) as core:
        answer = core.request("POST", "/entities/tags", headers=SENT, content=body)
        assert answer.status_code == 400
        assert "The form cannot be read." in answer.text
