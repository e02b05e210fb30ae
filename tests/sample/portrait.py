"""A portrait: a ground, shoulders, and a face that looks somewhere."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from PIL import Image

from sample import beings, face, hair
from sample.canvas import Canvas, Colour, colour, curve, ellipse, mixed
from sample.look import GROUNDS, HAIRS, SKINS, Look, Pose

WHITE, BLACK = (255, 255, 255), (12, 8, 14)
SHOULDERS = (
    "M 0 1.72 L 0.5 1.8 C 0.9 2.1 1.9 2.2 2.3 2.75 C 2.75 3.4 2.8 5.2 2.8 9.0 L -2.8 9.0 "
    "C -2.8 5.2 -2.75 3.4 -2.3 2.75 C -1.9 2.2 -0.9 2.1 -0.5 1.8"
)
NECK = "M 0.48 0.7 C 0.46 1.4 0.52 1.75 0.74 1.98 Q 0 2.75 -0.74 1.98 C -0.52 1.75 -0.46 1.4 -0.48 0.7"
COLLARS = {
    "round": "M -0.82 1.92 Q 0 2.95 0.82 1.92 L 0.94 2.04 Q 0 3.22 -0.94 2.04",
    "high": "M -0.62 1.28 Q 0 1.72 0.62 1.28 L 0.86 2.3 Q 0 2.8 -0.86 2.3",
    "shirt": "M -0.7 1.78 L 0 2.72 L 0.7 1.78 L 1.04 2.16 L 0.34 3.1 L 0 2.74 L -0.34 3.1 L -1.04 2.16",
    "robe": "M -0.9 1.86 L 0.1 3.6 L 0.95 1.86 L 1.3 2.1 L 0.3 4.4 L -0.15 4.4 L -1.3 2.1",
}


def draw(look: Look, pose: Pose, width: int, height: int, dice: Random) -> Image.Image:
    """The picture; the same arguments make the same one."""
    canvas = Canvas(width, height)
    corners = [colour(text) for text in GROUNDS[pose.ground]]
    if pose.lit > 0:
        corners = [corners[1], corners[0], corners[3], corners[2]]
    canvas.ground(*corners)
    draw_behind(canvas, pose, corners, dice)
    size = min(width, height * 0.8)
    canvas.place(
        width * (0.5 - pose.turn * 0.03),
        height * 0.415,
        size * 0.168 * pose.zoom,
        pose.tilt * pose.zoom**-0.5,
    )
    if look.being == "person":
        draw_person(canvas, look, pose)
    else:
        beings.DRAWN[look.being](canvas, look, pose)
    shade(canvas, pose)
    return canvas.done()


def draw_pair(looks: tuple[Look, Look], pose: Pose, width: int, height: int, dice: Random) -> Image.Image:
    """Two beside each other, on one ground, who look at each other."""
    canvas = Canvas(width, height)
    corners = [colour(text) for text in GROUNDS[pose.ground]]
    canvas.ground(*corners)
    draw_behind(canvas, replace(pose, behind="lights"), corners, dice)
    for look, x, turn in zip(looks, (0.3, 0.7), (0.7, -0.7), strict=True):
        theirs = replace(
            pose,
            turn=turn,
            tilt=turn * 4,
            smile=dice.uniform(0.2, 0.9),
            closed=False,
            cloth=colour(look.cloth),
        )
        canvas.place(width * x, height * dice.uniform(0.4, 0.46), height * 0.15, theirs.tilt)
        if look.being == "person":
            draw_person(canvas, look, theirs)
        else:
            beings.DRAWN[look.being](canvas, look, theirs)
    shade(canvas, pose)
    return canvas.done()


def draw_behind(canvas: Canvas, pose: Pose, corners: list[Colour], dice: Random) -> None:
    """What stands behind somebody."""
    canvas.place(0, 0, canvas.width)
    tall = canvas.height / canvas.width
    light = max(corners, key=sum)
    dark = min(corners, key=sum)
    if pose.behind == "halo":
        canvas.fill(ellipse(0.5 + pose.lit * 0.24, tall * 0.26, 0.36), mixed(light, WHITE, 0.5), 0.34)
    elif pose.behind == "lights":
        for _ in range(16):
            spot = ellipse(dice.random(), dice.random() * tall * 0.8, dice.uniform(0.02, 0.09))
            canvas.fill(
                spot, mixed((255, 214, 150), light, dice.random() * 0.5), dice.uniform(0.12, 0.4), 0.006
            )
    elif pose.behind == "window":
        for column in (0.56, 0.77):
            for row in (0.08, 0.34):
                pane = [
                    (column, row),
                    (column + 0.18, row),
                    (column + 0.18, row + 0.23),
                    (column, row + 0.23),
                ]
                shifted = [(x - (0.5 if pose.lit < 0 else 0), y) for x, y in pane]
                canvas.fill(shifted, mixed(light, WHITE, 0.65), 0.5, 0.008)
    elif pose.behind == "hills":
        for number, height in enumerate((0.5, 0.6, 0.72)):
            ridge = curve(
                f"M 0 {tall * (height + 0.04)} C 0.25 {tall * (height - 0.1)} 0.4 {tall * (height + 0.05)} "
                f"0.6 {tall * (height - 0.03)} C 0.8 {tall * (height - 0.12)} 0.9 {tall * height} 1 {tall * height}",
            )
            canvas.fill([*ridge, (1, tall), (0, tall)], mixed(dark, light, 0.5 - number * 0.2), 0.7)
    else:
        arch = curve(f"M 0.14 {tall} L 0.14 0.46 C 0.14 -0.02 0.86 -0.02 0.86 0.46 L 0.86 {tall}")
        canvas.fill(arch, mixed(light, WHITE, 0.25), 0.42)


def draw_person(canvas: Canvas, look: Look, pose: Pose) -> None:
    skin, paint = colour(SKINS[look.skin]), colour(HAIRS[look.hair])
    hair.draw_behind(canvas, look.style, paint, pose.cloth)
    draw_clothes(canvas, look, pose, skin)
    face.draw(canvas, look, pose, skin, paint)
    hair.draw_over(canvas, look.style, paint, pose.cloth, pose.turn)
    face.draw_extras(canvas, look, pose, skin)


def draw_clothes(canvas: Canvas, look: Look, pose: Pose, skin: Colour) -> None:
    shoulders, neck = curve(SHOULDERS), curve(NECK)
    canvas.fill(shoulders, pose.cloth)
    canvas.fill(ellipse(-pose.lit * 2.3, 4.0, 1.3, 3.0), BLACK, 0.26, 0.6, shoulders)
    canvas.fill(ellipse(pose.lit * 1.7, 2.7, 0.9, 0.5), WHITE, 0.16, 0.4, shoulders)
    canvas.fill(neck, mixed(skin, BLACK, 0.08))
    shadow = curve("M -1 0.6 L 1 0.6 L 0.6 1.4 Q 0.1 2.1 -0.6 1.4")
    canvas.fill(shadow, mixed(skin, (60, 10, 20), 0.62), 0.5, 0.12, neck)
    collar = curve(COLLARS[look.wear])
    canvas.fill(collar, mixed(pose.cloth, WHITE if look.wear == "shirt" else BLACK, 0.2))
    if look.wear == "robe":
        canvas.line(curve("M -1.1 2.0 L 0.08 4.1 L 1.12 2.0"), mixed(pose.cloth, WHITE, 0.35), 0.06, 0.8)


def shade(canvas: Canvas, pose: Pose) -> None:
    """The corners a little darker, as a lens makes them, and light from one side."""
    canvas.darken_corners(0.42)
    canvas.place(0, 0, canvas.width)
    canvas.fill(ellipse(0.5 + pose.lit * 0.55, -0.1, 0.45, 0.5), WHITE, 0.12, 0.2)
