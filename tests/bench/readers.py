"""What is read from real files, beside what ExifTool, ffprobe and ImageMagick say: a table, differences marked."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from real_files import FILES, Facts, missing_programs

from faceforge_storage.ingest.mime import HEAD_BYTES, sniff
from faceforge_storage.ingest.reader import Bounds, File, Unreadable
from faceforge_storage.ingest.registry import READERS

TOLERANCE = 0.06
"""Seconds in which two lengths are the same: a frame of sound is up to 0.05 s, and coders pad."""
COLOUR = 6
"""Of 255: how far two colours may be apart in each channel."""

TURNED = "It gives the size as stored; FaceForge the size as shown, after the orientation."
EXPLAINED = {
    ("photo.jpg", "size", ""): TURNED,
    ("turned.mp4", "size", ""): TURNED,
    (
        "photo.jpg",
        "taken at",
        "ExifTool",
    ): "It gives what the camera showed; FaceForge UTC, by the zone.",
    (
        "palette.png",
        "bits",
        "identify",
    ): "It gives the bits of a channel of the colours; FaceForge those of the index.",
    ("wide-pixels.mp4", "size", "ffprobe"): "It gives the pixels as stored; FaceForge square ones, as shown.",
    ("tone.ogg", "duration", "ExifTool"): "It divides the size by the nominal bit rate.",
    ("tone.mp3", "duration", "ExifTool"): "It divides the size by the bit rate of the first frame.",
    ("tone.mp3", "sample rate", "ExifTool"): "With -n it gives the number of the rate in its table.",
    (
        "tone.wma",
        "duration",
        "ExifTool",
    ): "It does not take off the time that a player is to fill its buffer.",
    ("screen.avi", "sample rate", "ExifTool"): "It gives how many blocks of sound there are in a second.",
    ("screen.ts", "sample rate", "ExifTool"): "With -n it gives the number of the rate in its table.",
}
"""(file, fact, program or "" for all) -> why it says something else than FaceForge."""


def ours(path: Path) -> tuple[Facts, float]:
    """What the readers find, and the seconds they take."""
    data = path.read_bytes()
    file = File(
        path,
        hashlib.sha256(data).hexdigest(),
        len(data),
        sniff(data[:HEAD_BYTES], path.name),
        path.name,
        "file",
    )
    facts: Facts = {}
    begun = time.perf_counter()
    for reader in READERS:
        if not reader.takes(file) or not reader.available():
            continue
        try:
            found = reader.read(file, Bounds())
        except Unreadable as fault:
            facts[f"{reader.name} failed"] = str(fault)
            continue
        media, said = found.media, dict(found.metadata)
        facts |= known(
            {
                "size": f"{media.width}x{media.height}" if media.width else None,
                "duration": seconds(media.duration_s),
                "pages": media.pages,
                "color": media.color,
                "taken at": media.taken_at and media.taken_at[:19],
                "alpha": media.has_alpha,
            }
        )
        facts |= known(of_reader(reader.name, said))
    return facts, time.perf_counter() - begun


def of_reader(name: str, said: dict[str, Any]) -> dict[str, Any]:
    if name == "image":
        place = said.get("place") or {}
        return {
            "frames": said.get("frames"),
            "mode": said.get("mode"),
            "bits": said.get("bits"),
            "place": f"{place['latitude']:g}, {place['longitude']:g}" if place else None,
        }
    if name in ("audio", "video"):
        track = (said.get("video") or said.get("audio") or [said])[0]
        sound = (said.get("audio") or [said])[0]
        return {
            "codec": track.get("codec"),
            "sample rate": sound.get("sample_rate_hz"),
            "title": said.get("tags", {}).get("title"),
        }
    if name == "generation":
        return {
            **{key: said.get(key) for key in ("prompt", "seed", "steps")},
            "model": (said.get("model") or {}).get("name"),
            "loras": ", ".join(each["name"] for each in said.get("loras") or []),
        }
    if name == "safetensors":
        return {
            "rank": said.get("rank"),
            "base model": said.get("base_model"),
            "trained on": (said.get("training_images") or {}).get("count")
            if isinstance(said.get("training_images"), dict)
            else said.get("training_images"),
            "trigger words": ", ".join(said.get("trigger_words") or []),
        }
    return {"title": said.get("title")}


def of_exiftool(path: Path) -> Facts:
    said = spoken("exiftool", "-json", "-n", str(path))
    found = json.loads(said or "[{}]")[0]
    taken = found.get("DateTimeOriginal") or found.get("MediaCreateDate") or found.get("CreateDate")
    place = (found.get("GPSLatitude"), found.get("GPSLongitude"))
    return known(
        {
            "size": f"{found['ImageWidth']}x{found['ImageHeight']}" if "ImageWidth" in found else None,
            "duration": seconds(found.get("Duration")),
            "pages": found.get("PageCount"),
            "frames": found.get("FrameCount"),
            "taken at": str(taken)[:19].replace(":", "-", 2).replace(" ", "T") if taken else None,
            "sample rate": found.get("AudioSampleRate") or found.get("SampleRate"),
            "title": found.get("Title"),
            "bits": str(found.get("BitsPerSample") or found.get("BitDepth") or "").split(" ", maxsplit=1)[0],
            "place": f"{place[0]:g}, {place[1]:g}" if None not in place else None,
        }
    )


def of_ffprobe(path: Path) -> Facts:
    found = json.loads(
        spoken("ffprobe", "-v", "error", "-of", "json", "-show_format", "-show_streams", str(path)) or "{}"
    )
    streams, whole = found.get("streams", []), found.get("format", {})
    if whole.get("format_name", "").endswith("_pipe") or not streams:
        return {}
    video = next((each for each in streams if each["codec_type"] == "video"), {})
    audio = next((each for each in streams if each["codec_type"] == "audio"), {})
    tags = {**streams[0].get("tags", {}), **whole.get("tags", {})}
    return known(
        {
            "size": f"{video['width']}x{video['height']}" if video else None,
            "duration": seconds(whole.get("duration")),
            "codec": (video or audio).get("codec_name"),
            "sample rate": audio.get("sample_rate"),
            "title": tags.get("title"),
            "taken at": tags.get("creation_time", "")[:19],
        }
    )


def of_identify(path: Path) -> Facts:
    lines = spoken("identify", "-format", r"%wx%h %n %A %[colorspace] %z %m\n", str(path)).splitlines()
    if not lines or path.suffix in (".mp4", ".mov", ".avi", ".mkv", ".webm", ".ts", ".pdf"):
        return {}
    size, frames, alpha, space, bits, _ = lines[0].split(" ")
    several = "pages" if path.suffix == ".tif" else "frames"
    words = (
        "convert",
        f"{path}[0]",
        "-auto-orient",
        "-colorspace",
        "sRGB",
        "-scale",
        "1x1!",
        "-depth",
        "8",
        "rgb:-",
    )
    colour = spoken_bytes(*words)
    return known(
        {
            "size": size,
            several: frames if int(frames) > 1 else None,
            "alpha": alpha.lower() in ("true", "blend"),
            "mode": "CMYK" if space == "CMYK" else None,
            "bits": bits,
            "color": "#" + colour.hex() if alpha.lower() not in ("true", "blend") else None,
        }
    )


def known(facts: dict[str, Any]) -> Facts:
    said = {
        name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in facts.items()
    }
    return {name: text for name, text in said.items() if text not in ("", "None")}


def seconds(value: Any) -> str | None:
    """Also of `00:01:02.5`."""
    if value is None:
        return None
    parts = str(value).split(":")
    return f"{sum(float(part) * 60**power for power, part in enumerate(reversed(parts))):.3f}"


def spoken(*words: str) -> str:
    return spoken_bytes(*words).decode()


def spoken_bytes(*words: str) -> bytes:
    return subprocess.run(words, check=False, capture_output=True).stdout


def same(fact: str, one: str, other: str) -> bool:
    if fact == "duration":
        return abs(float(one) - float(other)) <= TOLERANCE
    if fact == "color":
        channels = zip(bytes.fromhex(one[1:]), bytes.fromhex(other[1:7]), strict=True)
        return all(abs(a - b) <= COLOUR for a, b in channels)
    if fact == "codec" and one == "pcm":
        return other.startswith("pcm_")
    return one == other


def main() -> int:
    if lacking := missing_programs():
        print(f"These programs are needed: {', '.join(lacking)}", file=sys.stderr)
        return 1
    columns = ("as made", "FaceForge", "ExifTool", "ffprobe", "identify")
    print(f"| file | fact | {' | '.join(columns)} |\n|---|---|{'---|' * len(columns)}")
    notes: list[str] = []
    unexplained = wrong = 0
    with tempfile.TemporaryDirectory() as directory:
        for name, (make, made) in FILES.items():
            path = Path(directory) / name
            make(path)
            read, took = ours(path)
            others = {
                "ExifTool": of_exiftool(path),
                "ffprobe": of_ffprobe(path),
                "identify": of_identify(path),
            }
            title = f"{name} ({took * 1000:.0f} ms)"
            for fact in dict.fromkeys([*made, *read]):
                value, cells = read.get(fact), []
                if fact in made and (value is None or not same(fact, value, made[fact])):
                    wrong += 1
                    cells.append(f"**{made[fact]}**")
                else:
                    cells.append(made.get(fact, ""))
                cells.append(value or "")
                for program, facts in others.items():
                    theirs = facts.get(fact, "")
                    if theirs and value and not same(fact, value, theirs):
                        reason = explained(name, fact, program)
                        unexplained += reason is None
                        if (note := reason or "not explained") not in notes:
                            notes.append(note)
                        theirs = f"≠ {theirs} [{notes.index(note) + 1}]"
                    cells.append(theirs)
                print(
                    f"| {title} | {fact} | {' | '.join(each.replace('|', '/') for each in cells)} |",
                    flush=True,
                )
                title = ""
    print()
    for number, note in enumerate(notes, 1):
        print(f"[{number}] {note}")
    print(
        f"\n{len(FILES)} files; {wrong} facts other than they were made, {unexplained} differences not explained"
    )
    return 1 if wrong or unexplained else 0


def explained(name: str, fact: str, program: str) -> str | None:
    """Why a program says something else than we do; None where nobody knows."""
    for (file, about, by), reason in EXPLAINED.items():
        if file in (name, "") and about == fact and by in (program, ""):
            return reason
    return None


if __name__ == "__main__":
    sys.exit(main())
