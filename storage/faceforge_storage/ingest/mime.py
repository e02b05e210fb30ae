"""Detects the media type of a file by its first bytes; its name decides only between what those bytes allow."""

from __future__ import annotations

import codecs
import json
import re
from pathlib import PurePath
from typing import cast

import filetype

UNKNOWN = "application/octet-stream"
HEAD_BYTES = 8192

SAME = {
    "audio/x-wav": "audio/wav",
    "audio/x-flac": "audio/flac",
    "video/x-msvideo": "video/avi",
    "application/x-rar-compressed": "application/vnd.rar",
}
"""Older names of types, and the one we use."""

REFINED = {
    ("video/mp4", ".m4a"): "audio/mp4",
    ("video/webm", ".weba"): "audio/webm",
    ("audio/ogg", ".ogv"): "video/ogg",
    ("application/zip", ".cbz"): "application/vnd.comicbook+zip",
}
"""Formats with several uses, which the suffix of the name distinguishes."""

BRANDS = {
    b"avis": "image/avif",
    b"heim": "image/heic",
    b"heis": "image/heic",
    b"heix": "image/heic",
    b"hevc": "image/heic",
    b"hevm": "image/heic",
    b"hevs": "image/heic",
    b"hevx": "image/heic",
}
"""Brands of pictures (ISO/IEC 23008-12, annex B, and AVIF) that `filetype` does not know: of more bits, or several."""

TEXT_BY_NAME = {
    ".css": "text/css",
    ".csv": "text/csv",
    ".htm": "text/html",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".md": "text/markdown",
    ".mjs": "text/javascript",
    ".ndjson": "application/x-ndjson",
    ".tsv": "text/tab-separated-values",
    ".vtt": "text/vtt",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
}
"""Any text may be one of these; none of them is shown inline, so a false name does no harm."""

TEXT_SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"{\\rtf", "application/rtf"),
    (b"%!PS", "application/postscript"),
)
"""Formats that begin like text but are none."""

CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
PROLOG = re.compile(
    r"(?:\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE\s+(?P<doctype>\w+)[^>\[]*(?:\[.*?\])?\s*>)", re.S | re.I
)
ROOT = re.compile(r"<(?:\w+:)?(?P<name>[a-z][a-z0-9]*)[\s/>]", re.I)
HTML_ELEMENTS = re.compile(
    "a|b|base|body|br|div|font|form|h1|head|html|iframe|img|link|meta|p|script|style|table|title"
)


def sniff(head: bytes, filename: str = "", *, complete: bool | None = None) -> str:
    """The media type of a file that begins with `head`: its first HEAD_BYTES bytes, or all of a shorter one.

    `complete`: whether `head` is the whole file; by default when it is shorter than HEAD_BYTES. The type that a
    client declares is deliberately no parameter. UNKNOWN when the bytes fit no known format.
    """
    complete = len(head) < HEAD_BYTES if complete is None else complete
    suffix = PurePath(filename).suffix.lower()
    text = _decoded(head)
    if text is not None:
        return _text(head, text, suffix, complete)
    if _is_safetensors(head):
        return "application/x-safetensors"
    if head.startswith(b"GGUF"):
        return "application/x-gguf"
    found = cast("str | None", filetype.guess_mime(head)) if head else None
    if found is None:
        return BRANDS.get(head[8:12], UNKNOWN) if head[4:8] == b"ftyp" else UNKNOWN
    found = "video/ogg" if found == "audio/ogg" and b"\x80theora" in head else SAME.get(found, found)
    return REFINED.get((found, suffix), found)


def _decoded(head: bytes) -> str | None:
    """The head as text: UTF-16 with its mark, else UTF-8, no control characters; None when it is none."""
    if not head:
        return None
    encoding = "utf-16" if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        # an incremental decoder accepts a character that is cut off at the end of the head
        text = codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        return None
    return None if CONTROL.search(text) or "\ufffe" in text else text


def _text(head: bytes, text: str, suffix: str, complete: bool) -> str:
    for signature, media_type in TEXT_SIGNATURES:
        if head.startswith(signature):
            return media_type
    if (marked := _markup(text)) is not None:
        return marked
    if text.lstrip()[:1] in {"{", "["} and suffix != ".ndjson" and (suffix == ".json" or complete):
        try:
            json.loads(text)
        except (ValueError, RecursionError):  # a thousand lists in each other
            return "text/plain" if complete else "application/json"
        return "application/json"
    by_name = TEXT_BY_NAME.get(suffix, "text/plain")
    return "text/plain" if by_name == "application/json" and complete else by_name


def _markup(text: str) -> str | None:
    """SVG, HTML or XML, by the first element after declarations and comments; None for other text."""
    position, doctype = 0, ""
    while found := PROLOG.match(text, position):
        position, doctype = found.end(), (found["doctype"] or doctype).lower()
    root = ROOT.match(text, position)
    name = root["name"].lower() if root else doctype
    if name == "svg":
        return "image/svg+xml"
    if text.lstrip().startswith("<?xml"):
        return "text/html" if name == "html" else "application/xml"
    return "text/html" if HTML_ELEMENTS.fullmatch(name) else None


def _is_safetensors(head: bytes) -> bool:
    """Eight bytes hold the length of the JSON header after them, by the format's own rule at most 100 MB."""
    return head[8:10] in {b'{"', b"{}"} and 2 <= int.from_bytes(head[:8], "little") <= 100_000_000
