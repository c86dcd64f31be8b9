"""Fonts for pictures: which of the installed ones can write a text."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from pathlib import Path

from PIL import ImageFont

from bot.i18n import Words, clean

# Debian's fonts-dejavu-core, fonts-noto-core and fonts-noto-cjk; other systems keep the file names.
FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path("/Library/Fonts"))

_FILES = {
    "any": ("NotoSans-{}.ttf", "DejaVuSans{}.ttf"),
    "arabic": ("NotoSansArabic-{}.ttf", "DejaVuSans{}.ttf"),
    "hebrew": ("DejaVuSans{}.ttf",),  # with digits and Latin, which Noto Sans Hebrew lacks
    "devanagari": ("NotoSansDevanagari-{}.ttf",),
    "thai": ("NotoSansThai-{}.ttf",),
    "east_asian": ("NotoSansCJK-{}.ttc",),
}
# Which face of the East Asian collection writes characters as the language's readers know them.
_FACES = {"ja": 0, "ko": 1, "zh_Hans": 2, "zh_Hant": 3}
_SCRIPTS = (
    (0x0590, 0x05FF, "hebrew"),
    (0x0600, 0x06FF, "arabic"),
    (0x0750, 0x077F, "arabic"),
    (0xFB50, 0xFDFF, "arabic"),
    (0xFE70, 0xFEFF, "arabic"),
    (0x0900, 0x097F, "devanagari"),
    (0x0E00, 0x0E7F, "thai"),
    (0x1100, 0x11FF, "east_asian"),
    (0x2E80, 0xA4CF, "east_asian"),
    (0xAC00, 0xD7AF, "east_asian"),
    (0xF900, 0xFAFF, "east_asian"),
    (0xFF00, 0xFFEF, "east_asian"),
)

Font = ImageFont.FreeTypeFont
Run = tuple[str, Font]


def runs(words: Words, text: str, size: int, *, bold: bool, folders: tuple[Path, ...]) -> list[Run] | None:
    """The text on one line cut into pieces of one font each; None where no font is installed for it.

    A right-to-left line is one piece: with its digits it must be laid out as a whole.
    """
    pieces = list(_pieces(clean(text), whole=words.right_to_left))
    face = _FACES.get(words.language, 0)
    fonts = [_font(script, size, bold, face, folders) for script, _ in pieces]
    if not all(fonts):
        return None
    return [(piece, font) for (_, piece), font in zip(pieces, fonts, strict=True) if font]


def _pieces(text: str, *, whole: bool) -> Iterator[tuple[str, str]]:
    scripts = [_script(char) for char in text]
    special = [script for script in scripts if script != "any"]
    if whole:
        yield (special[0] if special else "any"), text
        return
    # spaces go with the letters before them: fewer seams
    joined = itertools.accumulate(
        zip(scripts, text, strict=True),
        lambda before, now: (before[0], now[1]) if now[1] == " " else now,
    )
    for script, group in itertools.groupby(joined, key=lambda pair: pair[0]):
        yield script, "".join(char for _, char in group)


def _script(char: str) -> str:
    code = ord(char)
    return next((script for first, last, script in _SCRIPTS if first <= code <= last), "any")


@functools.lru_cache(maxsize=64)
def _font(script: str, size: int, bold: bool, face: int, folders: tuple[Path, ...]) -> Font | None:
    for pattern in _FILES[script]:
        dejavu = pattern.startswith("DejaVu")
        weight = ("-Bold" if bold else "") if dejavu else ("Bold" if bold else "Regular")
        path = find(pattern.format(weight), folders)
        if path is not None:
            index = face if path.suffix == ".ttc" else 0
            return ImageFont.truetype(str(path), size, index, layout_engine=ImageFont.Layout.RAQM)
    return None


@functools.cache
def find(name: str, folders: tuple[Path, ...] = FOLDERS) -> Path | None:
    """The font file of this name in one of the folders or below."""
    return next((path for folder in folders if folder.is_dir() for path in folder.rglob(name)), None)
