"""Draws terminal captures (`tmux capture-pane -e -p`) cell by cell.

Usage: draw.py picture CAPTURE NAME       makes NAME.png and NAME.svg
       draw.py film NAME CAPTURE...       makes NAME.gif, each capture shown for a while, the last for longer
"""

import re
import sys
import unicodedata
from html import escape

from PIL import Image, ImageDraw, ImageFont

FOLDER = "/usr/share/fonts/truetype/dejavu/"
SIZE = 15
BACKGROUND, FOREGROUND = (24, 26, 31), (214, 216, 220)
NAMED = [
    (40, 44, 52), (224, 90, 90), (120, 190, 110), (222, 184, 92), (97, 160, 226), (190, 128, 212), (86, 182, 194),
    (214, 216, 220), (110, 116, 128), (240, 120, 120), (150, 215, 140), (240, 205, 120), (130, 185, 245),
    (210, 155, 230), (115, 205, 215), (250, 250, 250),
]


def colour(codes, rest):
    """The colour that an extended code names: `5;N` of 256, or `2;R;G;B`."""
    kind = next(rest)
    if kind == 2:
        return (next(rest), next(rest), next(rest))
    number = next(rest)
    if number < 16:
        return NAMED[number]
    if number >= 232:
        return (8 + 10 * (number - 232),) * 3
    number -= 16
    steps = (0, 95, 135, 175, 215, 255)
    return (steps[number // 36], steps[number // 6 % 6], steps[number % 6])


def apply(style, text):
    codes = [int(code or 0) for code in text.split(";")]
    rest = iter(codes)
    for code in rest:
        if code == 0:
            style = {}
        elif code == 1:
            style = {**style, "bold": True}
        elif code == 2:
            style = {**style, "dim": True}
        elif code == 4:
            style = {**style, "underline": True}
        elif code == 7:
            style = {**style, "reverse": True}
        elif code == 22:
            style = {key: value for key, value in style.items() if key not in ("bold", "dim")}
        elif code in (24, 27):
            style = {key: value for key, value in style.items() if key != {24: "underline", 27: "reverse"}[code]}
        elif 30 <= code <= 37:
            style = {**style, "front": NAMED[code - 30]}
        elif 90 <= code <= 97:
            style = {**style, "front": NAMED[code - 82]}
        elif 40 <= code <= 47:
            style = {**style, "back": NAMED[code - 40]}
        elif code == 38:
            style = {**style, "front": colour(codes, rest)}
        elif code == 48:
            style = {**style, "back": colour(codes, rest)}
        elif code == 39:
            style = {key: value for key, value in style.items() if key != "front"}
        elif code == 49:
            style = {key: value for key, value in style.items() if key != "back"}
    return style


def cells(line, style):
    row, position = [], 0
    for match in re.finditer(r"\x1b\[([0-9;]*)m|\x1b[()][A-Z0-9]|[\x0e\x0f]|(.)", line):
        if match.group(1) is not None:
            style = apply(style, match.group(1))
        elif match.group(2):
            width = 2 if unicodedata.east_asian_width(match.group(2)) in "WF" else 1
            row.append((position, match.group(2), width, style))
            position += width
    return row, style, position


def read(capture):
    """The rows of a capture, each a list of (column, character, width, style), and how many columns there are."""
    with open(capture, encoding="utf-8") as file:
        lines = file.read().rstrip("\n").split("\n")
    rows, style, columns = [], {}, 0
    for line in lines:
        row, style, count = cells(line, style)
        rows.append(row)
        columns = max(columns, count)
    return rows, columns


def look(style):
    """The colours of a style: of the character, and of what is behind it."""
    front, back = style.get("front", FOREGROUND), style.get("back", BACKGROUND)
    if style.get("reverse"):
        front, back = back, front
    if style.get("dim"):
        front = tuple((a + b) // 2 for a, b in zip(front, back))
    return front, back


FONTS = {
    bold: ImageFont.truetype(FOLDER + ("DejaVuSansMono-Bold.ttf" if bold else "DejaVuSansMono.ttf"), SIZE)
    for bold in (False, True)
}
WIDTH, HEIGHT, MARGIN = int(FONTS[False].getlength("M")), SIZE + 4, 8


def image(capture):
    rows, columns = read(capture)
    image = Image.new("RGB", (columns * WIDTH + 2 * MARGIN, len(rows) * HEIGHT + 2 * MARGIN), BACKGROUND)
    draw = ImageDraw.Draw(image)
    for number, row in enumerate(rows):
        for position, character, width, style in row:
            front, back = look(style)
            left, top = MARGIN + position * WIDTH, MARGIN + number * HEIGHT
            if back != BACKGROUND:
                draw.rectangle((left, top, left + width * WIDTH - 1, top + HEIGHT - 1), fill=back)
            draw.text((left, top), character, font=FONTS[bool(style.get("bold"))], fill=front)
            if style.get("underline"):
                draw.line((left, top + HEIGHT - 2, left + width * WIDTH - 1, top + HEIGHT - 2), fill=front)
    # The shades of letters need no more colours than these.
    return image.quantize(128, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)


def runs(row):
    """Neighbouring cells of one style as (column, text, columns, style)."""
    found = []
    for position, character, width, style in row:
        if found and found[-1][3] == style and found[-1][0] + found[-1][2] == position:
            column, text, columns, _ = found[-1]
            found[-1] = (column, text + character, columns + width, style)
        else:
            found.append((position, character, width, style))
    return found


def drawing(capture):
    rows, columns = read(capture)
    size = (columns * WIDTH + 2 * MARGIN, len(rows) * HEIGHT + 2 * MARGIN)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size[0]}" height="{size[1]}" viewBox="0 0 {size[0]} {size[1]}"'
        f' font-family="DejaVu Sans Mono, monospace" font-size="{SIZE}">',
        f'<rect width="100%" height="100%" fill="{name(BACKGROUND)}"/>',
    ]
    for number, row in enumerate(rows):
        for position, text, count, style in runs(row):
            front, back = look(style)
            left, top = MARGIN + position * WIDTH, MARGIN + number * HEIGHT
            if back != BACKGROUND:
                parts.append(
                    f'<rect x="{left}" y="{top}" width="{count * WIDTH}" height="{HEIGHT}" fill="{name(back)}"/>')
            if not text.strip():
                continue
            marks = "".join(
                mark for key, mark in (("bold", ' font-weight="bold"'), ("underline", ' text-decoration="underline"'))
                if style.get(key))
            parts.append(
                f'<text x="{left}" y="{top + SIZE}" textLength="{count * WIDTH}" xml:space="preserve"'
                f' fill="{name(front)}"{marks}>{escape(text)}</text>')
    return "\n".join(parts + ["</svg>", ""])


def name(colour):
    return "#%02x%02x%02x" % colour


def main(kind, *arguments):
    if kind == "film":
        target, *captures = arguments
        frames = [image(capture) for capture in captures]
        times = [1600] * (len(frames) - 1) + [6000]
        frames[0].save(
            f"{target}.gif", save_all=True, append_images=frames[1:], duration=times, loop=0, optimize=True, disposal=1)
    else:
        capture, target = arguments
        image(capture).save(f"{target}.png", optimize=True)
        with open(f"{target}.svg", "w", encoding="utf-8") as file:
            file.write(drawing(capture))


main(*sys.argv[1:])
