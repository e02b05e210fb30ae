"""S2: scripts of the pages of `network.allowed_origins` may call Core and read all that it answers, no others may."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from running_core import RunningCore, on_a_socket, running_core
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol
from world import World

PAGE = "http://127.0.0.1:8188"
OTHER = "http://evil.test"
FETCH = {"sec-fetch-mode": "cors", "sec-fetch-dest": "empty", "sec-fetch-site": "cross-site"}


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCore]:
    """A Core that one other site may call."""
    network = {"allowed_origins": [PAGE]}
    with running_core(
        tmp_path_factory.mktemp("core"), network=network, limits={"failed_sign_ins": 1}
    ) as made:
        yield made


def fetched(core: RunningCore, method: str, path: str, origin: str = PAGE, **options: Any) -> httpx.Response:
    """What a script of a page sends, once its preflight has been answered."""
    headers = {**FETCH, "origin": origin, **options.pop("headers", {})}
    return core.request(method, path, headers=headers, **options)


def assert_readable(answer: httpx.Response) -> None:
    assert answer.headers.get_list("access-control-allow-origin") == [PAGE]
    assert "origin" in answer.headers["vary"].lower().split(", ")
    assert "access-control-allow-credentials" not in answer.headers
    exposed = answer.headers["access-control-expose-headers"].lower().split(", ")
    assert {"etag", "content-range", "retry-after", "x-request-id", "content-disposition"} <= set(exposed)


def assert_no_cors(answer: httpx.Response) -> None:
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("path", ["/v1/entities", "/graphql", "/v1/assets/upload", "/v1/nowhere", "/healthz"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
def test_a_preflight_of_the_page_is_answered_without_a_token(
    core: RunningCore, path: str, method: str
) -> None:
    wanted = "authorization, x-faceforge-token, content-type, if-match, range, idempotency-key"
    answer = fetched(
        core,
        "OPTIONS",
        path,
        token=None,
        headers={
            "access-control-request-method": method,
            "access-control-request-headers": wanted,
            "access-control-request-private-network": "true",
        },
    )
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert method in answer.headers["access-control-allow-methods"].split(", ")
    assert answer.headers["access-control-allow-headers"] == wanted
    assert answer.headers["access-control-allow-private-network"] == "true"
    assert int(answer.headers["access-control-max-age"]) > 0
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    "named", [FETCH, {"sec-fetch-site": "none"}], ids=["named by the browser", "not named"]
)
def test_no_other_page_gets_an_answer_to_its_preflight(core: RunningCore, named: dict[str, str]) -> None:
    asks = {**named, "access-control-request-method": "POST"}
    answer = fetched(core, "OPTIONS", "/v1/entities", OTHER, token=None, headers=asks)
    assert answer.status_code in (401, 403)
    assert_no_cors(answer)


def test_a_preflight_to_a_foreign_host_is_refused_like_all_else(core: RunningCore) -> None:
    asks = {"host": "evil.test", "access-control-request-method": "POST"}
    answer = fetched(core, "OPTIONS", "/v1/entities", headers=asks)
    assert (answer.status_code, answer.json()["code"]) == (421, "misdirected_request")


def test_the_page_reads_answers_also_those_from_memory(core: RunningCore) -> None:
    made = fetched(core, "POST", "/v1/entities", json={"display_name": "By a page"})
    assert made.status_code == 201
    assert_readable(made)
    path = f"/v1/entities/{made.json()['entity_id']}"
    program = core.request("GET", path)
    assert_no_cors(program)
    # What may be kept by a cache is kept for each origin apart.
    assert "origin" in program.headers["vary"].lower()
    with core.statements():
        core.request("GET", path)
    assert len(core.app.state.answers) > 0
    known = fetched(core, "GET", path)
    assert_readable(known)
    same = fetched(core, "GET", path, headers={"if-none-match": known.headers["etag"]})
    assert same.status_code == 304
    assert_readable(same)
    asked = fetched(core, "POST", "/graphql", json={"query": "{ entities { totalCount } }"})
    assert asked.status_code == 200
    assert_readable(asked)
    assert "accept" in asked.headers["vary"].lower()
    for public in ("/healthz", "/openapi.json", "/schema.graphql"):
        assert_readable(fetched(core, "GET", public, token=None))


def test_the_page_reads_errors_of_every_layer(core: RunningCore, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [
        (fetched(core, "GET", "/v1/entities", token=None), 401),
        (fetched(core, "GET", "/v1/entities", token="wrong"), 401),
        (fetched(core, "GET", "/v1/entities", token="wrong"), 429),
        (fetched(core, "GET", "/nope"), 404),
        (fetched(core, "PUT", "/v1/entities"), 405),
        (fetched(core, "POST", "/v1/entities", content=b" " * 2_000_000), 413),
        (fetched(core, "GET", "/v1/entities", headers={"host": "evil.test"}), 421),
        (fetched(core, "POST", "/graphql", token=None, json={}), 401),
    ]

    async def broken(*_: Any) -> None:
        raise RuntimeError("nobody expects this")

    monkeypatch.setattr("faceforge_server.middleware.authentication.Authenticator.actor", broken)
    answers.append((fetched(core, "GET", "/v1/entities"), 500))
    for answer, status in answers:
        assert answer.status_code == status
        assert_readable(answer)


def test_no_other_page_reads_anything(core: RunningCore) -> None:
    for headers in ({}, {"sec-fetch-site": "none"}):
        for method, path in (("GET", "/v1/entities"), ("POST", "/graphql"), ("GET", "/openapi.json")):
            answer = fetched(core, method, path, OTHER, headers=headers)
            assert_no_cors(answer)
            assert headers or answer.status_code == 403


def test_a_download_is_read_by_the_page_and_a_signed_one_shown_by_any(core: RunningCore) -> None:
    world = World(core, 1)
    path = f"/v1/assets/{world.photo}/download"
    signed = core.request("POST", f"/v1/assets/{world.photo}/signed-url", json={}).json()["url"]
    with on_a_socket(core) as address:
        signed = address + "/v1" + signed.split("/v1", 1)[1]
        headers = {**FETCH, "origin": PAGE, "authorization": f"Bearer {core.token}", "range": "bytes=0-1"}
        part = httpx.get(address + path, headers=headers, trust_env=False)
        assert (part.status_code, part.headers["content-range"][:10]) == (206, "bytes 0-1/")
        assert_readable(part)
        assert part.headers["cross-origin-resource-policy"] == "same-origin"
        shown = {"sec-fetch-mode": "no-cors", "sec-fetch-dest": "image", "sec-fetch-site": "cross-site"}
        picture = httpx.get(signed, headers=shown, trust_env=False)
        assert (picture.status_code, picture.content) == (200, world.content)
        assert picture.headers["cross-origin-resource-policy"] == "cross-origin"
        assert_no_cors(picture)
        altered = httpx.get(signed.replace("signature=", "signature=0"), headers=shown, trust_env=False)
        assert (altered.status_code, altered.json()["code"]) == (403, "invalid_signature")


def test_a_socket_opens_for_the_page_only(core: RunningCore) -> None:
    with on_a_socket(core) as http:
        address = http.replace("http://", "ws://") + "/graphql"
        protocols = [Subprotocol("graphql-transport-ws")]
        with connect(address, subprotocols=protocols, origin=Origin(PAGE), proxy=None) as socket:
            payload = {"authorization": f"Bearer {core.token}"}
            socket.send(json.dumps({"type": "connection_init", "payload": payload}))
            assert json.loads(socket.recv(timeout=20))["type"] == "connection_ack"
        with pytest.raises(InvalidStatus) as refused:
            connect(address, subprotocols=protocols, origin=Origin(OTHER), proxy=None)
        assert refused.value.response.status_code == 403


def test_by_itself_core_allows_no_page_and_sends_nothing_of_cors(tmp_path: Path) -> None:
    with running_core(tmp_path / "plain") as plain:
        for answer in (
            fetched(plain, "GET", "/v1/entities"),
            fetched(plain, "OPTIONS", "/v1/entities", headers={"access-control-request-method": "GET"}),
            plain.request("GET", "/v1/entities"),
        ):
            assert_no_cors(answer)
            assert "vary" not in answer.headers
