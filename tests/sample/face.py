"""A face, in units of half its width: ears, light and shade, eyes, brows, nose, mouth, and what is worn on it."""

from __future__ import annotations

from sample.canvas import Canvas, Colour, Shape, colour, curve, ellipse, mixed
from sample.look import Look, Pose

WHITE, BLACK = (255, 255, 255), (22, 12, 16)
HALF = "M 0 -1.28 C 0.74 -1.28 1.0 -0.8 0.98 -0.1 C 0.96 0.56 0.66 1.0 0.34 1.22 Q 0.16 1.33 0 1.33"
BEARD = (
    "M 0.97 0.02 C 0.98 0.62 0.7 1.1 0.36 1.34 Q 0.14 1.47 0 1.47 Q -0.14 1.47 -0.36 1.34 C -0.7 1.1 -0.98 0.62 "
    "-0.97 0.02 C -0.9 0.42 -0.72 0.6 -0.42 0.58 Q 0 0.46 0.42 0.58 C 0.72 0.6 0.9 0.42 0.97 0.02"
)


def outline() -> list[tuple[float, float]]:
    right = curve(HALF)
    return right + [(-x, y) for x, y in reversed(right)]


def draw(canvas: Canvas, look: Look, pose: Pose, skin: Colour, paint: Colour) -> None:
    """The head without the hair over it."""
    head = outline()
    draw_ears(canvas, look, pose, skin)
    canvas.fill(head, skin)
    dark = mixed(skin, (58, 14, 26), 0.55)
    canvas.fill(ellipse(-pose.lit * 0.98 + pose.turn * 0.2, 0.2, 0.5, 1.5), dark, 0.4, 0.3, head)
    canvas.fill(ellipse(pose.lit * 0.45, -0.45, 0.5, 0.6), WHITE, 0.2, 0.3, head)
    warm = 0.1 + 0.18 * sum(skin) / 765
    for side in (-1, 1):
        cheek = ellipse(side * 0.56 + pose.turn * 0.16, 0.48, 0.26, 0.2)
        canvas.fill(cheek, (214, 78, 66), warm, 0.13, head)
    if look.has("freckles"):
        for number, x in enumerate((-0.62, -0.5, -0.36, -0.2, 0.2, 0.36, 0.5, 0.62)):
            spot = ellipse(x + pose.turn * 0.18, 0.36 + 0.07 * (number % 3), 0.026)
            canvas.fill(spot, mixed(skin, (120, 50, 20), 0.6), 0.7)
    if look.has("beard"):
        beard = [(x + pose.turn * 0.05, y) for x, y in curve(BEARD)]
        canvas.fill(beard, paint)
        canvas.fill(ellipse(-pose.lit * 0.8, 0.8, 0.4, 0.7), BLACK, 0.2, 0.2, beard)
    draw_eyes(canvas, look, pose, skin, paint)
    draw_nose(canvas, pose, skin)
    draw_mouth(canvas, look, pose, skin)


def draw_ears(canvas: Canvas, look: Look, pose: Pose, skin: Colour) -> None:
    for side in (-1, 1):
        x = side * 0.98 - pose.turn * 0.1
        shape = ellipse(x, 0.14, 0.17, 0.3)
        if look.has("pointed"):
            shape = curve(
                "M 0.86 0.36 C 1.1 0.4 1.2 0.05 1.52 -0.5 C 1.2 -0.42 1.0 -0.3 0.86 -0.12", side < 0
            )
        canvas.fill(shape, mixed(skin, (90, 24, 24), 0.14))
        if look.has("earrings"):
            canvas.fill(ellipse(x + side * 0.03, 0.52, 0.075), (224, 176, 84))
            canvas.fill(ellipse(x + side * 0.01, 0.5, 0.025), WHITE, 0.8)


def draw_eyes(canvas: Canvas, look: Look, pose: Pose, skin: Colour, paint: Colour) -> None:
    ink = mixed(skin, BLACK, 0.82)
    brow = mixed(paint if look.style not in ("scarf", "none") else (60, 44, 40), BLACK, 0.25)
    for side in (-1, 1):
        x = side * 0.42 + pose.turn * 0.15
        wide = 0.215 * (1 - 0.22 * max(0.0, side * pose.turn))
        y = 0.08
        if pose.closed:
            canvas.line(
                curve(f"M {x - wide} {y + 0.02} Q {x} {y + 0.16} {x + wide} {y + 0.02}"), ink, 0.05, 0.9
            )
        else:
            draw_open_eye(canvas, look, pose, (x, y, wide), ink)
        arch = f"M {x - wide * 1.15} {y - 0.25} Q {x - side * 0.02} {y - 0.38} {x + wide * 1.15} {y - 0.25}"
        canvas.line(curve(arch), brow, 0.075, 0.88)
        if look.has("wrinkles"):
            canvas.line(
                curve(f"M {x - wide * 0.8} {y + 0.24} Q {x} {y + 0.31} {x + wide * 0.8} {y + 0.22}"),
                ink,
                0.025,
                0.3,
            )


