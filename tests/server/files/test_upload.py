"""Uploads on real sockets: streamed to staging, checked, and nothing kept of what is refused (D2, D3)."""

from __future__ import annotations

import asyncio
import hashlib
import http.client
import json
import random
import resource
import shutil
import socket
import time
from collections import namedtuple
from itertools import pairwise
from typing import Any
from urllib.parse import quote

import pytest
from byte_server import ByteServer
from hypothesis import given
from hypothesis import strategies as st

from faceforge_server.files.form import UploadLimits, parse_sidecar
from faceforge_server.files.intake import uncancelled
from faceforge_server.files.multipart import FormReader, PartBegins, PartEnds
from faceforge_storage.errors import InvalidMultipart, InvalidSidecar

DATA = random.Random(2).randbytes(2_500_000)
DIGEST = hashlib.sha256(DATA).hexdigest()
Part = tuple[str, bytes] | tuple[str, bytes, str]
Usage = namedtuple("Usage", "total used free")


def form(*parts: Part, boundary: str = "b0undary") -> bytes:
    body = b""
    for name, value, *filename in parts:
        suffix = "".join(f'; filename="{one}"' for one in filename)
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{suffix}\r\n\r\n'.encode()
        body += value + b"\r\n"
    return body + f"--{boundary}--\r\n".encode()


def send(core: ByteServer, method: str, path: str, body: bytes, content_type: str) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", core.port, timeout=30)
    try:
        connection.request(method, path, body, {"Content-Type": content_type})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def post(core: ByteServer, *parts: Part) -> tuple[int, Any]:
    return send(core, "POST", "/upload", form(*parts), "multipart/form-data; boundary=b0undary")


def nothing_is_kept(core: ByteServer) -> bool:
    return not core.staged() and not list(core.provider.list())


def test_a_form_brings_a_file_with_all_that_is_said_of_it(core: ByteServer) -> None:
    status, answer = post(
        core,
        ("kind", b"image.original"),
        ("entity_id", b"a" * 64),
        ("tag", "größe".encode()),
        ("file", DATA, "C:\\fakepath\\my %22best%22 😀 صورة.png"),
        ("tag", b"two"),
        ("meta", b'\xef\xbb\xbf{"kind": "x", "n": 1}'),
        ("sha256", DIGEST.upper().encode()),
        ("size_bytes", str(len(DATA)).encode()),
    )
    assert status == 200
    assert (answer["sha256"], answer["size"]) == (DIGEST, len(DATA))
    assert answer["values"]["sidecar"] == {"kind": "x", "n": 1}
    assert answer["values"]["filename"] == 'my "best" 😀 صورة.png'
    assert answer["values"]["tags"] == ["größe", "two"]
    assert answer["values"]["entity_ids"] == ["a" * 64]
    assert core.staged() == []


def test_a_field_filename_wins_over_the_part(core: ByteServer) -> None:
    assert post(core, ("file", b"x", "a.txt"), ("filename", b"b.txt"))[1]["values"] == {"filename": "b.txt"}
    assert post(core, ("file", b""))[1]["values"] == {}


def test_a_raw_body_says_the_same_by_query(core: ByteServer) -> None:
    query = f"kind=a.b&tag=1&tag=2&filename={quote('dir/naïve.bin')}&sha256={DIGEST}&meta={quote('{}')}"
    status, answer = send(core, "PUT", f"/upload?{query}", DATA, "application/octet-stream")
    assert (status, answer["sha256"], answer["values"]["sidecar"]) == (200, DIGEST, {})
    assert answer["values"]["tags"] == ["1", "2"]
    assert answer["values"]["filename"] == "naïve.bin"


FILE: Part = ("file", b"some bytes", "a.bin")


