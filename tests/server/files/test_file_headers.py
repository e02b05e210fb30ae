"""What a browser learns of a file (S6), and addresses that open one without a token (S8)."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from email.message import Message
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faceforge_server.files.disposition import content_disposition, disposition
from faceforge_server.files.headers import content_type, file_headers, validators_of
from faceforge_server.files.signing import sign, sign_thumbnail, verify, verify_thumbnail
from faceforge_storage.database import clock
from faceforge_storage.errors import InvalidSignature

INLINE = [
    "image/png",
    "image/apng",
    "image/jpeg",
    "image/webp",
    "image/gif",
    "image/avif",
    "audio/mpeg",
    "audio/wav",
]
INLINE += ["audio/ogg", "audio/flac", "video/mp4", "video/webm", "application/pdf", "text/plain"]
ACTIVE = [
    "image/svg+xml",
    "text/html",
    "application/xhtml+xml",
    "application/xml",
    "text/xml",
    "text/javascript",
]
ACTIVE += ["application/javascript", "application/octet-stream", "", "text/csv", "image/svg+xml; x=image/png"]


@pytest.mark.parametrize("media_type", INLINE)
def test_harmless_types_are_shown_unless_a_download_is_asked_for(media_type: str) -> None:
    assert disposition(media_type) == disposition(media_type, "inline") == "inline"
    assert disposition(f"{media_type.upper()}; charset=utf-8") == "inline"
    assert disposition(media_type, "attachment") == "attachment"


@pytest.mark.parametrize("media_type", ACTIVE)
def test_everything_else_is_a_download_whatever_is_asked_for(media_type: str) -> None:
    assert disposition(media_type) == disposition(media_type, "inline") == "attachment"


@pytest.mark.parametrize(
    ("filename", "value"),
    [
        ("a b.png", 'attachment; filename="a b.png"'),
        ('say "hi".png', "attachment; filename=\"say _hi_.png\"; filename*=UTF-8''say%20%22hi%22.png"),
        ("naïve.png", "attachment; filename=\"naive.png\"; filename*=UTF-8''na%C3%AFve.png"),
        (
            "a\r\nSet-Cookie: x.png",
            "attachment; filename=\"aSet-Cookie_ x.png\"; filename*=UTF-8''aSet-Cookie%3A%20x.png",
        ),
        ("100%.txt", "attachment; filename=\"100_.txt\"; filename*=UTF-8''100%25.txt"),
        ("", "attachment"),
    ],
)
def test_a_file_name_travels_by_rfc_6266(filename: str, value: str) -> None:
    assert content_disposition("attachment", filename, HASH) == value


@given(st.text())
def test_no_name_breaks_out_of_its_header(filename: str) -> None:
    value = content_disposition("inline", filename, HASH)
    assert value.isascii()
    assert value.isprintable()
    message = Message()
    message["Content-Disposition"] = value
    parameters = dict(message.get_params(header="Content-Disposition", unquote=True) or [])
    assert set(parameters) <= {"inline", "filename", "filename*"}
    if "filename*" in parameters and not any("\ud800" <= letter <= "\udfff" for letter in filename):
        name = value.partition("filename*=UTF-8''")[2]
        kept = [letter for letter in filename if not (letter < " " or "\x7f" <= letter <= "\x9f")]
        assert unquote(name) == "".join(kept)


def test_every_file_is_locked_into_a_sandbox() -> None:
    headers = file_headers(
        validators_of("ab" * 32, "2001-02-03T04:05:06.999999Z"), "text/html", "page.html", "inline"
    )
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["Content-Disposition"].startswith("attachment")
    assert headers["ETag"] == f'"{"ab" * 32}"'
    assert headers["Last-Modified"] == "Sat, 03 Feb 2001 04:05:06 GMT"
    assert headers["Cache-Control"].startswith("private")
    assert content_type("text/plain") == "text/plain; charset=utf-8"


def test_no_file_was_modified_in_the_future() -> None:
    validators = validators_of("ab" * 32, clock.now(timedelta(days=1)))
    assert validators.modified <= time.time()


KEY, ASSET, HASH, NOW = b"k" * 32, "a" * 64, "b" * 64, 1_000_000.5


def signed(**changes: Any) -> dict[str, str]:
    return sign(KEY, ASSET, HASH, "inline", now=NOW, **{"seconds": 900, **changes})


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_signed_address_opens_one_file_until_it_expires(method: str) -> None:
    query = signed(seconds=60)
    for now in (NOW, NOW + 60):
        assert verify(KEY, method, ASSET, HASH, query, now=now) == "inline"
    with pytest.raises(InvalidSignature, match="expired"):
        verify(KEY, method, ASSET, HASH, query, now=NOW + 61)


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ("key", b"other"),
        ("method", "DELETE"),
        ("asset_id", "c" * 64),
        ("content_hash", "d" * 64),
        ("expires", "1000901"),
        ("expires", " 1000900"),
        ("expires", ""),
        ("disposition", "attachment"),
        ("disposition", ""),
        ("signature", "0" * 64),
        ("signature", "é"),
        ("signature", ""),
    ],
)
def test_anything_altered_is_refused(change: str, value: Any) -> None:
    given_: dict[str, Any] = {"key": KEY, "method": "GET", "asset_id": ASSET, "content_hash": HASH}
    query: dict[str, str] = signed()
    target = given_ if change in given_ else query
    assert target[change] != value
    target[change] = value
    with pytest.raises(InvalidSignature) as refused:
        verify(*given_.values(), query, now=NOW)
    assert refused.value.status == 403
    for name in ("expires", "disposition", "signature"):
        with pytest.raises(InvalidSignature):
            verify(
                KEY, "GET", ASSET, HASH, {key: kept for key, kept in signed().items() if key != name}, now=NOW
            )


@given(
    st.lists(st.text(max_size=5), min_size=3, max_size=3),
    st.lists(st.text(max_size=5), min_size=3, max_size=3),
)
def test_different_claims_never_share_a_signature(one: list[str], other: list[str]) -> None:
    signatures = [sign(KEY, a, b, c, now=NOW, seconds=60)["signature"] for a, b, c in (one, other)]  # type: ignore[arg-type]  # any text may be claimed
    assert (signatures[0] == signatures[1]) == (json.dumps(one) == json.dumps(other))


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_signed_address_of_a_thumbnail_opens_it_until_it_expires(method: str) -> None:
    query = sign_thumbnail(KEY, HASH, 320, now=NOW, seconds=60)
    for now in (NOW, NOW + 60):
        assert verify_thumbnail(KEY, method, HASH, "320", query, now=now) == int(NOW) + 60
    with pytest.raises(InvalidSignature, match="expired"):
        verify_thumbnail(KEY, method, HASH, "320", query, now=NOW + 61)


@pytest.mark.parametrize(
    "changes",
    [{"key": b"other"}, {"method": "DELETE"}, {"content_hash": "d" * 64}, {"size": "640"}, {"size": "0320"},
     {"expires": "1000061"}, {"expires": ""}, {"signature": "0" * 64}, {"signature": "é"}, {"signature": ""}],
)  # fmt: skip
def test_any_altered_address_of_a_thumbnail_is_refused(changes: dict[str, Any]) -> None:
    given_: dict[str, Any] = {"key": KEY, "method": "GET", "content_hash": HASH, "size": "320"}
    query = sign_thumbnail(KEY, HASH, 320, now=NOW, seconds=60)
    for name, value in changes.items():
        (given_ if name in given_ else query)[name] = value
    with pytest.raises(InvalidSignature):
        verify_thumbnail(*given_.values(), query, now=NOW)


def test_the_signature_of_a_thumbnail_opens_no_file() -> None:
    query = sign_thumbnail(KEY, HASH, 320, now=NOW, seconds=60)
    for shown in ("320", "inline", "attachment", ""):
        for asset_id in (ASSET, HASH, ""):
            with pytest.raises(InvalidSignature):
                verify(KEY, "GET", asset_id, HASH, {**query, "disposition": shown}, now=NOW)
