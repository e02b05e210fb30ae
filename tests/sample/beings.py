"""Those who are no people: a robot, a heron, a cat, an owl; in the units of a face."""

from __future__ import annotations

from collections.abc import Callable

from sample.canvas import Canvas, colour, curve, ellipse, mixed
from sample.look import HAIRS, SKINS, Look, Pose

WHITE, BLACK = (255, 255, 255), (14, 12, 18)
BODY = "M -0.7 1.2 C -1.9 1.9 -2.3 3.0 -2.4 9.0 L 2.4 9.0 C 2.3 3.0 1.9 1.9 0.7 1.2"


def robot(canvas: Canvas, look: Look, pose: Pose) -> None:
    metal, glow = colour(SKINS[look.skin]), colour(look.eyes)
    dark = mixed(metal, BLACK, 0.45)
    canvas.fill(curve("M -0.4 1.0 L 0.4 1.0 L 0.46 2.0 L -0.46 2.0"), dark)
    body = curve("M -2.1 2.4 Q -2.0 1.8 -1.2 1.8 L 1.2 1.8 Q 2.0 1.8 2.1 2.4 L 2.5 9.0 L -2.5 9.0")
    canvas.fill(body, mixed(metal, pose.cloth, 0.65))
    canvas.fill(ellipse(-pose.lit * 2.0, 4.0, 1.0, 3.0), BLACK, 0.3, 0.5, body)
    canvas.fill(ellipse(0, 3.1, 0.34), dark)
    canvas.fill(ellipse(0, 3.1, 0.22), glow)
    canvas.line([(0.5, -1.2), (0.72, -2.0)], dark, 0.07)
    canvas.fill(ellipse(0.72, -2.05, 0.12), glow)
    head = curve("M -1.05 -0.7 Q -1.05 -1.3 -0.4 -1.3 L 0.4 -1.3 Q 1.05 -1.3 1.05 -0.7 L 0.95 0.8 "
                 "Q 0.9 1.2 0.45 1.25 L -0.45 1.25 Q -0.9 1.2 -0.95 0.8")  # fmt: skip
    canvas.fill(head, metal)
    canvas.fill(ellipse(-pose.lit * 1.0, 0.2, 0.5, 1.5), BLACK, 0.3, 0.3, head)
    canvas.fill(ellipse(pose.lit * 0.4, -0.8, 0.5, 0.4), WHITE, 0.35, 0.25, head)
    x = pose.turn * 0.16
    visor = curve(f"M {x - 0.74} -0.2 Q {x} -0.36 {x + 0.74} -0.2 Q {x + 0.8} 0.1 {x + 0.68} 0.34 "
                  f"Q {x} 0.46 {x - 0.68} 0.34 Q {x - 0.8} 0.1 {x - 0.74} -0.2")  # fmt: skip
    canvas.fill(visor, mixed(BLACK, metal, 0.12))
    for side in (-1, 1):
        eye = x + side * 0.34
        if pose.closed:
            canvas.line([(eye - 0.14, 0.08), (eye + 0.14, 0.08)], glow, 0.06)
        else:
            canvas.fill(ellipse(eye, 0.06, 0.2), glow, 0.5, 0.12, visor)
            canvas.fill(ellipse(eye, 0.06, 0.13), mixed(glow, WHITE, 0.35))
        canvas.fill(ellipse(side * 1.06, 0.1, 0.13, 0.3), dark)
    for row in range(3):
        canvas.line([(x - 0.26, 0.72 + row * 0.12), (x + 0.26, 0.72 + row * 0.12)], dark, 0.045, 0.8)
    canvas.line(curve("M -0.95 -0.55 Q 0 -0.75 0.95 -0.55"), dark, 0.03, 0.5)


