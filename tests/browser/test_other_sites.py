"""S2 in a real browser: a page of another site calls a real Core when its origin is allowed, and else does not; any
page shows what a signed address opens."""

from __future__ import annotations

import json
import struct
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from core_process import CoreProcess
from drawn_files import SHOW
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.needs("chromium")

CALL = """async ([address, options]) => {
    try {
        const answer = await fetch(address, options);
        const names = ["etag", "content-range", "x-request-id"];
        const headers = Object.fromEntries(names.map((name) => [name, answer.headers.get(name)]));
        return {status: answer.status, headers, text: await answer.text()};
    } catch (error) {
        return {failed: String(error)};
    }
}"""
SUBSCRIBE = """([address, token]) => new Promise((resolve) => {
    const socket = new WebSocket(address, "graphql-transport-ws");
    socket.onopen = () => socket.send(JSON.stringify(
        {type: "connection_init", payload: {headers: {Authorization: `Bearer ${token}`}}}));
    socket.onmessage = (message) => resolve(JSON.parse(message.data).type);
    socket.onclose = (event) => resolve(event.reason || event.code);
})"""


class Empty(BaseHTTPRequestHandler):
    """Serves an empty page, as strict as a page may ask to be."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Another site</title>")

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@contextmanager
def site() -> Iterator[str]:
    """The origin of another site: Core is at 127.0.0.1, so one at `localhost` is cross-site."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Empty) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            yield f"http://localhost:{server.server_port}"
        finally:
            server.shutdown()
            serving.join()


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[CoreProcess, str, str]]:
    """A Core, the origin that it allows, and one that it does not."""
    home = tmp_path_factory.mktemp("friendly") / "home"
    with site() as friend, site() as stranger:
        (home / "config").mkdir(parents=True)
        network = {"network": {"allowed_origins": [friend]}}
        (home / "config" / "core.json").write_text(json.dumps(network))
        core = CoreProcess(home)
        try:
            yield core, friend, stranger
        finally:
            core.kill()


@contextmanager
def page_of(chromium: Browser, origin: str) -> Iterator[Page]:
    with chromium.new_context() as context:
        page = context.new_page()
        page.goto(origin)
        yield page


def a_picture() -> bytes:
    """A PNG of 3 x 1 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head, pixels = struct.pack(">IIBBBBB", 3, 1, 8, 0, 0, 0, 0), zlib.compress(b"\0abc")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def test_the_page_of_an_allowed_origin_does_all_that_a_program_does(
    chromium: Browser, sites: tuple[CoreProcess, str, str], tmp_path: Path
) -> None:
    core, friend, _ = sites
    with page_of(chromium, friend) as page:

        def call(path: str, **options: Any) -> Any:
            headers = {"Authorization": f"Bearer {core.token}", **options.pop("headers", {})}
            return page.evaluate(CALL, [core.url + path, {**options, "headers": headers}])

        body = json.dumps({"display_name": "By another site"})
        made = call("/v1/entities", method="POST", body=body, headers={"Content-Type": "application/json"})
        assert made["status"] == 201, made
        entity = json.loads(made["text"])["entity_id"]
        changed = call(
            f"/v1/entities/{entity}",
            method="PATCH",
            body='{"display_name": "Changed"}',
            headers={"Content-Type": "application/json", "If-Match": made["headers"]["etag"]},
        )
        assert (changed["status"], json.loads(changed["text"])["version"]) == (200, 2)
        upload = f"/v1/assets/upload?filename=a.txt&entity_id={entity}"
        sent = call(upload, method="PUT", body="0123456789")
        asset = json.loads(sent["text"])["asset_id"]
        part = call(f"/v1/assets/{asset}/download", headers={"Range": "bytes=2-4"})
        assert (part["status"], part["text"], part["headers"]["content-range"]) == (
            206,
            "234",
            "bytes 2-4/10",
        )
        for _ in range(2):  # the second answer comes from memory
            asked = call(
                "/graphql",
                method="POST",
                body='{"query": "{ entities { totalCount } }"}',
                headers={"Content-Type": "application/json", "Accept": "application/graphql-response+json"},
            )
            assert json.loads(asked["text"]) == {"data": {"entities": {"totalCount": 1}}}
        refused = call("/v1/entities/none", headers={"Authorization": "Bearer wrong"})
        assert (refused["status"], json.loads(refused["text"])["code"]) == (401, "unauthorized")
        assert refused["headers"]["x-request-id"]
        socket = core.url.replace("http://", "ws://") + "/graphql"
        assert page.evaluate(SUBSCRIBE, [socket, core.token]) == "connection_ack"


def test_a_page_of_another_origin_learns_nothing_and_changes_nothing(
    chromium: Browser, sites: tuple[CoreProcess, str, str]
) -> None:
    core, _, stranger = sites
    before = core.client.get("/v1/changesets?limit=1").json()["items"]
    with page_of(chromium, stranger) as page:
        headers = {"Authorization": f"Bearer {core.token}", "Content-Type": "application/json"}
        options = {"method": "POST", "headers": headers, "body": '{"display_name": "By a stranger"}'}
        for address, sent in (
            ("/v1/entities", options),
            ("/v1/entities", {"headers": headers}),
            ("/healthz", {}),
        ):
            assert "failed" in page.evaluate(CALL, [core.url + address, sent])
        socket = core.url.replace("http://", "ws://") + "/graphql"
        assert page.evaluate(SUBSCRIBE, [socket, core.token]) == 1006
    assert core.client.get("/v1/changesets?limit=1").json()["items"] == before


@pytest.mark.parametrize("whose", ["allowed", "stranger"])
def test_any_page_shows_a_picture_by_its_signed_address(
    chromium: Browser, sites: tuple[CoreProcess, str, str], whose: str
) -> None:
    core, friend, stranger = sites
    asset = core.client.put("/v1/assets/upload?filename=a.png", content=a_picture()).json()["asset_id"]
    signed = core.client.post(f"/v1/assets/{asset}/signed-url", json={"disposition": "inline"}).json()["url"]
    asked = {"thumbnail": "small"}
    small = core.client.post(f"/v1/assets/{asset}/signed-url", json=asked).json()["url"]
    with page_of(chromium, friend if whose == "allowed" else stranger) as page:
        assert page.evaluate(SHOW, small) == 3
        assert page.evaluate(SHOW, small.replace("signature=", "signature=0")) == 0
        assert page.evaluate(SHOW, small.partition("?")[0]) == 0
        assert page.evaluate(SHOW, signed) == 3
        assert page.evaluate(SHOW, signed.replace("signature=", "signature=0")) == 0
        assert page.evaluate(SHOW, f"{core.url}/v1/assets/{asset}/download") == 0