@pytest.mark.parametrize(
    ("parts", "status", "code", "pointer"),
    [
        ([], 422, "invalid_input", "/file"),
        ([FILE, FILE], 422, "invalid_input", "/file"),
        ([FILE, ("colour", b"red")], 422, "invalid_input", "/colour"),
        ([FILE, ("a/b~", b"red")], 422, "invalid_input", "/a~1b~0"),
        ([("kind", b"a"), FILE, ("kind", b"b")], 422, "invalid_input", "/kind"),
        ([FILE, ("kind", b"\xff\xfe")], 422, "invalid_input", "/kind"),
        ([FILE, ("sha256", b"0" * 63)], 422, "invalid_input", "/sha256"),
        ([FILE, ("sha256", b"0" * 64)], 422, "hash_mismatch", "/sha256"),
        ([FILE, ("size_bytes", b"11")], 422, "size_mismatch", "/size_bytes"),
        ([FILE, ("size_bytes", b"-1")], 422, "invalid_input", "/size_bytes"),
        ([FILE, ("meta", b"[1]")], 422, "invalid_sidecar", "/meta"),
        ([FILE, ("meta", b"\xff{}")], 422, "invalid_sidecar", "/meta"),
        ([FILE, ("meta", b'{"x": 1e999}')], 422, "invalid_sidecar", "/meta"),
        ([FILE, ("meta", b'{"entities": [5]}')], 422, "invalid_sidecar", "/meta/entities/0"),
        ([FILE, ("meta", b"{}"), ("meta", b"{}")], 422, "invalid_input", "/meta"),
        ([FILE, ("meta", b"x" * 2_000_000)], 413, "payload_too_large", None),
        ([FILE, ("kind", b"x" * 2_000_000)], 413, "payload_too_large", None),
        ([FILE, *[("tag", b"")] * 2001], 413, "payload_too_large", None),
        ([("file", b"x", "a\x01b")], 422, "invalid_input", "/filename"),
        ([("file", b"x", "x" * 1025)], 422, "invalid_input", "/filename"),
        ([("file", b"x", "x" * 100_000)], 400, "invalid_multipart", None),
        ([FILE, ("filename", b"..")], 422, "invalid_input", "/filename"),
        ([FILE, ("role", b"refused later")], 500, "internal", None),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(
    core: ByteServer, parts: list[Part], status: int, code: str, pointer: str | None
) -> None:
    answer, problem = post(core, *parts)
    assert (answer, problem["code"]) == (status, code)
    assert [fault["pointer"] for fault in problem.get("errors", ())] == ([pointer] if pointer else [])
    assert nothing_is_kept(core)


@pytest.mark.parametrize(
    ("query", "status", "pointer"),
    [
        ("colour=red", 422, "/colour"),
        ("kind=a&kind=b", 422, "/kind"),
        ("file=x", 422, "/file"),
        ("size_bytes=many", 422, "/size_bytes"),
        ("filename=a%00b", 422, "/filename"),
        ("meta=1", 422, "/meta"),
    ],
)
def test_a_wrong_query_is_named(core: ByteServer, query: str, status: int, pointer: str) -> None:
    answer, problem = send(core, "PUT", f"/upload?{query}", b"x", "image/png")
    assert (answer, [fault["pointer"] for fault in problem["errors"]]) == (status, [pointer])
    assert nothing_is_kept(core)


@pytest.mark.parametrize(
    ("content_type", "body", "status", "code"),
    [
        ("application/json", b"{}", 415, "unsupported_media_type"),
        ("", b"{}", 415, "unsupported_media_type"),
        ("multipart/form-data", b"", 400, "invalid_multipart"),
        ("multipart/form-data; boundary=" + "x" * 3000, b"", 400, "invalid_multipart"),
        ("multipart/form-data; boundary=b0undary", b"no form", 400, "invalid_multipart"),
        ("multipart/form-data; boundary=b0undary", b"", 400, "invalid_multipart"),
        ("multipart/form-data; boundary=b0undary", form(FILE)[:-20], 400, "invalid_multipart"),
        (
            "multipart/form-data; boundary=b0undary",
            b"--b0undary\r\n\r\nx\r\n--b0undary--\r\n",
            400,
            "invalid_multipart",
        ),
    ],
)
def test_a_body_that_is_no_form_is_refused(
    core: ByteServer, content_type: str, body: bytes, status: int, code: str
) -> None:
    answer, problem = send(core, "POST", "/upload", body, content_type)
    assert (answer, problem["code"]) == (status, code)
    assert nothing_is_kept(core)


def test_a_file_over_the_limit_is_refused_early_and_late(core: ByteServer) -> None:
    core.limits = UploadLimits(file_bytes=1000)
    for size in (1001, 5_000_000):
        assert post(core, ("file", b"x" * size))[0] == 413
        assert send(core, "PUT", "/upload", b"x" * size, "")[0] == 413
    assert post(core, ("file", b"x" * 1000))[0] == 200
    assert core.staged() == []


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_body_that_breaks_off_keeps_nothing(core: ByteServer, method: str, errors: list[str]) -> None:
    body = form(("file", DATA, "a.bin")) if method == "POST" else DATA
    for number, cut in enumerate((0, 30, 100, 70_000, 1_500_000, len(body) - 1), start=1):
        head = f"{method} /upload HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
        head += "Content-Type: multipart/form-data; boundary=b0undary\r\n\r\n"
        with socket.create_connection(("127.0.0.1", core.port)) as client:
            client.sendall(head.encode() + body[:cut])
        while core.uploads_over < number:
            time.sleep(0.005)
        assert nothing_is_kept(core)
    assert errors == []


def test_a_full_disk_is_507_and_recovers(core: ByteServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as full:
        full.setattr(shutil, "disk_usage", lambda _path: Usage(0, 0, 0))
        core.staging.reserve_bytes = 1
        status, problem = post(core, FILE)
        assert (status, problem["code"]) == (507, "no_space")
        assert nothing_is_kept(core)
    assert post(core, FILE)[0] == 200


@pytest.mark.alone
def test_half_a_gigabyte_arrives_in_constant_memory(core: ByteServer) -> None:
    block, count = DATA[:1_000_000], 500
    connection = http.client.HTTPConnection("127.0.0.1", core.port, timeout=60)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    connection.request(
        "PUT", "/upload", (block for _ in range(count)), {"Content-Length": str(len(block) * count)}
    )
    answer = json.loads(connection.getresponse().read())
    connection.close()
    assert answer["size"] == len(block) * count
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 32 * 1024


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"nul",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1e999}',
        b'{"a": "\\u0000"}',
        b'{"\\udc00": 1}',
        b"\x00",
        b"[" * 100_000,
        b'{"a":' * 101 + b"1" + b"}" * 101,
        b'"x"',
        b'{"role": " "}',
    ],
    ids=lambda text: repr(text[:20]),
)
def test_a_sidecar_is_one_json_object_that_every_reader_takes(text: bytes) -> None:
    with pytest.raises(InvalidSidecar):
        parse_sidecar(text)


