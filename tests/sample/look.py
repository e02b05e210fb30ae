"""How somebody looks, and how one picture of them is taken."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from sample.canvas import Colour, colour

SKINS = {
    "porcelain": "#f6dccb",
    "fair": "#efc6a8",
    "sand": "#dfa981",
    "honey": "#c98d62",
    "bronze": "#a86f48",
    "umber": "#7d4f33",
    "ebony": "#573726",
    "moss": "#8fb39c",
    "lilac": "#a79dca",
    "frost": "#b7c7d6",
}
HAIRS = {
    "black": "#1e1b20",
    "espresso": "#33241d",
    "chestnut": "#5f3824",
    "copper": "#9a4a25",
    "honey": "#c2934f",
    "straw": "#ddbd7f",
    "silver": "#cfcdcb",
    "white": "#efece6",
    "ink": "#2d3b5a",
    "plum": "#53366b",
    "pine": "#2b4d44",
    "rose": "#b9657c",
}
GROUNDS = {
    "dusk": ("#8fb0cc", "#5d7cb4", "#46508f", "#2b2f63"),
    "sage": ("#cdd8b7", "#a4b98d", "#6f8b68", "#40573f"),
    "plum": ("#d9b6cd", "#b58bb0", "#7d5687", "#45305a"),
    "clay": ("#f0cdb0", "#dd9f7c", "#b16a52", "#6b3a35"),
    "sand": ("#f2e6cf", "#e0c9a1", "#b99a70", "#7b6248"),
    "teal": ("#b6d9d4", "#7fb5b1", "#43807f", "#1f4b52"),
    "rose": ("#f4d3d3", "#dea6ab", "#b06c7c", "#6a3d55"),
    "slate": ("#c9d0d8", "#98a4b2", "#5f6d80", "#333e50"),
    "ochre": ("#f3dca0", "#dfb25e", "#ad7b35", "#64441f"),
    "night": ("#454b74", "#2d3158", "#1d1f3d", "#121228"),
}
"""The four corners of a ground, from the light one to the dark one."""


@dataclass(frozen=True)
class Look:
    """What stays the same in all pictures of somebody."""

    skin: str = "sand"
    hair: str = "espresso"
    style: str = "short"
    ground: str = "dusk"
    cloth: str = "#4d5f7a"
    wear: str = "round"
    eyes: str = "#4a3426"
    extras: frozenset[str] = frozenset()
    being: str = "person"

    def has(self, extra: str) -> bool:
        return extra in self.extras


@dataclass(frozen=True)
class Pose:
    """What differs from picture to picture."""

    turn: float = 0.0
    """Where the face looks, from -1 (left) to 1 (right)."""
    tilt: float = 0.0
    zoom: float = 1.0
    smile: float = 0.5
    closed: bool = False
    lit: int = 1
    """The side the light comes from: -1 or 1."""
    ground: str = "dusk"
    cloth: Colour = (77, 95, 122)
    behind: str = "halo"


BEHIND = ("halo", "halo", "lights", "window", "hills", "arch")


def posed(look: Look, number: int, dice: Random) -> Pose:
    """The first picture of somebody is the plain portrait; those after it differ."""
    if number == 0:
        return Pose(
            turn=dice.uniform(-0.35, 0.35),
            tilt=dice.uniform(-2, 2),
            smile=dice.uniform(0.3, 0.8),
            lit=dice.choice((-1, 1)),
            ground=look.ground,
            cloth=colour(look.cloth),
        )
    cloths = (
        "#3d4f6b",
        "#7c4a3f",
        "#5d6b4f",
        "#8a7560",
        "#4b3f5e",
        "#b08a4e",
        "#35524f",
        "#a9a39a",
        "#6d3346",
    )
    return Pose(
        turn=dice.uniform(-0.9, 0.9),
        tilt=dice.uniform(-8, 8),
        zoom=dice.choice((0.8, 0.95, 1.0, 1.2, 1.45)),
        smile=dice.uniform(0.05, 1.0),
        closed=dice.random() < 0.2,
        lit=dice.choice((-1, 1)),
        ground=dice.choice((look.ground, *GROUNDS)),
        cloth=colour(look.cloth if dice.random() < 0.55 else dice.choice(cloths)),
        behind=dice.choice(BEHIND),
    )