def heron(canvas: Canvas, look: Look, pose: Pose) -> None:
    feather, dark = colour(SKINS[look.skin]), colour(HAIRS[look.hair])
    way = -1 if pose.turn < 0 else 1
    place = [(x * way, y) for x, y in curve(
        "M -0.5 0.2 C -0.2 1.2 -1.2 1.8 -1.5 2.8 C -2.0 4.0 -2.2 6.0 -2.2 9.0 L 2.2 9.0 C 2.0 5.0 1.6 3.4 0.7 2.6 "
        "C 0.2 2.0 0.9 1.2 0.6 0.2")]  # fmt: skip
    canvas.fill(place, feather)
    canvas.fill(ellipse(-pose.lit * 1.6, 4.2, 1.0, 3.0), dark, 0.5, 0.6, place)
    for row in range(3):
        wing = curve(f"M {-1.6 * way} {3.6 + row} Q 0 {3.0 + row} {1.4 * way} {4.0 + row}")
        canvas.line(wing, mixed(feather, dark, 0.5), 0.06, 0.6)
    crest = [
        (x * way, y)
        for x, y in curve("M -0.2 -0.72 C -0.9 -1.0 -1.7 -0.9 -2.2 -0.4 C -1.5 -0.6 -0.9 -0.4 -0.5 -0.1")
    ]
    canvas.fill(crest, dark)
    head = ellipse(0, -0.1, 0.78, 0.66)
    canvas.fill(head, feather)
    canvas.fill(ellipse(-0.1 * way, -0.5, 0.6, 0.26), dark, 0.9, 0.05, head)
    beak = [(x * way, y) for x, y in curve("M 0.6 -0.28 Q 1.6 -0.12 2.7 0.22 Q 1.5 0.3 0.6 0.2")]
    canvas.fill(beak, (226, 164, 74))
    canvas.line([(0.62 * way, 0.0), (2.5 * way, 0.2)], (150, 96, 40), 0.035, 0.8)
    canvas.fill(ellipse(0.3 * way, -0.16, 0.17), colour(look.eyes))
    canvas.fill(ellipse(0.32 * way, -0.16, 0.09), BLACK)
    canvas.fill(ellipse(0.36 * way, -0.21, 0.035), WHITE)


def cat(canvas: Canvas, look: Look, pose: Pose) -> None:
    fur, marks = colour(HAIRS[look.hair]), mixed(colour(HAIRS[look.hair]), WHITE, 0.55)
    body = curve(BODY)
    canvas.fill(body, fur)
    canvas.fill(ellipse(0, 3.4, 0.8, 1.5), marks, 0.75, 0.3, body)
    canvas.fill(ellipse(-pose.lit * 2.0, 4.0, 1.0, 3.0), BLACK, 0.3, 0.5, body)
    for side in (-1, 1):
        canvas.fill(curve("M 0.2 -0.9 L 1.0 -1.9 Q 1.25 -1.2 1.1 -0.3", side < 0), fur)
        canvas.fill(curve("M 0.52 -0.95 L 0.95 -1.55 Q 1.05 -1.1 0.98 -0.6", side < 0), (206, 142, 138), 0.75)
    head = curve("M 0 -1.05 C 0.9 -1.05 1.3 -0.4 1.25 0.25 C 1.2 0.9 0.6 1.3 0 1.3 C -0.6 1.3 -1.2 0.9 -1.25 0.25 "
                 "C -1.3 -0.4 -0.9 -1.05 0 -1.05")  # fmt: skip
    canvas.fill(head, fur)
    canvas.fill(ellipse(pose.lit * 0.5, -0.5, 0.6, 0.5), WHITE, 0.16, 0.3, head)
    for x in (-0.3, 0.0, 0.3):
        canvas.line(curve(f"M {x} -0.98 Q {x * 0.8} -0.7 {x * 0.7} -0.5"), BLACK, 0.09, 0.35)
    x = pose.turn * 0.12
    canvas.fill(ellipse(x, 0.72, 0.56, 0.42), marks, 0.9, 0.1, head)
    for side in (-1, 1):
        eye = side * 0.5 + x
        if pose.closed:
            canvas.line(curve(f"M {eye - 0.24} 0.02 Q {eye} 0.22 {eye + 0.24} 0.02"), BLACK, 0.06)
        else:
            canvas.fill(ellipse(eye, 0.02, 0.25, 0.23), BLACK)
            canvas.fill(ellipse(eye, 0.02, 0.21, 0.2), colour(look.eyes))
            canvas.fill(ellipse(eye + pose.turn * 0.04, 0.02, 0.07, 0.17), BLACK)
            canvas.fill(ellipse(eye + pose.lit * 0.07, -0.06, 0.045), WHITE)
        for row in (-1, 0, 1):
            hair = curve(
                f"M {x + side * 0.42} {0.66 + row * 0.08} "
                f"Q {x + side * 1.0} {0.58 + row * 0.12} {x + side * 1.6} {0.66 + row * 0.24}"
            )
            canvas.line(hair, WHITE, 0.025, 0.6)
    canvas.fill(
        curve(
            f"M {x - 0.13} 0.42 Q {x} 0.36 {x + 0.13} 0.42 Q {x + 0.06} 0.54 {x} 0.56 Q {x - 0.06} 0.54 {x - 0.13} 0.42"
        ),
        (196, 112, 112),
    )
    for side in (-1, 1):
        canvas.line(curve(f"M {x} 0.56 Q {x + side * 0.08} 0.78 {x + side * 0.26} 0.7"), BLACK, 0.04, 0.8)


