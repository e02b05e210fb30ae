"""Which files there are in the sample library, and to whom they belong. What is in them is made by `studio`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from sample.cast import CAST, Member
from sample.models import PLACES

NATIVE = {"layla": "ليلى", "anna": "Анна", "noa": "נועה"}
"""Names of files that are not in Latin letters."""
WORDS = ("rooftop", "portrait", "winter coat", "studio light", "lantern test", "turnaround", "close up", "harbour",
         "quay at dusk",          "costume fitting", "reference", "laughing", "profile", "on the stairs")  # fmt: skip
SIZES = ((640, 800), (640, 800), (768, 768), (960, 640), (640, 960), (800, 1000))
WIDE = ((1280, 720), (1200, 800), (1400, 600), (1000, 750))
LIBRARY_WORDS = {
    "hills": "moor",
    "sea": "harbour mouth",
    "town": "lower harbour by night",
    "wood": "pine road",
}


@dataclass(frozen=True)
class Planned:
    """One file, and what Core is told of it."""

    filename: str
    makes: str
    """What makes its bytes: portrait, pair, scene, sound, model, pattern, paper or text."""
    kind: str
    of: tuple[str, ...] = ()
    role: str = ""
    tags: tuple[str, ...] = ()
    number: int = 0
    size: tuple[int, int] = (0, 0)
    scene: str = ""
    """The scene, or the sound."""
    made_by: str = ""
    """The program that would have made it: ComfyUI or A1111; none for a photograph."""
    from_file: str = ""
    """The file it was made from."""


def planned() -> list[Planned]:
    """All files in the order in which they come in: first the picture of each, so that the gallery has faces while
    the rest comes; then mixed, as they are in a library that somebody has used for long."""
    files = [*(each for member in CAST for each in _files_of(member)), *_shared(), *_of_nobody()]
    Random("order").shuffle(files)
    faces = {(member.key,): -at for at, member in enumerate(CAST)}
    """The first of the cast comes last, and so is what changed last."""

    def turn(each: Planned) -> tuple[int, int]:
        if each.makes == "portrait" and each.number == 0:
            return 0, faces[each.of]
        return (2 if each.from_file else 1), 0  # what was made from another comes after it

    return sorted(files, key=turn)


def _files_of(member: Member) -> Iterator[Planned]:
    dice = Random(member.key)  # the same library each time is wanted
    for number in range(member.count("pictures")):
        yield _picture(member, number, dice)
    for number in range(member.count("scenes")):
        scene = dice.choice(tuple(LIBRARY_WORDS))
        name = f"{member.key}_{LIBRARY_WORDS[scene].replace(' ', '-')}_{number + 1:02}.jpg"
        yield Planned(
            name,
            "scene",
            "image.original",
            (member.key,),
            "place",
            ("background",),
            number,
            dice.choice(WIDE),
            scene,
        )
    for number in range(member.count("sounds")):
        yield _sound(member, number, dice)
    if member.count("model"):
        model = f"{member.key}_v2.safetensors"
        preview = f"{member.key}_v2 preview.png"
        yield Planned(
            model, "model", "model.lora", (member.key,), "model", ("lora", "sdxl"), member.count("pictures")
        )
        yield Planned(
            preview,
            "pattern",
            "image.generated",
            (member.key,),
            "preview",
            (),
            0,
            (512, 512),
            from_file=model,
        )
    if "protagonist" in member.tags or member.key in ("ysolde", "tarn", "cobalt"):
        yield Planned(
            f"{member.key} - notes for artists.pdf", "paper", "doc.pdf", (member.key,), "notes", ("bible",)
        )
        yield Planned(f"{member.key}_take2_transcript.txt", "text", "doc.text", (member.key,), "transcript")


def _picture(member: Member, number: int, dice: Random) -> Planned:
    """The first is the portrait that stands for them."""
    name = NATIVE.get(member.key, member.key)
    word, size = dice.choice(WORDS), dice.choice(SIZES)
    common: dict[str, Any] = {"of": (member.key,), "number": number}
    if number == 0:
        return Planned(
            f"{name} - portrait.jpg",
            "portrait",
            "image.original",
            role="portrait",
            size=(800, 1000),
            tags=("portrait", "approved"),
            **common,
        )
    way = dice.random()
    if way < 0.45:
        file = dice.choice((f"IMG_{2040 + dice.randrange(900)}.jpg", f"{name} {word} {number:02}.jpg"))
        return Planned(
            file,
            "portrait",
            "image.original",
            role="reference",
            size=size,
            tags=dice.choice(((), ("photo",), ("photo", word))),
            **common,
        )
    program = "ComfyUI" if way < 0.75 else "A1111"
    ending = "webp" if way > 0.92 else "png"
    file = f"{name}_{word.replace(' ', '_')}_{dice.randrange(1000, 9999):05}_.{ending}"
    return Planned(
        file,
        "portrait",
        "image.generated",
        role="concept",
        size=size,
        tags=("generated",),
        made_by=program if ending == "png" else "",
        **common,
    )


def _sound(member: Member, number: int, dice: Random) -> Planned:
    if member.key in ("heron", "kestrel", "salt"):
        return Planned(f"{member.key} - sea at the marsh.wav", "sound", "audio.clip", (member.key,), "ambience",
                       ("ambience",), number, scene="sea")  # fmt: skip
    if member.key == "cobalt":
        return Planned(
            f"bell_{number + 1}_struck.wav",
            "sound",
            "audio.clip",
            (member.key,),
            "ambience",
            ("bell",),
            number,
            scene="bell",
        )
    ending = "flac" if number % 2 == 0 else "wav"
    name = NATIVE.get(member.key, member.key)
    word = dice.choice(("interview", "line 14", "whisper", "laughing", "warm-up"))
    return Planned(f"{name} - {word} - take {number + 1}.{ending}", "sound", "audio.clip", (member.key,), "voice",
                   ("voice",), number, scene="voice")  # fmt: skip


def _shared() -> Iterator[Planned]:
    """Pictures of two, linked to both."""
    pairs = (("mira", "tarn"), ("mira", "juno"), ("ysolde", "ash"), ("emeka", "zuri"), ("mira", "ysolde"),
             ("anna", "teodora"), ("idris", "tarn"), ("pim", "hollis"), ("odalys", "marguerite"),
             ("lux", "wren"))  # fmt: skip
    for number, pair in enumerate(pairs):
        yield Planned(
            f"{' and '.join(pair)}.jpg",
            "pair",
            "image.original",
            pair,
            "together",
            ("together",),
            number,
            (1200, 800),
        )


def _of_nobody() -> Iterator[Planned]:
    """Files that nobody has been linked to yet."""
    dice = Random("nobody")  # the same library each time is wanted
    for number in range(9):
        scene = dice.choice(tuple(LIBRARY_WORDS))
        yield Planned(f"scan_{number + 1:04}.jpg", "scene", "image.original", tags=("to sort",), number=number + 50,
                      size=dice.choice(WIDE), scene=scene)  # fmt: skip
    yield Planned("world notes 📖.md", "text", "doc.text", tags=("bible",), number=1)
    yield Planned(
        "harbour_ambience_loop.wav", "sound", "audio.clip", tags=("ambience",), number=9, scene="sea"
    )


def prompt_of(planned: Planned, dice: Random) -> str:
    member = next(each for each in CAST if each.key in planned.of)
    return f"portrait of {member.key}, {dice.choice(PLACES)}, painted, soft light, muted colours"
