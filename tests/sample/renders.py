"""A folder to bring in, for pictures of an import: new pictures of some people, somebody new, and what is not plain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

from sample import studio
from sample.cast import CAST
from sample.library import Planned, planned

SOME, EACH, AGAIN = 6, 4, 24
"""How many of the cast have a folder, how many pictures each, and how often each picture is in it."""
PADDING = 600_000
"""Bytes behind each picture, which make it another one and the import long enough to be looked at."""
NEW = "Sister Marrow"
UNKNOWN = '{"entities": [{"external_id": {"namespace": "stash", "value": "77aa-0b"}}]}'


def fill(folder: Path, seed: str = "renders") -> None:
    """Make the folder. With another `seed` each picture in it is another one, so that all come in once more."""
    dice = Random(seed)
    for name, picture in _pictures():
        content = studio.make(picture)
        for number in range(AGAIN):
            path = (
                folder
                / name
                / f"{2019 + number % 3}"
                / f"{name.lower()} - take {number} - {picture.filename}"
            )
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content + dice.randbytes(PADDING))
    wip = folder / "_wip"
    wip.mkdir(exist_ok=True)
    (wip / "seance_03.txt").write_text("Who is at the table?")
    (wip / "seance_03.txt_meta.json").write_text(UNKNOWN)
    (wip / "latest.psd").unlink(missing_ok=True)
    (wip / "latest.psd").symlink_to("gone.psd")


def _pictures() -> Iterator[tuple[str, Planned]]:
    """The name of a folder, and a picture in it."""
    portraits = [each for each in planned() if each.makes == "portrait" and not each.from_file]
    for member in CAST[:SOME]:
        own = [each for each in portraits if each.of == (member.key,)][:EACH]
        yield from ((member.name, replace(each, number=each.number + 100)) for each in own)
    yield from ((NEW, replace(each, number=each.number + 200)) for each in portraits[-EACH:])
