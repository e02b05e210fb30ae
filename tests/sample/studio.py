"""Makes the bytes of a planned file. Each is made from its own name, so that they can be made in any order."""

from __future__ import annotations

import io
from random import Random

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from sample import lore, models, papers, portrait, scenes, sounds
from sample.cast import CAST
from sample.library import Planned, prompt_of
from sample.look import posed

MEMBERS = {member.key: member for member in CAST}
MAKER, MODEL, SOFTWARE, WHEN, TITLE, PHOTO = 0x010F, 0x0110, 0x0131, 0x9003, 0x010E, 0x8769
EXPOSURE, APERTURE, SPEED, FOCUS = 0x829A, 0x829D, 0x8827, 0x920A
"""Numbers of EXIF."""


def make(planned: Planned) -> bytes:
    """What is in the file; the same for the same plan."""
    dice = Random(planned.filename)  # the same library each time is wanted
    match planned.makes:
        case "sound":
            return _sound(planned, dice)
        case "model":
            key = planned.of[0]
            return models.as_safetensors(
                f"{key}_ff", f"{MEMBERS[key].name}, second try", planned.number, dice
            )
        case "paper":
            name = MEMBERS[planned.of[0]].name
            return papers.as_pdf(
                f"{name}: notes for artists", "The sample library", "\n\n".join([lore.NOTES] * 3)
            )
        case "text":
            if not planned.of:
                return lore.NOTES.encode()
            return lore.TRANSCRIPT.replace("{name}", MEMBERS[planned.of[0]].name.upper()).encode()
    return _saved(_drawn(planned, dice), planned, dice)


def _drawn(planned: Planned, dice: Random) -> Image.Image:
    wide, tall = planned.size
    if planned.makes in ("scene", "pattern"):
        return scenes.draw(planned.scene or "pattern", wide, tall, dice)
    looks = [MEMBERS[key].look for key in planned.of]
    if planned.makes == "pair":
        one = posed(looks[0], planned.number + 1, dice)
        return portrait.draw_pair((looks[0], looks[1]), one, wide, tall, dice)
    return portrait.draw(looks[0], posed(looks[0], planned.number, dice), wide, tall, dice)


def _saved(picture: Image.Image, planned: Planned, dice: Random) -> bytes:
    """In the form that its name says, with what a camera or a generator writes into it."""
    written = io.BytesIO()
    if planned.filename.endswith(".png"):
        said = PngInfo()
        trigger = planned.of[0] if MEMBERS[planned.of[0]].count("model") else ""
        if planned.made_by == "ComfyUI":
            said.add_itxt("prompt", models.workflow(prompt_of(planned, dice), trigger, planned.size, dice))
        elif planned.made_by:
            said.add_itxt(
                "parameters", models.parameters(prompt_of(planned, dice), trigger, planned.size, dice)
            )
        picture.save(written, "PNG", pnginfo=said, compress_level=4)
    elif planned.filename.endswith(".webp"):
        picture.save(written, "WEBP", quality=86, method=2)
    else:
        picture.save(written, "JPEG", quality=88, exif=_exif(dice))
    return written.getvalue()


def _exif(dice: Random) -> Image.Exif:
    """As a camera writes it; the years of the pictures are those of the story's making."""
    exif = Image.Exif()
    exif[MAKER], exif[MODEL] = "Lantern Optics", dice.choice(("Lantern Optics L-9", "Lantern Optics Pocket"))
    photo = exif.get_ifd(PHOTO)
    day, hour = dice.randrange(1, 29), dice.randrange(8, 22)
    photo[WHEN] = (
        f"{dice.choice((2023, 2024, 2025, 2025))}:{dice.randrange(1, 13):02}:{day:02} "
        f"{hour:02}:{dice.randrange(60):02}:12"
    )
    photo[EXPOSURE], photo[APERTURE] = 1 / dice.choice((60, 125, 250)), dice.choice((1.8, 2.8, 4.0))
    photo[SPEED], photo[FOCUS] = dice.choice((100, 200, 800)), dice.choice((35.0, 50.0, 85.0))
    return exif


def _sound(planned: Planned, dice: Random) -> bytes:
    key = planned.of[0] if planned.of else "nobody"
    pitch = {"bell": 196.0, "sea": 0.0}.get(
        planned.scene, Random(key).uniform(105, 240)
    )  # a voice of one's own
    samples = sounds.SOUNDS[planned.scene](dice.uniform(3, 7), pitch, dice)
    if planned.filename.endswith(".wav"):
        return sounds.as_wav(samples)
    name = MEMBERS[key].name
    return sounds.as_flac(samples, {"TITLE": f"Take {planned.number + 1}", "ARTIST": name, "DATE": "2025"})
