"""The byte server of these tests, once on Core's protocol and once on Uvicorn's own."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from byte_server import Address, ByteServer, served
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from faceforge_server.http.protocol import ZeroCopyProtocol


@pytest.fixture(scope="module", params=[ZeroCopyProtocol, HttpToolsProtocol], ids=["zero copy", "reads"])
def address(request: pytest.FixtureRequest) -> Iterator[Address]:
    yield from served(request.param)


@pytest.fixture
def core(address: Address, tmp_path: Path) -> ByteServer:
    core = ByteServer(tmp_path, address.port)
    address.application = core.application()
    return core


@pytest.fixture
def errors(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """What the server logged as an error; a test that expects none asserts that it is empty."""
    messages: list[str] = []

    class Told(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            messages.append(record.getMessage())

    handler = Told(logging.ERROR)
    logging.getLogger().addHandler(handler)
    yield messages
    logging.getLogger().removeHandler(handler)
