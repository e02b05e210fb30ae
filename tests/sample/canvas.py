"""A drawing surface with smooth edges: shapes made of curves, in the units of what is drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFilter

SMOOTH = 2
"""Everything is drawn this many times larger, and then made small: that is what rounds the edges."""
STEPS = 20
"""The straight pieces that a curve is made of."""
ROUND = 48
"""The corners of an ellipse."""
Point = tuple[float, float]
Shape = Sequence[Point]
Colour = tuple[int, int, int]


def colour(text: str) -> Colour:
    """Of `#rrggbb`."""
    red, green, blue = ImageColor.getrgb(text)[:3]
    return red, green, blue


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """One colour with a share, from 0 to 1, of the other."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def curve(path: str, mirrored: bool = False) -> list[Point]:
    """The points of a path as SVG writes it, with absolute M, L, Q and C."""
    points: list[Point] = []
    words = path.replace(",", " ").split()
    at = 0
    while at < len(words):
        count = {"M": 1, "L": 1, "Q": 2, "C": 3}[words[at]]
        numbers = [float(word) for word in words[at + 1 : at + 1 + count * 2]]
        handles = list(zip(numbers[::2], numbers[1::2], strict=True))
        points += handles if count == 1 else _bent([points[-1], *handles])
        at += 1 + count * 2
    return [(-x, y) for x, y in points] if mirrored else points


def _bent(handles: list[Point]) -> list[Point]:
    """A Bézier curve, without its first point."""
    found = []
    for step in range(1, STEPS + 1):
        share, level = step / STEPS, handles
        while len(level) > 1:
            level = [(a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share) for a, b in pairwise(level)]
        found.append(level[0])
    return found


def ellipse(x: float, y: float, wide: float, tall: float | None = None) -> list[Point]:
    """Around a centre, with half its width and half its height."""
    tall = wide if tall is None else tall
    turns = (math.tau * step / ROUND for step in range(ROUND))
    return [(x + wide * math.cos(turn), y + tall * math.sin(turn)) for turn in turns]


class Canvas:
    """A picture under way. `place` says where the origin of the units lies, and how large one is."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.image = Image.new("RGB", (width * SMOOTH, height * SMOOTH))
        self._dark = 0.0
        self.place(0, 0, 1)

    def place(self, x: float, y: float, unit: float, degrees: float = 0.0) -> None:
        """The origin lies at `x`, `y` pixels; one unit is `unit` pixels; all is turned about the origin."""
        self._x, self._y, self._unit = x * SMOOTH, y * SMOOTH, unit * SMOOTH
        self._cos, self._sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))

    def ground(self, *corners: Colour) -> None:
        """Fills all with colours that melt into each other: upper left, upper right, lower left, lower right."""
        small = Image.new("RGB", (2, 2))
        for number, each in enumerate(corners):
            small.putpixel((number % 2, number // 2), each)
        self.image = small.resize(self.image.size, Image.Resampling.BILINEAR, box=(0.5, 0.5, 1.5, 1.5))

    def fill(
        self,
        shape: Shape,
        paint: Colour,
        opacity: float = 1.0,
        blur: float = 0.0,
        within: Shape | None = None,
    ) -> None:
        """Paints a shape; `blur` is in units; `within` is what it does not reach beyond."""
        self._paint([self._pixel(point) for point in shape], paint, opacity, blur, within, 0.0)

    def line(
        self, shape: Shape, paint: Colour, width: float, opacity: float = 1.0, within: Shape | None = None
    ) -> None:
        """Paints a line with round ends, `width` units wide."""
        self._paint([self._pixel(point) for point in shape], paint, opacity, 0.0, within, width * self._unit)

    def darken_corners(self, most: float) -> None:
        """Towards the corners, where it is `most`, from 0 to 1."""
        self._dark = most

    def done(self) -> Image.Image:
        picture = self.image.reduce(SMOOTH)
        far = Image.radial_gradient("L").point(
            [max(0, level - 90) * self._dark * 1.3 for level in range(256)]
        )
        picture.paste((12, 8, 14), mask=far.resize(picture.size, Image.Resampling.BILINEAR))
        return picture

    def _pixel(self, point: Point) -> Point:
        x, y = point[0] * self._unit, point[1] * self._unit
        return self._x + x * self._cos - y * self._sin, self._y + x * self._sin + y * self._cos

    def _paint(
        self,
        pixels: list[Point],
        paint: Colour,
        opacity: float,
        blur: float,
        within: Shape | None,
        width: float,
    ) -> None:
        blur *= self._unit
        room = blur * 2.5 + width / 2 + 1
        box = (
            max(0, int(min(x for x, _ in pixels) - room)),
            max(0, int(min(y for _, y in pixels) - room)),
            min(self.image.width, int(max(x for x, _ in pixels) + room) + 1),
            min(self.image.height, int(max(y for _, y in pixels) + room) + 1),
        )
        if box[0] >= box[2] or box[1] >= box[3]:
            return
        level = round(255 * opacity)
        mask = _blurred(box, pixels, level, blur) if blur else _mask(box, pixels, level, width)
        if within is not None:
            mask = ImageChops.multiply(mask, _mask(box, [self._pixel(point) for point in within], 255, 0.0))
        self.image.paste(paint, box[:2] + box[2:], mask)


def _blurred(box: tuple[int, int, int, int], pixels: list[Point], level: int, blur: float) -> Image.Image:
    """A mask with soft edges. It is made small and then enlarged, which is much faster and looks the same."""
    less = max(1, int(blur / 4))
    wide, tall = (-(-(end - start) // less) for start, end in zip(box[:2], box[2:], strict=True))
    moved = [((x - box[0]) / less, (y - box[1]) / less) for x, y in pixels]
    mask = _mask((0, 0, wide, tall), moved, level, 0.0)
    soft = ImageFilter.BoxBlur(blur * 0.7 / less)
    size = (box[2] - box[0], box[3] - box[1])
    return mask.filter(soft).filter(soft).resize(size, Image.Resampling.BILINEAR)


def _mask(box: tuple[int, int, int, int], pixels: list[Point], level: int, width: float) -> Image.Image:
    """How much of each pixel of the box is painted."""
    mask = Image.new("L", (box[2] - box[0], box[3] - box[1]))
    draw = ImageDraw.Draw(mask)
    moved = [(x - box[0], y - box[1]) for x, y in pixels]
    if not width:
        draw.polygon(moved, level)
        return mask
    draw.line(moved, level, max(1, round(width)), joint="curve")
    for x, y in (moved[0], moved[-1]):
        draw.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), level)
    return mask
