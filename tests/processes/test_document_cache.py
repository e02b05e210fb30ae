"""What documents leave in memory and keep from others: nothing invalid is kept, the rest in bytes, and nobody waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from core_process import CoreProcess

INVALID = "{ entities { nodes { " + " ".join(f"x{n}" for n in range(9800)) + " } } }"


@pytest.fixture
def core(tmp_path: Path) -> Iterator[CoreProcess]:
    made = CoreProcess(tmp_path / "home")
    yield made
    made.kill()


def memory(core: CoreProcess) -> float:
    """What the process holds, in MiB."""
    status = Path(f"/proc/{core.process.pid}/status").read_text()
    return int(next(each for each in status.splitlines() if each.startswith("VmRSS")).split()[1]) / 1024


def ask(core: CoreProcess, query: str, token: str | None = None) -> Any:
    headers = {"Authorization": f"Bearer {token or core.token}"}
    return core.client.post("/graphql", json={"query": query}, headers=headers, timeout=60).json()


def code(answer: Any) -> str:
    return str(answer["errors"][0]["extensions"]["code"])


@pytest.mark.alone
def test_a_token_without_permission_leaves_nothing_and_is_refused_before_the_validation(
    core: CoreProcess,
) -> None:
    made = core.client.post("/v1/tokens", json={"name": "nothing", "permissions": ["system:read"]}).json()
    before = memory(core)
    for number in range(20):
        assert code(ask(core, f"# {number}\n{INVALID}", made["secret"])) == "forbidden"
    assert memory(core) - before < 40


@pytest.mark.alone
def test_documents_that_are_not_valid_are_not_kept(core: CoreProcess) -> None:
    assert code(ask(core, INVALID)) == "graphql_validation_failed"
    before = memory(core)
    for number in range(12):
        answer = ask(core, f"# {number}\n{INVALID}")
        assert code(answer) == "graphql_validation_failed"
        assert len(answer["errors"]) <= 21
    assert memory(core) - before < 45


@pytest.mark.alone
def test_documents_that_are_kept_are_bounded_in_bytes(core: CoreProcess) -> None:
    before = memory(core)
    for number in range(80):
        assert ask(core, f"#{number}{'x' * 900_000}\n{{ __typename }}") == {"data": {"__typename": "Query"}}
    assert memory(core) - before < 100


WORST = {
    "wide": INVALID,
    "overlapping": "{ " + "entities { nodes { id } } " * 600 + "}",
    "literals": "{ entities(ids: [" + "1 " * 9800 + "]) { totalCount } }",
    "operations": " ".join(f"query Q{n} {{ __typename }}" for n in range(1800)),
}


LISTS = '{"fields": {"a": [' + "[]," * 340_000 + "[]]}}"
WORST_BODIES: dict[str, tuple[str, dict[str, Any]]] = {
    "lists": ("/v1/entities", {"content": LISTS, "headers": {"Content-Type": "application/json"}}),
    "keys": (
        "/v1/entities",
        {
            "content": "{" + ",".join(f'"k{n}":1' for n in range(80_000)) + "}",
            "headers": {"Content-Type": "application/json"},
        },
    ),
    "sidecar": ("/v1/assets/upload", {"files": {"file": ("a.txt", b"a"), "meta": ("_meta.json", LISTS)}}),
}


@pytest.mark.alone
@pytest.mark.parametrize("kind", [*WORST, *WORST_BODIES])
def test_nobody_waits_for_the_documents_and_bodies_of_others(core: CoreProcess, kind: str) -> None:
    end = time.monotonic() + 2.5

    def load() -> None:
        with httpx.Client(
            base_url=core.url, headers=core.client.headers, trust_env=False, timeout=60
        ) as client:
            number = 0
            while time.monotonic() < end:
                number += 1
                path, body = WORST_BODIES.get(kind) or (
                    "/graphql",
                    {"json": {"query": f"# {number}\n{WORST[kind]}"}},
                )
                assert client.post(path, **body).status_code < 500

    loading = threading.Thread(target=load)
    loading.start()
    waited = []
    while time.monotonic() < end:
        begun = time.monotonic()
        core.client.get("/healthz", timeout=60).raise_for_status()
        waited.append(time.monotonic() - begun)
        time.sleep(0.005)
    loading.join()
    waited.sort()
    assert waited[int(len(waited) * 0.99)] < 0.5, waited[-5:]


def test_a_large_body_is_read_beside_the_event_loop(core: CoreProcess) -> None:
    body = '{"display_name": "x", "fields": {"a": [' + ",".join(["1"] * 300_000) + "]}}"
    answer = core.client.post(
        "/v1/entities", content=body, headers={"Content-Type": "application/json"}, timeout=60
    )
    assert answer.status_code == 201
    unknown = "{" + ",".join(f'"k{n}": 1' for n in range(50_000)) + "}"
    answer = core.client.post(
        "/v1/entities", content=unknown, headers={"Content-Type": "application/json"}, timeout=60
    )
    assert (answer.status_code, len(answer.json()["errors"])) == (422, 100)
