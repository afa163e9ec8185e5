#!/usr/bin/python3
"""Draws access.png, home.png, car.png (1200 x 630) and icon.png (180 x 180) beside this file: flat shapes, smooth edges."""

import struct
import zlib
from pathlib import Path

PALETTE = [(0x0b, 0x6e, 0x5f), (0xf3, 0xf5, 0xf8), (0x5f, 0xd0, 0xb8), (0x08, 0x4c, 0x42)]
GROUND, LIGHT, MARK, DARK = range(4)


def circle(x, y, r):
    return lambda px, py: (px - x) ** 2 + (py - y) ** 2 <= r * r


def box(x0, y0, x1, y1, r=0):
    def inside(px, py):
        if not (x0 <= px <= x1 and y0 <= py <= y1):
            return False
        dx = max(x0 + r - px, 0, px - (x1 - r))
        dy = max(y0 + r - py, 0, py - (y1 - r))
        return dx * dx + dy * dy <= r * r
    return inside


def triangle(ax, ay, bx, by, cx, cy):
    def side(px, py, x0, y0, x1, y1):
        return (px - x1) * (y0 - y1) - (x0 - x1) * (py - y1)

    def inside(px, py):
        a = side(px, py, ax, ay, bx, by)
        b = side(px, py, bx, by, cx, cy)
        c = side(px, py, cx, cy, ax, ay)
        return (a >= 0 and b >= 0 and c >= 0) or (a <= 0 and b <= 0 and c <= 0)
    return inside


SOIL = (DARK, box(0, 520, 1200, 630))


def waves(*places):
    return [SOIL] + [(DARK, circle(x, 520, 40)) for x in places]


ASIDE = waves(0, 120, 240, 960, 1080, 1200)
PICTURES = {
    "access": waves(*range(0, 1201, 120)) + [(LIGHT, circle(420, 290, 130)), (GROUND, circle(420, 290, 62)), (LIGHT, box(530, 258, 880, 322, 20)),
                       (LIGHT, box(740, 300, 792, 400, 12)), (LIGHT, box(828, 300, 880, 380, 12)), (MARK, circle(420, 290, 24))],
    "home": ASIDE + [(LIGHT, triangle(360, 270, 840, 270, 600, 80)), (LIGHT, box(410, 260, 790, 540)),
                     (GROUND, box(535, 330, 665, 560, 10)), (MARK, circle(636, 430, 13)), (MARK, box(445, 330, 505, 400, 6)), SOIL],
    "car": ASIDE + [(LIGHT, box(470, 228, 770, 378, 70)), (LIGHT, box(340, 328, 880, 458, 55)), (MARK, box(505, 258, 605, 338, 25)),
                    (MARK, box(630, 258, 735, 338, 25)), (DARK, circle(470, 458, 66)), (DARK, circle(750, 458, 66)),
                    (LIGHT, circle(470, 458, 27)), (LIGHT, circle(750, 458, 27))],
}


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def shape_at(shapes, x, y):
    colour = GROUND
    for shape_colour, inside in shapes:
        if inside(x, y):
            colour = shape_colour
    return colour


def pixels(width, height, shapes):
    """Rows of (r, g, b). A pixel whose neighbours differ is the mean of 16 points in it."""
    plain = [[shape_at(shapes, x + .5, y + .5) for x in range(width)] for y in range(height)]
    for y in range(height):
        row = []
        for x in range(width):
            near = {plain[b][a] for b in range(max(y - 1, 0), min(y + 2, height)) for a in range(max(x - 1, 0), min(x + 2, width))}
            if len(near) == 1:
                row.append(PALETTE[plain[y][x]])
                continue
            points = [PALETTE[shape_at(shapes, x + a / 4 + .125, y + b / 4 + .125)] for a in range(4) for b in range(4)]
            # Few shades are enough, and make a small file.
            row.append(tuple(sum(point[i] for point in points) // 16 // 6 * 6 for i in range(3)) if len(set(points)) > 1 else points[0])
        yield row


def png(width, height, shapes):
    colours, rows = {}, []
    for row in pixels(width, height, shapes):
        rows.append(bytes([0] + [colours.setdefault(colour, len(colours)) for colour in row]))
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    palette = b"".join(bytes(colour) for colour in colours)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"PLTE", palette)
            + chunk(b"IDAT", zlib.compress(b"".join(rows), 9)) + chunk(b"IEND", b""))


ICON = [(LIGHT, circle(90, 58, 40)), (GROUND, circle(90, 58, 19)), (MARK, circle(90, 58, 8)), (LIGHT, box(80, 92, 100, 166, 6)),
        (LIGHT, box(94, 118, 122, 134, 4)), (LIGHT, box(94, 142, 116, 157, 4))]
for name, shapes in PICTURES.items():
    (Path(__file__).parent / f"{name}.png").write_bytes(png(1200, 630, shapes))
(Path(__file__).parent / "icon.png").write_bytes(png(180, 180, ICON))