def draw_open_eye(
    canvas: Canvas, look: Look, pose: Pose, place: tuple[float, float, float], ink: Colour
) -> None:
    x, y, wide = place
    lid = f"M {x - wide} {y + 0.02} Q {x - wide * 0.2} {y - 0.17} {x + wide} {y}"
    almond = curve(f"{lid} Q {x + wide * 0.1} {y + 0.17} {x - wide} {y + 0.02}")
    canvas.fill(almond, (246, 243, 240))
    iris = x + pose.turn * 0.06
    canvas.fill(ellipse(iris, y - 0.005, 0.11), colour(look.eyes), within=almond)
    canvas.fill(ellipse(iris, y - 0.005, 0.055), BLACK, within=almond)
    canvas.fill(ellipse(iris + pose.lit * 0.04, y - 0.045, 0.028), WHITE, 0.95)
    canvas.line(curve(lid), ink, 0.05, 0.95)


def draw_nose(canvas: Canvas, pose: Pose, skin: Colour) -> None:
    x = pose.turn * 0.22
    dark = mixed(skin, (70, 16, 20), 0.6)
    side = -pose.lit
    bridge = curve(
        f"M {x * 0.6 + side * 0.08} -0.05 C {x + side * 0.1} 0.2 {x + side * 0.2} 0.38 {x + side * 0.16} "
        f"0.48 Q {x} 0.58 {x - side * 0.1} 0.5 C {x} 0.4 {x * 0.8} 0.2 {x * 0.6 + side * 0.08} -0.05"
    )
    canvas.fill(bridge, dark, 0.2, 0.035)
    canvas.line(curve(f"M {x - 0.14} 0.49 Q {x} 0.6 {x + 0.14} 0.49"), dark, 0.05, 0.65)
    canvas.fill(ellipse(x + pose.lit * 0.03, 0.36, 0.06, 0.09), WHITE, 0.28, 0.04)


def draw_mouth(canvas: Canvas, look: Look, pose: Pose, skin: Colour) -> None:
    x, y, wide = pose.turn * 0.18, 0.8, 0.25 + pose.smile * 0.07
    up = 0.1 * pose.smile
    lips = mixed(skin, (158, 44, 58), 0.62 if look.has("lipstick") else 0.42)
    upper = (
        f"M {x - wide} {y - up} Q {x - 0.09} {y - 0.075} {x} {y - 0.045} Q {x + 0.09} {y - 0.075} {x + wide} "
    )
    shape = curve(f"{upper}{y - up} Q {x} {y + 0.16 + up} {x - wide} {y - up}")
    canvas.fill(shape, lips)
    if pose.smile > 0.75 and not look.has("beard"):
        teeth = curve(f"M {x - wide * 0.72} {y - up * 0.55} Q {x} {y + 0.02} {x + wide * 0.72} {y - up * 0.55} "
                      f"Q {x} {y + 0.13} {x - wide * 0.72} {y - up * 0.55}")  # fmt: skip
        canvas.fill(teeth, (250, 246, 240), within=shape)
    else:
        line = curve(f"M {x - wide} {y - up} Q {x} {y + 0.05 + up * 0.4} {x + wide} {y - up}")
        canvas.line(line, mixed(lips, BLACK, 0.5), 0.03, 0.75)
    canvas.fill(ellipse(x, y + 0.2, 0.13, 0.04), mixed(skin, BLACK, 0.5), 0.18, 0.04)


def draw_extras(canvas: Canvas, look: Look, pose: Pose, skin: Colour) -> None:
    """What lies over the hair, too."""
    if look.has("glasses"):
        for side in (-1, 1):
            ring: Shape = ellipse(side * 0.43 + pose.turn * 0.16, 0.1, 0.31, 0.27)
            canvas.fill(ring, WHITE, 0.12)
            canvas.line([*ring, ring[0]], (48, 38, 36), 0.05, 0.92)
        x = pose.turn * 0.16
        canvas.line(curve(f"M {x - 0.13} 0.06 Q {x} -0.02 {x + 0.13} 0.06"), (48, 38, 36), 0.05, 0.92)
    if look.has("horns"):
        for side in (-1, 1):
            horn = curve("M 0.42 -1.2 C 0.6 -1.8 1.1 -1.9 1.3 -2.3 C 1.4 -1.7 1.1 -1.2 0.78 -0.98", side < 0)
            canvas.fill(horn, (92, 78, 84))
            canvas.line(curve("M 0.62 -1.2 C 0.75 -1.6 1.05 -1.7 1.2 -2.0", side < 0), WHITE, 0.05, 0.25)
    if look.has("scar"):
        canvas.line(
            curve(f"M {-0.62 + pose.turn * 0.15} -0.3 L {-0.5 + pose.turn * 0.15} 0.5"),
            mixed(skin, WHITE, 0.5),
            0.045,
            0.7,
        )
    if look.has("flower"):
        for x, y in ((-0.86, -0.98), (-1.06, -0.84), (-0.98, -0.62), (-0.74, -0.62), (-0.66, -0.84)):
            canvas.fill(ellipse(x, y, 0.14), (240, 222, 214))
        canvas.fill(ellipse(-0.86, -0.78, 0.1), (222, 164, 64))
