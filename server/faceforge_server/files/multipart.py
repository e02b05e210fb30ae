"""The parts of a multipart/form-data body as they come in, cut where the network cut them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from faceforge_storage.errors import InvalidMultipart, PayloadTooLarge, UnsupportedMediaType

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MAX_PARTS = 2000
MULTIPART = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class PartBegins:
    """A part opens: its form field `name`, and the `filename` its sender gave, if any."""

    name: str
    filename: str | None


@dataclass(frozen=True, slots=True)
class PartEnds:
    """The part that was open is complete."""


Event = PartBegins | bytes | PartEnds


class FormReader:
    """Turns pieces of a body into events: PartBegins, any number of bytes, PartEnds, and so on.

    Raises UnsupportedMediaType when `content_type` names another format, InvalidMultipart for what is not
    well formed, PayloadTooLarge for too many parts.
    """

    def __init__(self, content_type: str) -> None:
        kind, options = parse_options_header(content_type)
        if kind != MULTIPART.encode():
            raise UnsupportedMediaType(f"This address takes {MULTIPART}, not {content_type!r}.")
        if not options.get(b"boundary"):
            raise InvalidMultipart("The Content-Type names no boundary.")
        self._events: list[Event] = []
        self._parts = 0
        self._field = self._value = b""
        self._disposition = b""
        self._ended = False
        callbacks: MultipartCallbacks = {
            "on_part_begin": self._on_part_begin,
            "on_header_field": self._on_header_field,
            "on_header_value": self._on_header_value,
            "on_header_end": self._on_header_end,
            "on_headers_finished": self._on_headers_finished,
            "on_part_data": self._on_part_data,
            "on_part_end": lambda: self._events.append(PartEnds()),
            "on_end": self._on_end,
        }
        try:
            self._parser = MultipartParser(options[b"boundary"], callbacks)
        except FormParserError as wrong:
            raise InvalidMultipart(f"The boundary cannot be used: {wrong}.") from wrong

    async def events(self, body: AsyncIterable[bytes]) -> AsyncGenerator[Event, None]:
        """The events of a whole body. Raises InvalidMultipart when it ends before its last boundary."""
        async for piece in body:
            try:
                self._parser.write(piece)
            except FormParserError as wrong:
                raise InvalidMultipart(f"The body is not well formed: {wrong}.") from wrong
            events, self._events = self._events, []
            for event in events:
                yield event
        if not self._ended:
            raise InvalidMultipart("The body ends before its last boundary.")

    def _on_part_begin(self) -> None:
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise PayloadTooLarge(f"The form has more than {MAX_PARTS} parts.")
        self._disposition = b""

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        if self._field.lower() == b"content-disposition":
            self._disposition = self._value
        self._field = self._value = b""

    def _on_headers_finished(self) -> None:
        try:  # names come as UTF-8, whatever the library makes of the bytes meanwhile
            kind, options = parse_options_header(self._disposition.decode("latin-1"))
            name = options[b"name"].decode()
            filename = options[b"filename"].decode() if b"filename" in options else None
        except (KeyError, UnicodeDecodeError) as wrong:
            raise InvalidMultipart("A part has no name in UTF-8.") from wrong
        if kind != b"form-data":
            raise InvalidMultipart("A part is not form-data.")
        # Browsers and curl write a quotation mark in a file name as %22.
        self._events.append(PartBegins(name, filename and filename.replace("%22", '"')))

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        self._events.append(data[start:end])

    def _on_end(self) -> None:
        self._ended = True
