"""Fonts for pictures: which of the installed ones can write a text."""

from __future__ import annotations

import functools
import itertools
import unicodedata
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
_NOWHERE = "\uffff"  # no font has it: it is drawn as whatever is lacking
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
    chosen = _chosen(words, text, bold=bold, folders=folders)
    if chosen is None:
        return None
    return [(piece, _font(file, size, index)) for piece, file, index in chosen]


def writable(words: Words, text: str, folders: tuple[Path, ...]) -> str:
    """The text without what no installed font can draw: emoji, rare scripts."""
    written = ""
    for piece, file, index in _chosen(words, text, bold=True, folders=folders) or ():
        kept = True
        for char in piece:  # marks go with the letter before them
            kept = kept if unicodedata.category(char).startswith("M") else _has(file, index, char)
            written += char if kept else ""
    return " ".join(written.split())


def _chosen(
    words: Words, text: str, *, bold: bool, folders: tuple[Path, ...]
) -> list[tuple[str, Path, int]] | None:
    """The pieces of a text, each with the font that draws most of it."""
    face = _FACES.get(words.language, 0)
    chosen = []
    for script, piece in _pieces(clean(text), whole=words.right_to_left):
        known = list(_known(script, bold, face, folders))
        if not known:
            return None
        lacks = [sum(not _has(*one, char) for char in piece) for one in known]
        chosen.append((piece, *known[lacks.index(min(lacks))]))
    return chosen


def _pieces(text: str, *, whole: bool) -> Iterator[tuple[str, str]]:
    scripts = [_script(char) for char in text]
    special = [script for script in scripts if script != "any"]
    if whole or {"arabic", "hebrew"} & set(special):
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


def _known(script: str, bold: bool, face: int, folders: tuple[Path, ...]) -> Iterator[tuple[Path, int]]:
    """The installed fonts for a script, the best first: file, and which face of it."""
    for pattern in _FILES[script]:
        dejavu = pattern.startswith("DejaVu")
        weight = ("-Bold" if bold else "") if dejavu else ("Bold" if bold else "Regular")
        path = find(pattern.format(weight), folders)
        if path is not None:
            yield path, face if path.suffix == ".ttc" else 0


@functools.lru_cache(maxsize=64)
def _font(file: Path, size: int, index: int) -> Font:
    return ImageFont.truetype(str(file), size, index, layout_engine=ImageFont.Layout.RAQM)


@functools.lru_cache(maxsize=8192)
def _has(file: Path, index: int, char: str) -> bool:
    """Whether a font can draw a character; spaces and invisible ones need no drawing."""
    if unicodedata.category(char)[0] in "MZC":
        return True
    font = _font(file, 24, index)
    return bytes(font.getmask(char)) != bytes(font.getmask(_NOWHERE))


@functools.cache
def find(name: str, folders: tuple[Path, ...] = FOLDERS) -> Path | None:
    """The font file of this name in one of the folders or below."""
    return next((path for folder in folders if folder.is_dir() for path in folder.rglob(name)), None)
