"""A file coming in: its bytes go to staging as they arrive, its fields are checked and kept aside."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any, Self

from starlette.requests import Request

from faceforge_server.files.form import DIGITS, Form, UploadLimits, refused
from faceforge_server.files.intake import Intake, body, uncancelled
from faceforge_server.files.multipart import FormReader, PartBegins, PartEnds
from faceforge_server.files.progress import Progress, Tell, untold
from faceforge_server.http.request_context import computed
from faceforge_storage.ingest.filenames import clean_filename
from faceforge_storage.objects.staging import StagedFile, Staging

SEPARATORS_BYTES = 1024 * 1024
"""More than the boundaries and headers of a form ever need."""


@dataclass
class Upload:
    """What came in: a staged file, and the fields of its form.

    `values` are under the names of the input that makes an asset; what was not sent is absent. Use it as an async
    context manager: a file that was not published inside is removed at the end.
    """

    staged: StagedFile
    values: dict[str, Any]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await uncancelled(self.staged.discard)


async def receive_multipart(
    request: Request, staging: Staging, limits: UploadLimits, tell: Tell = untold
) -> Upload:
    """Take a multipart/form-data upload: one part `file`, an optional `meta`, and fields.

    Raises UnsupportedMediaType, InvalidMultipart, InvalidInput (naming the field), InvalidSidecar,
    HashMismatch, SizeMismatch, PayloadTooLarge, RequestTimeout, NoSpace, StorageFailed; nothing is kept then,
    nor when the connection ends early (BadRequest, which nobody hears).
    """
    reader = FormReader(request.headers.get("content-type", ""))
    form = Form(limits)
    # The file is at least this large; its fields have their own limits.
    rest = limits.sidecar_bytes + limits.fields_bytes + SEPARATORS_BYTES
    size = announced(request)
    open_file = partial(staging.begin, limits.file_bytes, max(0, size - rest))
    intake = Intake(open_file, Progress(tell, size))
    part, filename = "", None
    async with intake, aclosing(body(request)) as pieces, aclosing(reader.events(pieces)) as events:
        async for event in events:
            match event:
                case PartBegins(name="file", filename=named):
                    part = "file"
                    if intake.begun:
                        raise refused("file", "There is more than one file.", "duplicate")
                    filename = clean_filename(named) if named else None
                    await intake.begin()
                case PartBegins(name=name):
                    part = name
                    form.begin(name)
                case PartEnds():
                    if part != "file":
                        await computed(request, form.size, form.end)
                case data:
                    await intake.write(data) if part == "file" else form.write(data)
        if not intake.begun:
            raise refused("file", "The form has no part `file`.", "missing")
        staged = await intake.finish(*form.declared())
    values = form.input()
    if filename is not None:
        values.setdefault("filename", filename)
    return Upload(staged, values)


async def receive_raw(
    request: Request, staging: Staging, limits: UploadLimits, tell: Tell = untold
) -> Upload:
    """Take an upload whose body is the file; the fields, and `meta`, are query parameters.

    Raises as receive_multipart does.
    """
    form = Form(limits, place="query")
    for name, value in request.query_params.multi_items():
        form.begin(name)
        form.write(value.encode("utf-8", "surrogatepass"))
        form.end()
    form.declared()
    size = announced(request)
    intake = Intake(partial(staging.begin, limits.file_bytes, size), Progress(tell, size))
    async with intake, aclosing(body(request)) as pieces:
        await intake.begin()
        async for data in pieces:
            await intake.write(data)
        staged = await intake.finish(*form.declared())
    return Upload(staged, form.input())


def announced(request: Request) -> int:
    """The Content-Length of the body in bytes; 0 when there is none."""
    length = request.headers.get("content-length", "")
    return int(length) if length.isdecimal() and length.isascii() and len(length) <= DIGITS else 0
