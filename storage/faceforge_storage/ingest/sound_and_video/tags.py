"""The tags of audio files under one set of names, whatever format they are kept in."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from faceforge_storage.ingest.clean_json import clean_text

ID3 = {
    "TALB": "album",
    "TBPM": "bpm",
    "TCOM": "composer",
    "TCON": "genre",
    "TCOP": "copyright",
    "TDRC": "date",
    "TENC": "encoded_by",
    "TIT1": "grouping",
    "TIT2": "title",
    "TIT3": "subtitle",
    "TKEY": "key",
    "TLAN": "language",
    "TPE1": "artist",
    "TPE2": "album_artist",
    "TPE3": "conductor",
    "TPOS": "disc",
    "TPUB": "publisher",
    "TRCK": "track",
    "TSRC": "isrc",
    "TSSE": "encoder",
    "TYER": "date",
    "COMM": "comment",
    "USLT": "lyrics",
}
"""Frames of ID3v2.4 (id3.org, "ID3 tag version 2.4.0 - Native Frames")."""

MP4 = {
    "\xa9ART": "artist",
    "\xa9alb": "album",
    "\xa9cmt": "comment",
    "\xa9day": "date",
    "\xa9gen": "genre",
    "\xa9grp": "grouping",
    "\xa9lyr": "lyrics",
    "\xa9nam": "title",
    "\xa9too": "encoder",
    "\xa9wrt": "composer",
    "aART": "album_artist",
    "cprt": "copyright",
    "disk": "disc",
    "tmpo": "bpm",
    "trkn": "track",
}
"""Atoms of iTunes."""

SAME = {
    "albumartist": "album_artist",
    "author": "artist",
    "description": "comment",
    "discnumber": "disc",
    "organization": "publisher",
    "tracknumber": "track",
    "wm/albumartist": "album_artist",
    "wm/albumtitle": "album",
    "wm/beatsperminute": "bpm",
    "wm/composer": "composer",
    "wm/encodingsettings": "encoder",
    "wm/genre": "genre",
    "wm/lyrics": "lyrics",
    "wm/publisher": "publisher",
    "wm/tracknumber": "track",
    "wm/year": "date",
    "year": "date",
}
"""Vorbis comments, APE and Windows Media, in lower case, where they have another name than ours."""

PICTURES = {"metadata_block_picture", "coverart", "coverartmime", "wm/picture"}


def tags_of(tags: Any) -> dict[str, str | list[str]]:
    """What `tags` of mutagen hold, by name: one value as text, several as a list. Pictures are left out."""
    found: dict[str, list[str]] = {}
    for name, value in _pairs(tags):
        text = clean_text(value).strip()
        values = found.setdefault(clean_text(name), [])
        if text and text not in values:
            values.append(text)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items() if values}


def _pairs(tags: Any) -> Iterator[tuple[str, str]]:
    from mutagen.id3 import ID3Tags

    if tags is None:
        return
    for key, value in tags.items():
        if isinstance(tags, ID3Tags):
            yield from _of_frame(key, value)
        elif key in MP4 or key.startswith("----:"):
            name = MP4.get(key) or str(key).rpartition(":")[2].lower()
            for text in _texts(value):
                yield name, text
        elif key.lower() not in PICTURES and not key.lower().startswith("cover art") and key != "covr":
            name = str(key).lower()
            for text in _texts(value):
                yield SAME.get(name, name), text


def _of_frame(key: str, frame: Any) -> Iterator[tuple[str, str]]:
    name = frame.desc.lower() if key.startswith("TXXX:") else ID3.get(frame.FrameID)
    text = getattr(frame, "text", None)
    for part in _texts(text) if name and text is not None else ():
        yield str(name), part


def _texts(value: Any) -> Iterator[str]:
    """A value of any format: texts, numbers, `(3, 9)` for the third of nine, bytes of UTF-8, lists of them."""
    if isinstance(value, bytes):
        yield value.decode("utf-8", "replace")
    elif isinstance(value, tuple):
        yield "/".join(str(part) for part in value if part)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif not isinstance(value, bool):
        yield str(value)


def pictures_of(sound: Any) -> list[bytes]:
    """The encoded pictures in the tags, the front cover first."""
    from mutagen.flac import Picture

    found: list[tuple[bool, bytes]] = []
    tags = sound.tags or {}
    for picture in getattr(sound, "pictures", []):
        found.append((picture.type != 3, picture.data))
    for key, value in tags.items() if hasattr(tags, "items") else []:
        if key.startswith("APIC"):
            found.append((value.type != 3, value.data))
        elif key == "covr":
            found += [(False, bytes(each)) for each in value]
        elif key.lower() == "metadata_block_picture":
            for each in value:
                with suppress(Exception):  # a broken picture is no picture
                    picture = Picture(base64.b64decode(each))  # type: ignore[no-untyped-call]  # is not annotated
                    found.append((picture.type != 3, picture.data))
    return [data for _, data in sorted(found, key=lambda each: each[0])]
