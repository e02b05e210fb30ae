"""Pictures without people: hills, a sea, a town at night, a wood; and the pattern that stands for a model."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

from PIL import Image

from sample.canvas import Canvas, Colour, Point, colour, ellipse, mixed
from sample.look import GROUNDS

WHITE, BLACK = (255, 255, 255), (12, 10, 20)
LAMP = (255, 205, 124)


def draw(scene: str, width: int, height: int, dice: Random) -> Image.Image:
    """The scene by its name, in the light of one of the grounds."""
    canvas = Canvas(width, height)
    canvas.place(0, 0, height)
    wide = width / height
    light = [colour(text) for text in GROUNDS[dice.choice([name for name in GROUNDS if name != "night"])]]
    if scene == "town":
        light = [colour(text) for text in GROUNDS["night"]]
    SCENES[scene](canvas, wide, light, dice)
    canvas.darken_corners(0.3)
    return canvas.done()


def ridge(wide: float, base: float, rough: float, dice: Random) -> list[Point]:
    """The edge of a range of hills, from left to right: three waves on each other."""
    waves = [(dice.uniform(1, 2.2) * 2**n, dice.uniform(0, math.tau), rough / 1.9**n) for n in range(3)]
    steps = 90
    return [
        (
            wide * step / steps,
            base - sum(tall * math.sin(wide * step / steps * often + at) for often, at, tall in waves),
        )
        for step in range(steps + 1)
    ]


def sky(canvas: Canvas, wide: float, light: list[Colour], dice: Random) -> Point:
    """Answers where the sun is."""
    warm = mixed(light[0], (255, 226, 190), 0.55)
    canvas.ground(mixed(light[1], light[2], 0.3), light[1], warm, mixed(warm, light[0], 0.4))
    canvas.place(0, 0, canvas.height)
    sun = (wide * dice.uniform(0.18, 0.82), dice.uniform(0.24, 0.42))
    canvas.fill(ellipse(*sun, 0.3), WHITE, 0.25, 0.14)
    canvas.fill(ellipse(*sun, dice.uniform(0.06, 0.12)), mixed(WHITE, warm, 0.2), 0.95)
    return sun


def hills(canvas: Canvas, wide: float, light: list[Colour], dice: Random) -> None:
    sky(canvas, wide, light, dice)
    far, near = mixed(light[1], light[2], 0.4), mixed(light[3], BLACK, 0.35)
    for number in range(5):
        base = 0.5 + number * 0.1
        edge = ridge(wide, base, 0.06 - number * 0.004, dice)
        canvas.fill([*edge, (wide, 1.1), (0, 1.1)], mixed(far, near, number / 4))
        mist = [(x, y + 0.06) for x, y in edge]
        canvas.fill([*mist, (wide, base + 0.2), (0, base + 0.2)], light[0], 0.1, 0.05)


def sea(canvas: Canvas, wide: float, light: list[Colour], dice: Random) -> None:
    sun_x, _ = sky(canvas, wide, light, dice)
    edge = ridge(wide, 0.6, 0.025, dice)
    canvas.fill([*edge, (wide, 0.62), (0, 0.62)], mixed(light[2], light[1], 0.3))
    canvas.fill([(0, 0.62), (wide, 0.62), (wide, 1.1), (0, 1.1)], mixed(light[2], light[3], 0.25))
    canvas.fill([(0, 0.8), (wide, 0.8), (wide, 1.1), (0, 1.1)], light[3], 0.6, 0.12)
    for _ in range(34):
        y = 0.63 + dice.random() ** 1.6 * 0.35
        half = dice.uniform(0.01, 0.05) * (0.5 + y)
        x = sun_x + dice.gauss(0, 0.05 + (y - 0.6) * 0.4)
        canvas.line([(x - half, y), (x + half, y)], WHITE, 0.005 + (y - 0.6) * 0.01, dice.uniform(0.25, 0.7))
    x, y = wide * dice.uniform(0.2, 0.8), 0.66
    canvas.fill([(x - 0.05, y), (x + 0.06, y), (x + 0.04, y + 0.02), (x - 0.035, y + 0.02)], BLACK, 0.85)
    canvas.fill([(x, y - 0.012), (x, y - 0.13), (x + 0.055, y - 0.02)], mixed(light[0], WHITE, 0.5))


def town(canvas: Canvas, wide: float, light: list[Colour], dice: Random) -> None:
    canvas.ground(
        light[1], light[2], mixed(light[0], (190, 110, 110), 0.4), mixed(light[0], (190, 110, 110), 0.25)
    )
    for _ in range(60):
        canvas.fill(ellipse(dice.random() * wide, dice.random() * 0.5, 0.002), WHITE, dice.uniform(0.3, 0.9))
    moon = (wide * dice.uniform(0.2, 0.8), 0.22)
    canvas.fill(ellipse(*moon, 0.2), (220, 220, 255), 0.25, 0.1)
    canvas.fill(ellipse(*moon, 0.07), (244, 240, 226))
    for row in range(3):
        x = -0.05
        while x < wide:
            broad, top = dice.uniform(0.09, 0.2), dice.uniform(0.46, 0.66) + row * 0.11
            paint = mixed(light[0], light[3], 0.45 + row * 0.25)
            roof = [(x, top), (x + broad / 2, top - dice.uniform(0.02, 0.12)), (x + broad, top)]
            canvas.fill([*roof, (x + broad, 1.1), (x, 1.1)], paint)
            for _ in range(dice.randrange(2, 6)):
                at = (x + broad * dice.uniform(0.18, 0.72), top + dice.uniform(0.03, 0.25))
                pane = [at, (at[0] + 0.02, at[1]), (at[0] + 0.02, at[1] + 0.03), (at[0], at[1] + 0.03)]
                canvas.fill([(a - 0.01, b - 0.01) for a, b in pane], LAMP, 0.3, 0.03)
                canvas.fill(pane, LAMP, 0.9)
            x += broad * dice.uniform(0.85, 1.05)


def wood(canvas: Canvas, wide: float, light: list[Colour], dice: Random) -> None:
    canvas.ground(light[1], light[0], light[2], light[1])
    canvas.fill(ellipse(wide * dice.uniform(0.3, 0.7), 0.4, 0.45), mixed(light[0], WHITE, 0.5), 0.55, 0.18)
    for row in range(4):
        paint = mixed(light[1], mixed(light[3], BLACK, 0.45), 0.2 + row * 0.26)
        ground = ridge(wide, 0.74 + row * 0.08, 0.02, dice)
        canvas.fill([*ground, (wide, 1.1), (0, 1.1)], paint)
        for _ in range(round(wide * (9 - row * 1.6))):
            x, base = dice.uniform(-0.05, wide + 0.05), 0.78 + row * 0.08
            tall, half = (
                dice.uniform(0.28, 0.5) * (0.8 + row * 0.25),
                dice.uniform(0.035, 0.06) * (0.8 + row * 0.3),
            )
            for part in range(4):
                top = base - tall + part * tall * 0.2
                spread = half * (0.45 + part * 0.24)
                canvas.fill(
                    [(x, top), (x + spread, top + tall * 0.34), (x - spread, top + tall * 0.34)], paint
                )
        canvas.fill(
            [
                (0, 0.8 + row * 0.08),
                (wide, 0.8 + row * 0.08),
                (wide, 0.9 + row * 0.08),
                (0, 0.9 + row * 0.08),
            ],
            light[0],
            0.1,
            0.06,
        )


def pattern(canvas: Canvas, wide: float, light: list[Colour], dice: Random) -> None:
    canvas.ground(light[1], light[2], light[2], light[3])
    for _ in range(34):
        spot = ellipse(dice.random() * wide, dice.random(), dice.uniform(0.02, 0.17))
        canvas.fill(spot, mixed(dice.choice(light), WHITE, dice.uniform(0, 0.5)), 0.34)


SCENES: dict[str, Callable[[Canvas, float, list[Colour], Random], None]] = {
    "hills": hills,
    "sea": sea,
    "town": town,
    "wood": wood,
    "pattern": pattern,
}
