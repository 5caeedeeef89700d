"""Draws the app's icons into app/static/: a stack of data, and an arrow that takes some of it away.

    python app/icons/draw.py

Shapes live in a field of 36 x 36, so that every size comes from one drawing. How much of a pixel is covered is computed
from the distance to the shape, which makes the edges smooth. The PNGs are committed; a build only copies them.
"""

from __future__ import annotations

import struct
import zlib
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float64]  # height x width x RGBA, 0..1, not premultiplied
Colour = tuple[int, int, int]
Stroke = list[tuple[float, float]]

NIGHT: Colour = (16, 42, 67)
PAPER: Colour = (245, 247, 250)
SIGNAL: Colour = (255, 138, 61)
SLATE: Colour = (98, 125, 152)

STATIC = Path(__file__).resolve().parents[1] / "static"

# The data: a drum of three layers, centred on x = DRUM, its rims half as flat as a circle of this radius.
DRUM, RADIUS, FLAT = 15.0, 8.6, 0.36
TOP, BOTTOM, GAPS = 11.0, 27.5, (16.4, 21.9)
ARROW: list[Stroke] = [[(17.0, 19.5), (29.0, 7.5)], [(21.0, 7.0), (29.5, 7.0), (29.5, 15.5)]]
# The word EXFIL in a field of 5 letters, each 10 wide and 16 high, top left at 0, 0.
LETTERS: list[list[Stroke]] = [
    [[(8, 0), (0, 0), (0, 16), (8, 16)], [(0, 8), (6.5, 8)]],
    [[(0, 0), (9.5, 16)], [(9.5, 0), (0, 16)]],
    [[(8, 0), (0, 0), (0, 16)], [(0, 8), (6.5, 8)]],
    [[(0, 0), (0, 16)]],
    [[(0, 0), (0, 16), (8, 16)]],
]
ADVANCE = [14.0, 15.5, 14.0, 6.5, 8.0]


def canvas(width: int, height: int) -> Image:
    return np.zeros((height, width, 4))


def paint(image: Image, coverage: NDArray[np.float64], colour: Colour) -> None:
    """Lay a colour over the image where `coverage` (0..1) says so."""
    old, alpha = image[..., 3], coverage
    new = alpha + old * (1 - alpha)
    safe = np.where(new > 0, new, 1.0)
    for channel, value in enumerate(colour):
        image[..., channel] = (value / 255 * alpha + image[..., channel] * old * (1 - alpha)) / safe
    image[..., 3] = new


def strokes(
    image: Image, lines: list[Stroke], width: float, scale: float, x: float = 0, y: float = 0
) -> NDArray[np.float64]:
    """Coverage of polylines with round joints, in units of `scale` pixels, moved by x and y units."""
    height, columns = image.shape[:2]
    rows, cols = np.mgrid[0:height, 0:columns] + 0.5
    nearest = np.full((height, columns), np.inf)
    for line in lines:
        for (x1, y1), (x2, y2) in pairwise(line):
            ax, ay, bx, by = ((v * scale) for v in (x1 + x, y1 + y, x2 + x, y2 + y))
            length = (bx - ax) ** 2 + (by - ay) ** 2
            along = np.clip(((cols - ax) * (bx - ax) + (rows - ay) * (by - ay)) / length, 0, 1)
            nearest = np.minimum(nearest, np.hypot(cols - ax - along * (bx - ax), rows - ay - along * (by - ay)))
    return np.clip(width * scale / 2 - nearest + 0.5, 0, 1)


def tile(image: Image, scale: float, radius: float = 7.0) -> NDArray[np.float64]:
    """Coverage of a rounded square of 36 units."""
    rows, cols = np.mgrid[0 : image.shape[0], 0 : image.shape[1]] + 0.5
    inner, half = 18 * scale - radius * scale, 18 * scale
    dx, dy = np.abs(cols - half) - inner, np.abs(rows - half) - inner
    outside = np.hypot(np.maximum(dx, 0), np.maximum(dy, 0)) + np.minimum(np.maximum(dx, dy), 0)
    return np.clip(radius * scale - outside + 0.5, 0, 1)


def rim(y: float, start: float, end: float) -> Stroke:
    """A part of a drum's rim at height y, from one angle to another (degrees, clockwise from the right)."""
    angles = np.radians(np.linspace(start, end, 25))
    return [(DRUM + RADIUS * float(np.cos(a)), y + RADIUS * FLAT * float(np.sin(a))) for a in angles]


def drum(image: Image, scale: float) -> NDArray[np.float64]:
    """Coverage of the drum: everything between its upper and its lower rim, less the gaps between the layers."""
    rows, cols = (np.mgrid[0 : image.shape[0], 0 : image.shape[1]] + 0.5) / scale
    across = np.clip((cols - DRUM) / RADIUS, -1, 1)
    bulge = RADIUS * FLAT * np.sqrt(1 - across**2)
    inside = np.minimum.reduce([rows - (TOP - bulge), (BOTTOM + bulge) - rows, RADIUS - np.abs(cols - DRUM)])
    gaps = strokes(image, [rim(y, 0, 180) for y in GAPS], 1.7, scale)
    return np.clip(inside * scale + 0.5, 0, 1) * (1 - gaps)


def mark(image: Image, scale: float, colour: Colour) -> None:
    """The drum, and the arrow that leaves it, with a gap around the arrow so that it stays apart at 36 pixels."""
    halo = strokes(image, ARROW, 7.4, scale)
    paint(image, drum(image, scale) * (1 - halo), colour)
    paint(image, strokes(image, ARROW, 3.8, scale), SIGNAL)


def icon(size: int, *, alt: bool) -> Image:
    """36 or 72 pixels square. The alternative has no tile, and a grey that shows on light and on dark bars."""
    image = canvas(size, size)
    if not alt:
        paint(image, tile(image, size / 36), NIGHT)
    mark(image, size / 36, SLATE if alt else PAPER)
    return image


def logo(height: int) -> Image:
    """The mark and the word, 4 : 1, without a tile."""
    scale = height / 40
    image = canvas(height * 4, height)
    mark(image, scale * 1.1, SLATE)
    x = 50.0
    for letter, advance in zip(LETTERS, ADVANCE, strict=True):
        paint(image, strokes(image, letter, 3.6, scale, x=x, y=12.5), SLATE)
        x += advance
    return image


def png(image: Image) -> bytes:
    """The image as an 8-bit RGBA PNG, without time or text in it."""
    height, width = image.shape[:2]
    pixels = np.rint(image * 255).astype(np.uint8)
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def icons() -> dict[str, bytes]:
    """File name to PNG, for every size that Splunk asks for."""
    return {
        "appIcon.png": png(icon(36, alt=False)),
        "appIcon_2x.png": png(icon(72, alt=False)),
        "appIconAlt.png": png(icon(36, alt=True)),
        "appIconAlt_2x.png": png(icon(72, alt=True)),
        "appLogo.png": png(logo(40)),
        "appLogo_2x.png": png(logo(80)),
    }


if __name__ == "__main__":
    for name, data in icons().items():
        (STATIC / name).write_bytes(data)
