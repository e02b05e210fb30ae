"""Reads what is inside of a ZIP file from its directory, without unpacking anything."""

from __future__ import annotations

import re
import struct
import zipfile
from typing import BinaryIO

from faceforge_storage.ingest.reader import Bounds, File, Found, Reader, Unreadable

TYPES = re.compile(
    r"application/(zip|java-archive|epub\+zip|vnd\.(comicbook\+zip|oasis\.opendocument\..*|openxmlformats-.*))"
)
DIRECTORY_BYTES = 8 * 1024 * 1024
"""Of a larger directory, some 100,000 names, only their number is read: each takes ten times its bytes of memory."""
NAMES, CHARACTERS = 200, 300
"""How many names are kept, and how much of each."""
BOMB = 200
"""How many times its size a file that is meant to be unpacked does not grow to. Deflate at best reaches 1,032."""

END = struct.Struct("<4s4H2LH")
END_64 = struct.Struct("<4sQ2H2L4Q")
LOCATOR_64 = struct.Struct("<4sLQL")
"""The end of the central directory, and what stands before it in files of 4 GiB and more (APPNOTE 6.3.10, 4.3.14 to
4.3.16)."""
FULL_16, FULL_32 = 0xFFFF, 0xFFFFFFFF


def takes(file: File) -> bool:
    return TYPES.fullmatch(file.mime_type) is not None


def read(file: File, _bounds: Bounds) -> Found:
    """Raises Unreadable for a file whose directory is missing, damaged or a lie."""
    with file.path.open("rb") as stream:
        entries, directory_bytes = _end(stream, file.size_bytes)
        if directory_bytes > file.size_bytes:
            raise Unreadable("It is cut off: its directory would be larger than all of it.")
        if directory_bytes > DIRECTORY_BYTES:
            return Found({"entries": entries, "not_listed": f"its directory takes {directory_bytes} bytes"})
        try:
            with zipfile.ZipFile(stream) as archive:
                return Found(_inside(archive, file.size_bytes))
        except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error, OSError) as fault:
            raise Unreadable(f"Its directory cannot be read: {fault}.") from None


def _inside(archive: zipfile.ZipFile, size_bytes: int) -> dict[str, object]:
    entries = archive.infolist()
    files = [each for each in entries if not each.is_dir()]
    unpacked = sum(each.file_size for each in files)
    warnings = {
        f"would unpack to {unpacked} bytes, {unpacked // max(size_bytes, 1)} times its size": (
            unpacked > BOMB * size_bytes
        ),
        "has entries that lie in each other": _overlap(entries),
        "has names that lead out of the folder it is unpacked into": any(
            _leads_out(each.filename) for each in entries
        ),
        "has a name more than once": len({each.filename for each in entries}) < len(entries),
    }
    return {
        "entries": len(entries),
        "files": len(files),
        "unpacked_bytes": unpacked,
        "packed_bytes": sum(each.compress_size for each in files),
        "encrypted": any(each.flag_bits & 1 for each in entries),
        "names": [{"name": each.filename[:CHARACTERS], "bytes": each.file_size} for each in files[:NAMES]],
        "more_names": max(len(files) - NAMES, 0),
        "comment": archive.comment.decode("utf-8", "replace")[:1000],
        "warnings": [text for text, applies in warnings.items() if applies],
    }


def _overlap(entries: list[zipfile.ZipInfo]) -> bool:
    """Whether bytes belong to several entries, by which a small file unpacks to a huge one."""
    end = 0
    for each in sorted(entries, key=lambda each: each.header_offset):
        if each.header_offset < end:
            return True
        end = each.header_offset + 30 + each.compress_size  # 30: what the head of an entry has at least
    return False


def _leads_out(name: str) -> bool:
    return name.startswith("/") or ".." in name.split("/") or re.match("[A-Za-z]:", name) is not None


def _end(stream: BinaryIO, size_bytes: int) -> tuple[int, int]:
    """How many entries a file says it has, and how large its directory is."""
    begin = max(size_bytes - END.size - FULL_16, 0)
    stream.seek(begin)
    tail = stream.read()
    at = tail.rfind(b"PK\5\6", 0, max(len(tail) - END.size + 4, 0))
    if at < 0:
        raise Unreadable("It has no directory: it is cut off, or no ZIP file.")
    _, _, _, _, entries, directory_bytes, _, _ = END.unpack_from(tail, at)
    if FULL_32 in (directory_bytes,) or entries == FULL_16:
        stream.seek(max(begin + at - LOCATOR_64.size, 0))
        located = stream.read(LOCATOR_64.size)
        if located.startswith(b"PK\6\7"):
            stream.seek(min(LOCATOR_64.unpack(located)[2], size_bytes))
            end = stream.read(END_64.size)
            if len(end) == END_64.size and end.startswith(b"PK\6\6"):
                entries, directory_bytes = END_64.unpack(end)[7:9]
    return entries, directory_bytes


READER = Reader("zip", 1, takes, read)