async def test_blocking_work_runs_to_its_end_when_its_request_is_cancelled() -> None:
    done: list[int] = []
    task = asyncio.ensure_future(uncancelled(lambda: (time.sleep(0.05), done.append(1))))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert done == [1]


async def read_form(body: bytes, cuts: list[int]) -> list[tuple[str, str | None, bytes]]:
    async def pieces() -> Any:
        places = sorted({0, len(body), *(cut % (len(body) + 1) for cut in cuts)})
        for start, stop in pairwise(places):
            yield body[start:stop]

    found: list[tuple[str, str | None, bytes]] = []
    open_part: tuple[str, str | None] = ("", None)
    data = b""
    async for event in FormReader("multipart/form-data; boundary=b0undary").events(pieces()):
        match event:
            case PartBegins(name=name, filename=filename):
                open_part, data = (name, filename), b""
            case PartEnds():
                found.append((*open_part, data))
            case piece:
                data += piece
    return found


@given(
    values=st.lists(
        st.binary(max_size=50) | st.sampled_from([b"\r\n--b0undar", b"\r\n", b"--b0undary"]), max_size=5
    ),
    cuts=st.lists(st.integers(0, 1000), max_size=20),
)
def test_a_form_reads_the_same_however_the_network_cuts_it(values: list[bytes], cuts: list[int]) -> None:
    body = form(*((f"n{number}", value, "ü.bin") for number, value in enumerate(values)))
    if values:
        expected = [(f"n{number}", "ü.bin", value) for number, value in enumerate(values)]
        assert asyncio.run(read_form(body, cuts)) == expected


@given(st.binary(max_size=200))
def test_a_broken_form_is_refused_and_never_breaks(body: bytes) -> None:
    with pytest.raises(InvalidMultipart):
        asyncio.run(read_form(b"--b0undary\r\n" + body, []))
