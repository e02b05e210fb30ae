"""A signed address is its own proof: no token adds to it, and it tells a stranger nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from core_process import CoreProcess, run
from stored import put

CONTENT = b"for a while"


@pytest.fixture(scope="module")
def stranger(standing: CoreProcess) -> Iterator[httpx.Client]:
    """A client without a token."""
    with httpx.Client(base_url=standing.url, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
def address(standing: CoreProcess) -> str:
    """The path and query of a signed address."""
    made = put(standing.client, CONTENT, "signed.txt").json()
    response = standing.client.post(f"/v1/assets/{made['asset_id']}/signed-url").raise_for_status().json()
    return str(response["url"]).removeprefix(standing.url)


def altered(address: str) -> str:
    return address.replace("signature=", "signature=0")


def without_moment(answer: httpx.Response) -> dict[str, Any]:
    return {name: value for name, value in answer.json().items() if name != "request_id"}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("sent", ["none", "stale", "another kind", "limited", "install"])
def test_the_signature_alone_decides(
    standing: CoreProcess, stranger: httpx.Client, address: str, sent: str, method: str
) -> None:
    if sent == "limited":
        asked = {"name": f"no files, {method}", "permissions": ["entities:read"]}
        token = f"Bearer {standing.client.post('/v1/tokens', json=asked).raise_for_status().json()['secret']}"
    else:
        token = {"stale": "Bearer ff_stale", "another kind": "Basic xyz"}.get(
            sent, f"Bearer {standing.token}"
        )
    headers = {} if sent == "none" else {"Authorization": token}
    response = stranger.request(method, address, headers=headers)
    assert response.status_code == 200
    assert response.headers["content-disposition"].startswith("attachment")
    assert response.content == (CONTENT if method == "GET" else b"")
    assert stranger.request(method, altered(address), headers=headers).status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/v1/relation-types/download",
        "/v1/field-defs/download",
        "/v1/assets/download",
        "/v1/assets/a/b/download",
        "/v1/nothing/download",
        "/download",
    ],
)
def test_a_signature_opens_no_other_address(stranger: httpx.Client, path: str) -> None:
    response = stranger.get(path, params={"signature": "x"})
    assert (response.status_code, response.json()["code"]) == (401, "unauthorized")
    assert "www-authenticate" in response.headers


@pytest.mark.parametrize("asset_id", ["0" * 64, "no-id", "A" * 64])
def test_an_unknown_asset_is_answered_like_an_altered_address(
    stranger: httpx.Client, address: str, asset_id: str
) -> None:
    known = urlsplit(address).path.split("/")[3]
    response, like = stranger.get(address.replace(known, asset_id)), stranger.get(altered(address))
    assert (response.status_code, like.status_code) == (403, 403)
    assert without_moment(response) == without_moment(like)
    assert response.json()["code"] == "invalid_signature"


def test_an_asset_in_the_trash_is_answered_like_an_altered_address(
    standing: CoreProcess, stranger: httpx.Client
) -> None:
    made = put(standing.client, b"for the trash", "trash.txt").json()
    path = f"/v1/assets/{made['asset_id']}"
    signed = standing.client.post(f"{path}/signed-url").raise_for_status().json()["url"]
    assert stranger.get(signed).status_code == 200
    standing.client.delete(path).raise_for_status()
    assert stranger.get(signed).json()["code"] == "invalid_signature"


@pytest.mark.parametrize("more", ["colour=red", "content_hash=0", "Signature=0", "token=x"])
@pytest.mark.parametrize("change", [str, altered])
def test_what_was_not_signed_is_refused(stranger: httpx.Client, address: str, more: str, change: Any) -> None:
    response = stranger.get(f"{change(address)}&{more}")
    assert (response.status_code, response.json()["errors"][0]["code"]) == (422, "unknown_parameter")


@pytest.mark.parametrize("seconds", [0, -1, 901])
def test_how_long_it_may_live_is_bounded(standing: CoreProcess, address: str, seconds: int) -> None:
    path = urlsplit(address).path.replace("/download", "/signed-url")
    response = standing.client.post(path, json={"expires_in": seconds})
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, "/expires_in")


def test_a_new_install_token_makes_every_signed_address_void_at_once(tmp_path: Path) -> None:
    core = CoreProcess(tmp_path / "home")
    made = put(core.client, CONTENT, "signed.txt").json()
    path = f"/v1/assets/{made['asset_id']}/signed-url"
    before = core.client.post(path).raise_for_status().json()["url"]
    with httpx.Client(trust_env=False) as stranger:
        assert stranger.get(before).status_code == 200
        token = run("token", "rotate", home=core.home.root).stdout.strip()
        response = stranger.get(before)
        assert (response.status_code, response.json()["code"]) == (403, "invalid_signature")
        after = core.client.post(path, headers={"Authorization": f"Bearer {token}"}).json()["url"]
        assert stranger.get(after).content == CONTENT
    core.kill()
