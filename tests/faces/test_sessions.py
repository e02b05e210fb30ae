"""S5: what a session may do and for how long, and what its cookie does without the CSRF token."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from faces import Face
from running_core import ADDRESS, RunningCore, SignedIn, on_a_socket, running_core
from socket_client import VOID, opened
from sqlalchemy import select

from faceforge_storage.database.clock import now
from faceforge_storage.database.unrecorded_tables import sessions, sign_in_codes
from faceforge_storage.home.settings import rotate_install_token

ANOTHER_PORT = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def lone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCore]:
    """A Core of whose throttle these tests make use; its sessions are listed by no other test."""
    with running_core(tmp_path_factory.mktemp("lone"), limits={"failed_sign_ins": 1000}) as core:
        yield core


def status(core: RunningCore, sent: SignedIn | None, method: str = "GET", **options: Any) -> int:
    path = options.pop("path", "/v1/entities")
    return core.request(method, path, token=sent, **options).status_code


def changed(core: RunningCore, table: Any, **values: Any) -> None:
    """Set columns of all rows, as time would."""
    core.core.database.writing(
        "test", "age", lambda tx: tx.update_unrecorded(table, table.c.expires_at > "", values)
    )


def a_token(core: RunningCore, name: str, *permissions: str) -> dict[str, Any]:
    made = core.request("POST", "/v1/tokens", json={"name": name, "permissions": list(permissions)})
    body: dict[str, Any] = made.json()
    return body


# ---- codes


def test_a_code_signs_in_once_whatever_its_spelling(lone: RunningCore) -> None:
    made = lone.request("POST", "/v1/sign-in-codes").json()
    assert made["url"] == f"{ADDRESS}/sign-in/{made['code']}"
    typed = made["code"].upper().replace("-", " ").replace("0", "O").replace("1", "I")
    for expected in (201, 401):
        answer = lone.request("POST", "/v1/sessions", token=None, json={"code": typed})
        assert answer.status_code == expected
    assert answer.json()["detail"].startswith("The code is not valid")


def test_fetching_a_link_beforehand_uses_up_nothing(lone: RunningCore) -> None:
    made = lone.request("POST", "/v1/sign-in-codes").json()
    for method in ("HEAD", "GET"):
        shown = lone.request(method, f"/sign-in/{made['code']}", token=None)
        assert (shown.status_code, "set-cookie" in shown.headers) == (200, False)
        assert made["code"] not in shown.text
        assert shown.headers["referrer-policy"] == "no-referrer"
    assert status(lone, None, "POST", path="/v1/sessions", json={"code": made["code"]}) == 201


def test_a_code_expires_and_is_then_removed(lone: RunningCore) -> None:
    code = lone.request("POST", "/v1/sign-in-codes").json()["code"]
    changed(lone, sign_in_codes, expires_at=now())
    assert status(lone, None, "POST", path="/v1/sessions", json={"code": code}) == 401
    lone.request("POST", "/v1/sign-in-codes")
    rows = lone.core.database.reading(lambda db: db.execute(select(sign_in_codes)).all())
    assert len(rows) == 1


def test_no_secret_is_stored(lone: RunningCore) -> None:
    made = lone.sign_in()
    code = lone.request("POST", "/v1/sign-in-codes").json()["code"]
    stored = str(
        lone.core.database.reading(
            lambda db: [db.execute(select(t)).all() for t in (sessions, sign_in_codes)]
        )
    )
    for secret in (made.cookie.partition("=")[2], made.csrf, code, code.replace("-", "")):
        assert secret not in stored


@pytest.mark.parametrize(
    ("body", "expected"),
    [({}, 422), ({"code": "a", "token": "b"}, 422), ({"other": 1}, 422), ({"code": 5}, 422), ([], 422)],
)
def test_what_signs_in_is_a_code_or_a_token(lone: RunningCore, body: Any, expected: int) -> None:
    assert status(lone, None, "POST", path="/v1/sessions", json=body) == expected


def test_a_long_body_is_not_read(lone: RunningCore) -> None:
    assert status(lone, None, "POST", path="/v1/sessions", json={"code": "a" * 5000}) == 413


def test_wrong_codes_and_cookies_are_slowed_and_a_right_one_works_meanwhile(tmp_path: Path) -> None:
    with running_core(tmp_path / "strict", limits={"failed_sign_ins": 3}) as core:
        sent = core.sign_in()
        code = core.request("POST", "/v1/sign-in-codes").json()["code"]
        tried = [status(core, None, "POST", path="/v1/sessions", json={"code": "a" * 28}) for _ in range(5)]
        assert (tried[0], tried[-1]) == (401, 429)
        assert status(core, replace(sent, cookie=f"{sent.cookie}x")) == 429
        assert status(core, sent) == 200
        assert status(core, None, "POST", path="/v1/sessions", json={"code": code}) == 201


# ---- cookies


def test_the_cookie_is_kept_from_scripts_and_other_sites_and_is_secure_over_https(lone: RunningCore) -> None:
    body = {"token": lone.token}
    plain = lone.request("POST", "/v1/sessions", token=None, json=body)
    name, words = plain.headers["set-cookie"].split("=", 1)
    assert name.startswith("faceforge_")
    assert words.split("; ")[1:] == ["Max-Age=7776000", "Path=/", "HttpOnly", "SameSite=Strict"]
    secure = lone.request(
        "POST",
        "/v1/sessions",
        token=None,
        json=body,
        headers={"host": "127.0.0.1:8099", "origin": "https://127.0.0.1:8099"},
    )
    assert secure.headers["set-cookie"].endswith("; Secure")
    assert plain.headers["cache-control"] == "no-store"


def test_each_home_has_a_cookie_of_its_own(lone: RunningCore, tmp_path: Path) -> None:
    with running_core(tmp_path / "other") as other:
        here, there = lone.sign_in(), other.sign_in()
        assert here.cookie.partition("=")[0] != there.cookie.partition("=")[0]
        both = SignedIn(f"{here.cookie}; {there.cookie}", here.csrf, here.session_id)
        assert (status(lone, both), status(other, both)) == (200, 200)


def test_a_token_wins_over_the_cookie(lone: RunningCore) -> None:
    sent, headers = lone.sign_in(), {"authorization": "Bearer wrong"}
    assert status(lone, sent, headers=headers) == 401
    narrow = a_token(lone, "narrow", "system:read")["secret"]
    headers = {"authorization": f"Bearer {narrow}"}
    assert status(lone, sent, headers=headers) == 403
    basic = {"authorization": "Basic eDp5"}  # what a proxy in front may have asked for
    assert status(lone, sent, headers=basic) == 200


# ---- the cookie alone


def test_the_cookie_alone_reads_and_changes_nothing(lone: RunningCore) -> None:
    sent = lone.sign_in()
    file = {"file": ("a.txt", b"by a session")}
    asset = lone.request("POST", "/v1/assets/upload", token=sent, files=file).json()["asset_id"]
    body = {"json": {"display_name": "Ada"}}
    document = {"path": "/graphql", "json": {"query": "{ entities { totalCount } }"}}
    for stolen in (replace(sent, csrf=""), replace(sent, csrf="wrong"), replace(sent, csrf=sent.cookie)):
        assert status(lone, stolen) == 200
        assert status(lone, stolen, path=f"/v1/assets/{asset}/download") == 200
        for method, options in {
            "POST": body,
            "PUT": {"path": "/v1/assets/upload?filename=a", "content": b"x"},
            "PATCH": {"path": f"/v1/assets/{asset}", "json": {}},
            "DELETE": {"path": f"/v1/assets/{asset}"},
        }.items():
            answer = lone.request(method, options.pop("path", "/v1/entities"), token=stolen, **options)
            assert (answer.status_code, answer.json()["code"]) == (403, "csrf_required"), method
            assert "set-cookie" not in answer.headers
        assert status(lone, stolen, "POST", **dict(document)) == 403
        assert status(lone, stolen, "POST", path="/v1/sign-in-codes") == 403
        assert status(lone, stolen, "DELETE", path="/v1/sessions/current") == 403
    assert status(lone, sent, "POST", **body) == 201
    assert status(lone, sent, "POST", **dict(document)) == 200


@pytest.mark.parametrize(
    "headers",
    [{"origin": ANOTHER_PORT}, {"sec-fetch-site": "same-site"}, {"sec-fetch-site": "cross-site"}],
    ids=str,
)
def test_what_another_page_asks_for_is_not_asked_by_the_person(
    lone: RunningCore, headers: dict[str, str]
) -> None:
    sent = lone.sign_in()
    assert status(lone, sent, headers=headers) in (401, 403)
    assert status(lone, sent, "POST", headers=headers, json={"display_name": "x"}) == 403
    body = {"token": lone.token}
    assert status(lone, None, "POST", path="/v1/sessions", headers=headers, json=body) == 403


def test_the_page_of_an_allowed_origin_has_its_token_and_no_session(tmp_path: Path) -> None:
    with running_core(tmp_path / "friendly", network={"allowed_origins": [ANOTHER_PORT]}) as core:
        sent, headers = core.sign_in(), {"origin": ANOTHER_PORT, "sec-fetch-site": "same-site"}
        assert core.request("GET", "/v1/entities", headers=headers).status_code == 200
        assert status(core, sent, headers=headers) == 401
        body = {"token": core.token}
        assert status(core, None, "POST", path="/v1/sessions", headers=headers, json=body) == 403


# ---- for as long as the token stands


def test_a_session_may_do_what_its_token_may_at_each_moment(lone: RunningCore) -> None:
    made = a_token(lone, "reader", "entities:read", "assets:read", "sessions:read")
    place = f"/v1/tokens/{made['token_id']}"
    sent = lone.sign_in(made["secret"])
    assert (status(lone, sent), status(lone, sent, path="/v1/tokens")) == (200, 403)
    assert lone.request("GET", "/v1/tokens/current", token=sent).json()["name"] == "reader"
    lone.request("PATCH", place, json={"permissions": ["assets:read"]})
    assert (status(lone, sent), status(lone, sent, path="/v1/assets")) == (403, 200)
    lone.request("PATCH", place, json={"permissions": ["entities:read"]})
    assert status(lone, sent) == 200
    rotated = lone.request("POST", f"{place}/rotate").json()["secret"]
    assert status(lone, sent) == 401
    again = lone.sign_in(rotated)
    assert status(lone, again) == 200
    lone.request("DELETE", place)
    assert status(lone, again) == 401


def test_a_code_of_a_token_that_is_gone_signs_nobody_in(lone: RunningCore) -> None:
    made = a_token(lone, "gone", "sessions:write")
    code = lone.request("POST", "/v1/sign-in-codes", token=made["secret"]).json()["code"]
    lone.request("DELETE", f"/v1/tokens/{made['token_id']}")
    assert status(lone, None, "POST", path="/v1/sessions", json={"code": code}) == 401


def test_the_sessions_of_the_install_token_end_when_it_is_rotated(tmp_path: Path) -> None:
    with running_core(tmp_path / "rotated") as core:
        sent = core.sign_in()
        limited = a_token(core, "limited", "entities:read")["secret"]
        other = core.sign_in(limited)
        rotate_install_token(tmp_path / "rotated" / "config" / "core.json")
        assert (status(core, sent), status(core, other)) == (401, 200)


def test_a_session_ends_when_it_is_not_used_and_at_the_latest_at_its_end(lone: RunningCore) -> None:
    idle, old = lone.sign_in(), lone.sign_in()
    changed(lone, sessions, last_seen_at=now(-timedelta(days=31)))
    answer = lone.request("GET", "/v1/entities", token=idle)
    assert answer.status_code == 401
    assert "Max-Age=0" in answer.headers["set-cookie"]
    changed(lone, sessions, last_seen_at=now(), expires_at=now())
    assert status(lone, old) == 401
    assert lone.request("GET", "/v1/sessions").json()["items"] == []
    lone.sign_in()
    assert len(lone.core.database.reading(lambda db: db.execute(select(sessions)).all())) == 1


def test_that_a_session_is_used_is_written_down_now_and_then(lone: RunningCore) -> None:
    sent = lone.sign_in()
    generation = lone.core.database.generation
    assert status(lone, sent) == 200
    assert lone.core.database.generation == generation, "a read costs no write"
    earlier = now(-timedelta(hours=1))
    changed(lone, sessions, last_seen_at=earlier)
    generation = lone.core.database.generation
    for _ in range(20):
        assert status(lone, sent) == 200
    end = time.monotonic() + 20
    while lone.core.database.generation == generation:  # it is written beside the requests
        assert time.monotonic() < end
        time.sleep(0.01)
    for _ in range(20):
        seen = lone.request("GET", "/v1/sessions/current", token=sent).json()["last_seen_at"]
    assert (seen > earlier, lone.core.database.generation) == (True, generation + 1)


def test_of_many_sessions_on_one_token_the_least_used_end(tmp_path: Path) -> None:
    with running_core(tmp_path / "few", limits={"sessions_per_token": 2}) as core:
        signed_in = [core.sign_in() for _ in range(3)]
        assert [status(core, each) for each in signed_in] == [401, 200, 200]


# ---- list, revoke, sign out


def test_a_limited_token_sees_and_ends_its_own_sessions_only(face: Face, core: RunningCore) -> None:
    held = ("sessions:write", "entities:read")
    one, two = core.limited_token(*held), core.limited_token(*held)
    mine, theirs, owners = core.sign_in(one), core.sign_in(two), core.sign_in()
    listed = face.call("sessions", token=one).ok()["items"]
    assert [each["session_id"] for each in listed] == [mine.session_id]
    every = {each["session_id"] for each in face.call("sessions", first=500).ok()["items"]}
    assert {mine.session_id, theirs.session_id, owners.session_id} <= every
    for other in (theirs, owners):
        assert face.call("revoke_session", token=one, session_id=other.session_id).code == "not_found"
    face.call("revoke_session", session_id=theirs.session_id).ok()
    face.call("revoke_session", token=mine, session_id=mine.session_id).ok()
    assert [status(core, each) for each in (mine, theirs, owners)] == [401, 401, 200]


def test_signing_out_clears_the_cookie_and_leaves_the_other_sessions(face: Face, core: RunningCore) -> None:
    sent, other = core.sign_in(), core.sign_in()
    assert face.call("current_session", token=sent).ok()["session_id"] == sent.session_id
    left = face.call("sign_out", token=sent)
    assert left.code is None
    assert left.headers["set-cookie"].startswith(f"{sent.cookie.partition('=')[0]}=; Max-Age=0; Path=/")
    assert [status(core, each) for each in (sent, other)] == [401, 200]


def test_a_token_has_no_session_to_tell_of_or_to_end(face: Face) -> None:
    for operation in ("current_session", "sign_out"):
        assert face.call(operation).code == "not_found"


def test_signing_in_anew_ends_the_session_that_the_browser_had(lone: RunningCore) -> None:
    first = lone.sign_in()
    body, headers = {"token": lone.token}, {"cookie": first.cookie}
    answer = lone.request("POST", "/v1/sessions", token=None, json=body, headers=headers)
    assert (answer.status_code, status(lone, first)) == (201, 401)


def test_an_answer_from_memory_is_that_of_whoever_asks(lone: RunningCore) -> None:
    narrow = lone.sign_in(a_token(lone, "of sessions", "sessions:read", "entities:read")["secret"])
    owner = lone.sign_in()
    for _ in range(2):
        assert lone.request("GET", "/v1/tokens/current", token=narrow).json()["limited"] is True
        assert lone.request("GET", "/v1/tokens/current", token=owner).json()["limited"] is False
        assert len(lone.request("GET", "/v1/sessions", token=narrow).json()["items"]) == 1


# ---- a WebSocket


def test_a_websocket_takes_the_cookie_with_the_csrf_token(lone: RunningCore) -> None:
    sent = lone.sign_in()
    with on_a_socket(lone) as http:
        address = http.replace("http://", "ws://") + "/graphql"
        cookie: dict[str, Any] = {"additional_headers": {"Cookie": sent.cookie}}
        with opened(address, **cookie) as socket:
            socket.send("connection_init", payload={})
            code, reason = socket.closed_with()
            assert (code, "CSRF" in reason) == (4401, True)
        with opened(address, **cookie) as socket:
            socket.send("connection_init", payload={"X-FaceForge-CSRF": sent.csrf})
            assert socket.answer()["type"] == "connection_ack"
            socket.subscribe("{ currentSession { id } }")
            assert socket.next() == {"currentSession": {"id": sent.session_id}}
            lone.request("DELETE", f"/v1/sessions/{sent.session_id}")
            socket.subscribe("{ currentSession { id } }", "2")
            assert socket.closed_with() == (4403, VOID)


def test_nothing_of_it_is_in_the_journal(lone: RunningCore) -> None:
    lone.sign_in()
    lone.request("POST", "/v1/sign-in-codes")
    listed = lone.request("GET", "/v1/changesets?limit=500").json()["items"]
    operations = {each["operation"] for each in listed}
    assert operations <= {
        "createToken",
        "updateToken",
        "rotateToken",
        "revokeToken",
        "createEntity",
        "createAsset",
    }
