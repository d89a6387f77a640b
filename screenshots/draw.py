"""Draws a terminal capture (`tmux capture-pane -e -p`) cell by cell into a PNG. Usage: draw.py CAPTURE PICTURE"""

import re
import sys
import unicodedata

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


def main(capture, picture):
    with open(capture, encoding="utf-8") as file:
        lines = file.read().rstrip("\n").split("\n")
    fonts = {
        bold: ImageFont.truetype(FOLDER + ("DejaVuSansMono-Bold.ttf" if bold else "DejaVuSansMono.ttf"), SIZE)
        for bold in (False, True)
    }
    width = int(fonts[False].getlength("M"))
    height = SIZE + 4
    rows, style, columns = [], {}, 0
    for line in lines:
        row, style, count = cells(line, style)
        rows.append(row)
        columns = max(columns, count)
    image = Image.new("RGB", (columns * width + 16, len(rows) * height + 16), BACKGROUND)
    draw = ImageDraw.Draw(image)
    for number, row in enumerate(rows):
        for position, character, cell_width, style in row:
            front, back = style.get("front", FOREGROUND), style.get("back", BACKGROUND)
            if style.get("reverse"):
                front, back = back, front
            if style.get("dim"):
                front = tuple((a + b) // 2 for a, b in zip(front, back))
            left, top = 8 + position * width, 8 + number * height
            if back != BACKGROUND:
                draw.rectangle((left, top, left + cell_width * width - 1, top + height - 1), fill=back)
            draw.text((left, top), character, font=fonts[bool(style.get("bold"))], fill=front)
            if style.get("underline"):
                draw.line((left, top + height - 2, left + cell_width * width - 1, top + height - 2), fill=front)
    image.save(picture, optimize=True)


main(sys.argv[1], sys.argv[2])