def owl(canvas: Canvas, look: Look, pose: Pose) -> None:
    feather = colour(HAIRS[look.hair])
    light = mixed(feather, WHITE, 0.5)
    body = curve("M -1.1 0.6 C -2.0 1.6 -2.3 3.4 -2.0 9.0 L 2.0 9.0 C 2.3 3.4 2.0 1.6 1.1 0.6")
    canvas.fill(body, feather)
    canvas.fill(ellipse(0, 3.2, 1.1, 1.9), light, 0.85, 0.12, body)
    for row in range(6):
        for column in range(-2, 3):
            x, y = column * 0.4 + (row % 2) * 0.2, 1.9 + row * 0.48
            canvas.line(
                curve(f"M {x - 0.13} {y} Q {x} {y + 0.2} {x + 0.13} {y}"),
                mixed(feather, BLACK, 0.2),
                0.06,
                0.8,
                body,
            )
    for side in (-1, 1):
        canvas.fill(
            curve("M 0.3 -1.0 Q 0.9 -1.3 1.25 -1.75 Q 1.3 -1.0 1.15 -0.4", side < 0),
            mixed(feather, BLACK, 0.25),
        )
    head = ellipse(0, -0.05, 1.3, 1.15)
    canvas.fill(head, feather)
    x = pose.turn * 0.16
    for side in (-1, 1):
        eye = side * 0.52 + x
        canvas.fill(ellipse(eye, 0.02, 0.6, 0.66), light, within=head)
        if pose.closed:
            canvas.line(curve(f"M {eye - 0.28} 0.02 Q {eye} 0.26 {eye + 0.28} 0.02"), BLACK, 0.07)
        else:
            canvas.fill(ellipse(eye, 0.0, 0.31), colour(look.eyes))
            canvas.fill(ellipse(eye + pose.turn * 0.05, 0.0, 0.17), BLACK)
            canvas.fill(ellipse(eye + pose.lit * 0.08, -0.1, 0.06), WHITE)
    canvas.fill(
        curve(
            f"M {x - 0.16} 0.2 Q {x} 0.06 {x + 0.16} 0.2 Q {x + 0.08} 0.56 {x} 0.68 Q {x - 0.08} 0.56 {x - 0.16} 0.2"
        ),
        (222, 160, 70),
    )
    canvas.fill(ellipse(-pose.lit * 1.4, 2.6, 0.7, 3.0), BLACK, 0.25, 0.5, body)


DRAWN: dict[str, Callable[[Canvas, Look, Pose], None]] = {
    "robot": robot,
    "heron": heron,
    "cat": cat,
    "owl": owl,
}
