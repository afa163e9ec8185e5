#!/usr/bin/python3
"""Draws access.png, home.png and car.png beside this file: flat shapes, 1200 x 630, eight colours."""

import struct
import zlib
from pathlib import Path

WIDTH, HEIGHT = 1200, 630
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


WAVES = [(DARK, box(0, 520, 1200, 630))] + [(DARK, circle(x, 520, 40)) for x in range(0, 1201, 120)]
PICTURES = {
    "access": WAVES + [(LIGHT, circle(420, 290, 130)), (GROUND, circle(420, 290, 62)), (LIGHT, box(530, 258, 880, 322, 20)),
                       (LIGHT, box(740, 300, 792, 400, 12)), (LIGHT, box(828, 300, 880, 380, 12)), (MARK, circle(420, 290, 24))],
    "home": WAVES + [(LIGHT, triangle(360, 270, 840, 270, 600, 80)), (LIGHT, box(410, 260, 790, 510)),
                     (GROUND, box(535, 320, 665, 510, 10)), (MARK, circle(636, 420, 13)), (MARK, box(445, 320, 505, 390, 6))],
    "car": WAVES + [(LIGHT, box(470, 190, 770, 340, 70)), (LIGHT, box(340, 290, 880, 420, 55)), (MARK, box(505, 220, 605, 300, 25)),
                    (MARK, box(630, 220, 735, 300, 25)), (DARK, circle(470, 420, 62)), (DARK, circle(750, 420, 62)),
                    (LIGHT, circle(470, 420, 26)), (LIGHT, circle(750, 420, 26))],
}


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(shapes):
    rows = []
    for y in range(HEIGHT):
        row = bytearray([0])
        for x in range(WIDTH):
            colour = GROUND
            for shape_colour, inside in shapes:
                if inside(x, y):
                    colour = shape_colour
            row.append(colour)
        rows.append(bytes(row))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 3, 0, 0, 0)
    palette = b"".join(bytes(colour) for colour in PALETTE)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"PLTE", palette)
            + chunk(b"IDAT", zlib.compress(b"".join(rows), 9)) + chunk(b"IEND", b""))


for name, shapes in PICTURES.items():
    (Path(__file__).parent / f"{name}.png").write_bytes(png(shapes))
