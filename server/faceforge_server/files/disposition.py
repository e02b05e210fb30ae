"""How a browser may show a file: inline from a short list of harmless types, else as a download."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import quote

from faceforge_server.files.plain_names import plain_name, shortened

Disposition = Literal["inline", "attachment"]

INLINE = frozenset(
    {
        "image/png",
        "image/apng",
        "image/jpeg",
        "image/webp",
        "image/gif",
        "image/avif",
        "audio/mpeg",
        "audio/wav",
        "audio/x-wav",
        "audio/ogg",
        "audio/flac",
        "video/mp4",
        "video/webm",
        "video/ogg",
        "application/pdf",
        "text/plain",
    }
)
"""Types that run no script of their own. SVG, HTML, XML and JavaScript are never among them."""

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def disposition(media_type: str, wished: Disposition | None = None) -> Disposition:
    """What a file of this type gets: inline when it is harmless, unless an attachment was asked for."""
    essence = media_type.partition(";")[0].strip().lower()
    return "attachment" if wished == "attachment" or essence not in INLINE else "inline"


def content_disposition(shown: Disposition, filename: str, sha256: str) -> str:
    """The value of Content-Disposition: RFC 6266, with the true name by RFC 8187 where ASCII cannot write it.

    The plain `filename` is for programs that know no other, see `plain_name`. Control characters, CR and LF among them,
    are removed from both; of a name longer than file systems take, the end before the extension is missing.
    """
    name = CONTROL.sub("", filename)
    if not name:
        return shown
    plain = plain_name(name, sha256)
    value = f'{shown}; filename="{plain}"'
    if plain != name:
        value += f"; filename*=UTF-8''{quote(shortened(name), safe='!#$&+.^_`|~-', errors='replace')}"
    return value
