"""Reads sounds: how long they are, how they are coded, their tags, the shape of the wave."""

from __future__ import annotations

import io
import math
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from faceforge_storage.ingest.clean_json import clean_text
from faceforge_storage.ingest.mime import UNKNOWN
from faceforge_storage.ingest.pictures.as_shown import keep_last, made_preview, preview_size
from faceforge_storage.ingest.reader import Bounds, File, Found, Media, Reader, Unreadable
from faceforge_storage.ingest.sound_and_video import decoder, wave_form
from faceforge_storage.ingest.sound_and_video.tags import pictures_of, tags_of

if TYPE_CHECKING:
    from PIL.Image import Image

CODECS = {
    "AAC": "aac",
    "AC3": "ac3",
    "AIFF": "pcm",
    "DSDIFF": "dsd",
    "DSF": "dsd",
    "FLAC": "flac",
    "MP3": "mp3",
    "MonkeysAudio": "ape",
    "Musepack": "musepack",
    "OggFLAC": "flac",
    "OggOpus": "opus",
    "OggSpeex": "speex",
    "OggVorbis": "vorbis",
    "OptimFROG": "optimfrog",
    "SMF": "midi",
    "TAK": "tak",
    "TrueAudio": "tta",
    "WAVE": "pcm",
    "WavPack": "wavpack",
}
"""The codec by the format that mutagen finds; ASF and MP4 name theirs."""

WINDOWS_MEDIA = {
    "Windows Media Audio Standard": "wmav1",
    "Windows Media Audio 9 Standard": "wmav2",
    "Windows Media Audio 9 Professional": "wmapro",
    "Windows Media Audio 9 Lossless": "wmalossless",
}
"""What mutagen calls the codecs of ASF, and how the decoder calls them."""

BY_NAME = {".ac3", ".ape", ".dff", ".dsf", ".mka", ".mpc", ".ofr", ".tak", ".tta", ".wma", ".wv"}
"""Sounds that are not known by their first bytes, or are taken for videos by them."""

SUFFIXES = {"audio/aac": "sound.aac", "audio/mpeg": "sound.mp3"}
"""Names for what mutagen tells by the name alone."""

COVER_FORMATS = ("BMP", "GIF", "JPEG", "PNG", "WEBP")


def takes(file: File) -> bool:
    """Sounds by their first bytes; by their name where those leave it open."""
    open_to_names = (UNKNOWN, "video/x-ms-wmv", "video/x-matroska")
    named = PurePath(file.filename).suffix.lower() in BY_NAME
    return file.mime_type.startswith("audio/") or (named and file.mime_type in open_to_names)


def read(file: File, _bounds: Bounds) -> Found:
    """Raises Unreadable."""
    sound = _opened(file)
    if sound is None:
        return _by_decoder(file)
    info, codec, wave = sound.info, _codec(sound), wave_form.wave_of(file.path)
    guessed = (
        codec == "aac" and type(sound).__name__ == "AAC"
    )  # such a file has no header that tells its length
    seconds = wave.seconds if guessed and wave else getattr(info, "length", 0.0)
    duration = round(seconds, 3) if math.isfinite(seconds) and seconds > 0 else None
    metadata = {
        "codec": codec,
        "duration_s": duration,
        "bitrate_bps": int(getattr(info, "bitrate", 0)),
        "sample_rate_hz": 48_000 if codec == "opus" else getattr(info, "sample_rate", None),
        "channels": getattr(info, "channels", None),
        "bits_per_sample": None if codec == "aac" else getattr(info, "bits_per_sample", None),
        "tags": tags_of(sound.tags),
        "pictures": len(pictures_of(sound)),
        "peaks": wave.peaks if wave else None,
    }
    kept = {name: value for name, value in metadata.items() if value}
    return Found(kept, Media(duration_s=duration))


@keep_last
def preview(file: File, bounds: Bounds) -> Image | None:
    """The picture that the file brings along, else the shape of its wave."""
    sound = _opened(file)
    for data in pictures_of(sound) if sound is not None else []:
        if (cover := _cover(data, bounds)) is not None:
            return cover
    return wave_form.picture_of(file.path)


def _opened(file: File) -> Any:
    """The file as mutagen has it; None where mutagen does not know its format."""
    import mutagen

    try:
        with io.FileIO(file.path) as raw, io.BufferedReader(raw) as stream:
            # mutagen looks at the name too, where the first bytes leave several formats open
            raw.name = SUFFIXES.get(file.mime_type) or file.filename
            return mutagen.File(stream)
    except mutagen.MutagenError as fault:
        reason = clean_text(str(fault))[:200] or type(fault).__name__
        raise Unreadable(f"The sound cannot be read: {reason}") from None


def _by_decoder(file: File) -> Found:
    found = decoder.probe(file.path) if decoder.available() else None
    if found is None or not found.audio:
        raise Unreadable("This kind of sound is not known.")
    return Found(found.as_json() | wave_form.as_json(file.path), Media(duration_s=found.duration_s))


def _codec(sound: Any) -> str | None:
    name = type(sound).__name__
    if name == "MP4":
        codec = str(getattr(sound.info, "codec", ""))
        return "aac" if codec.startswith("mp4a.40") else codec.partition(".")[0] or None
    if name == "ASF":
        return WINDOWS_MEDIA.get(sound.info.codec_type, sound.info.codec_type or None)
    if name == "MP3":
        return f"mp{sound.info.layer}"
    return CODECS.get(name, name.lower())


def _cover(data: bytes, bounds: Bounds) -> Image | None:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=COVER_FORMATS) as picture:
            picture.draft("RGB", preview_size(picture.size))
            return made_preview(picture) if picture.width * picture.height <= bounds.image_pixels else None
    except Exception:  # whatever the decoder says of it: a broken picture is no picture
        return None


READER = Reader("audio", 1, takes, read, preview)
