"""Which bytes a request asks for: the ranges of RFC 9110, as pure functions of header and file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from faceforge_server.files.conditions import Validators
from faceforge_storage.errors import RangeNotSatisfiable, VersionConflict

MAX_RANGES = 64
"""More ranges than this in one request are an attack, not a reader; the header is then ignored."""
NEAR_BYTES = 128
"""Ranges closer than the head of a part of multipart/byteranges are cheaper sent as one."""

SPEC = re.compile(r"(?P<first>[0-9]{1,19})-(?P<last>[0-9]{1,19})?|-(?P<suffix>[0-9]{1,19})")


@dataclass(frozen=True, slots=True)
class ByteRange:
    """The bytes from `start` up to, but not including, `stop`."""

    start: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.start

    def content_range(self, size: int) -> str:
        """The value of Content-Range for this part of a file of `size` bytes."""
        return f"bytes {self.start}-{self.stop - 1}/{size}"


@dataclass(frozen=True, slots=True)
class Selection:
    """What to answer: 200 with one range that is the whole file, 206 with one or several, 304 with none."""

    status: int
    ranges: tuple[ByteRange, ...]


def select(method: str, headers: Mapping[str, str], validators: Validators, size: int) -> Selection:
    """Apply the request's conditions and ranges to a file, in the order of RFC 9110 section 13.2.2.

    `headers` has lower-case names. Range is defined for GET only, so HEAD ignores it. Raises VersionConflict (412) for
    If-Match and If-Unmodified-Since, and RangeNotSatisfiable (416).
    """
    if (refusing := validators.refuse(headers)) is not None:
        raise VersionConflict(
            f"The file is {validators.etag} of {validators.last_modified} now, which {refusing} does not allow.",
            hint=f"Download it again from the beginning, without {refusing}.",
            headers={"ETag": validators.etag, "Last-Modified": validators.last_modified},
        )
    if validators.known(headers):
        return Selection(304, ())
    asked = headers.get("range") if method == "GET" else None
    if asked is not None and validators.same(headers.get("if-range")):
        ranges = parse_ranges(asked, size)
        if ranges is not None:
            return Selection(206, ranges)
    return Selection(200, (ByteRange(0, size),))


def parse_ranges(header: str, size: int) -> tuple[ByteRange, ...] | None:
    """The parts of a file of `size` bytes that a Range header asks for, in its order, disjoint.

    None when the header is to be ignored: another unit, not well formed, too many ranges, or a file without
    bytes, which no Content-Range can describe. Raises RangeNotSatisfiable when all lie beyond the end.
    """
    unit, equals, text = header.partition("=")
    specs = [spec.strip() for spec in text.split(",") if spec.strip()]
    if unit.strip().lower() != "bytes" or not equals or not 0 < len(specs) <= MAX_RANGES:
        return None
    found: list[ByteRange] = []
    suffix_of_nothing = False
    for spec in specs:
        match = SPEC.fullmatch(spec)
        if match is None:
            return None
        if match["suffix"] is not None:
            length = min(int(match["suffix"]), size)
            start, stop = size - length, size
            suffix_of_nothing |= size == 0 and int(match["suffix"]) > 0
        else:
            start, stop = int(match["first"]), size
            if match["last"] is not None:
                if int(match["last"]) < start:
                    return None
                stop = min(int(match["last"]) + 1, size)
        if start < stop:
            found.append(ByteRange(start, stop))
    if found:
        return coalesce(found)
    if suffix_of_nothing:
        return None
    raise RangeNotSatisfiable(
        f"The file has {size} bytes; {header!r} lies outside.", headers={"Content-Range": f"bytes */{size}"}
    )


def coalesce(ranges: list[ByteRange]) -> tuple[ByteRange, ...]:
    """Join ranges that overlap or nearly touch, each at the place of the first of them.

    No byte is sent twice, so many overlapping ranges cannot make an answer larger than the file.
    """
    kept: list[ByteRange] = []
    for new in ranges:
        near = [
            old for old in kept if new.start <= old.stop + NEAR_BYTES and old.start <= new.stop + NEAR_BYTES
        ]
        if not near:
            kept.append(new)
            continue
        joined = ByteRange(
            min(new.start, *(old.start for old in near)), max(new.stop, *(old.stop for old in near))
        )
        kept = [joined if old is near[0] else old for old in kept if old is near[0] or old not in near]
    return tuple(kept)
