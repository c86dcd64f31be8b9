"""The canvas for pictures, mirrored for right-to-left languages."""

from __future__ import annotations

import io
import itertools
import unicodedata
from pathlib import Path

from PIL import Image, ImageDraw

from bot.i18n import Words
from bot.views import fonts

WIDTH, MARGIN = 1200, 90
_FINER = 2  # drawn larger by this factor, then reduced, for smooth edges
_SMALLEST = 11  # smallest type size
INK, GREY, RAIL, PAPER = "#17212b", "#6b7885", "#dde3e8", "#ffffff"
BLUE, GREEN, AMBER = "#2f80ed", "#27a35a", "#e08a00"


class Canvas:
    """A canvas on which everything is mirrored for right-to-left languages."""

    def __init__(self, words: Words, height: int, folders: tuple[Path, ...]) -> None:
        self._folders = folders
        self.words, self.height, self.speechless = words, height, False
        self._image = Image.new("RGB", (WIDTH * _FINER, height * _FINER), PAPER)
        self._draw = ImageDraw.Draw(self._image)

    def across(self, x: float) -> float:
        """The same distance from the side where reading begins."""
        return WIDTH - x if self.words.right_to_left else x

    def box(self, left: float, top: float, right: float, bottom: float, color: str) -> None:
        """A filled rectangle, mirrored like everything else."""
        low, high = sorted((self.across(left), self.across(right)))
        self._draw.rectangle(_finer(low, top, high, bottom), fill=color)

    def disc(self, x: float, y: float, radius: float, color: str) -> None:
        """A filled circle; `x` is a place on the paper, not mirrored."""
        self._draw.ellipse(_finer(x - radius, y - radius, x + radius, y + radius), fill=color)

    def rail(self, start: float, end: float, y: int, color: str) -> None:
        low, high = sorted((start, end))
        self._draw.rectangle(_finer(low, y - 5, high, y + 5), fill=color)

    def stop(self, x: float, y: int, color: str, *, current: bool) -> None:
        self.disc(x, y, 24 if current else 17, color)
        if current:
            self.disc(x, y, 9, PAPER)

    def way_back(self, start: float, end: float, y: int, color: str) -> None:
        """A dashed line from `start` to an arrow's head at `end`."""
        forth = 1 if end > start else -1
        length = max(0, int(abs(end - start)) - 20)
        for begin in range(0, length, 28):
            stretch = sorted((start + forth * begin, start + forth * min(length, begin + 16)))
            self._draw.rectangle(_finer(stretch[0], y - 4, stretch[1], y + 4), fill=color)
        tip = (end, y, end - forth * 26, y - 18, end - forth * 26, y + 18)
        self._draw.polygon(_finer(*tip), fill=color)

    def write(
        self, text: str, y: int, *, size: int, bold: bool = False, color: str = INK, at_end: bool = False
    ) -> None:
        """A line from where reading begins, or up to where it ends; in smaller type where it must."""
        runs, width = self._fitting(text, size, WIDTH - 2 * MARGIN, bold=bold)
        from_left = self.words.right_to_left is at_end
        self._put(runs, MARGIN if from_left else WIDTH - MARGIN - width, y, size, color)

    def paragraph(
        self, text: str, y: int, *, sizes: tuple[int, ...], bold: bool = False, color: str = INK
    ) -> int:
        """One or two lines in the first of these sizes that fits, cut short in the last; where they end."""
        room = WIDTH - 2 * MARGIN
        for size in sizes:
            lines = self._wrapped(text, size, room, bold=bold)
            if len(lines) <= 2:
                break
        if len(lines) > 2:
            lines = [lines[0], self.shortened(f"{lines[1]} {lines[2]}", sizes[-1], room, bold=bold)]
        for line in lines:
            self.write(line, y, size=size, bold=bold, color=color)
            y += round(size * 1.3)
        return y

    def write_at(
        self, text: str, x: float, y: int, *, size: int, width: float, bold: bool = False, color: str = INK
    ) -> int:
        """Lines with their middle at `x`, in a column of this width; the height where the next may begin."""
        for line in self._lines(text, size, width, bold=bold):
            runs, wide = self._fitting(line, size, width, bold=bold)
            self._put(runs, x - wide / 2, y, size, color)
            y += round(size * 1.35)
        return y + 4

    def png(self, height: int | None = None) -> bytes:
        """The paper down to this height; all of it where none is given."""
        height = height or self.height
        written = io.BytesIO()
        paper = self._image.crop((0, 0, WIDTH * _FINER, height * _FINER))
        paper.resize((WIDTH, height), Image.Resampling.BOX).save(written, "PNG")
        return written.getvalue()

    def _wrapped(self, text: str, size: int, room: float, *, bold: bool) -> list[str]:
        """The text in lines that fit, parted at spaces and between characters that need none."""
        lines = [""]
        for piece in self._pieces(text, size, room, bold=bold):
            longer = lines[-1] + piece
            if lines[-1] and self._laid_out(longer.rstrip(), size, bold=bold)[1] > room:
                lines.append(piece)
            else:
                lines[-1] = longer
        return [line.strip() for line in lines]

    def _pieces(self, text: str, size: int, room: float, *, bold: bool) -> list[str]:
        """What stands on one line together; of a word wider than the paper its characters."""
        pieces: list[str] = []
        for piece in _unbroken(text):
            whole = len(piece) < 20 or self._laid_out(piece, size, bold=bold)[1] <= room
            pieces += [piece] if whole else list(piece)
        return pieces

    def shortened(self, line: str, size: int, room: float, *, bold: bool) -> str:
        """The line as it is where it fits the room, else with its end cut off."""
        if self._laid_out(line, size, bold=bold)[1] <= room:
            return line
        while line and self._laid_out(f"{line}…", size, bold=bold)[1] > room:
            line = line[:-1].rstrip()
        return f"{line}…"

    def _lines(self, text: str, size: int, room: float, *, bold: bool) -> list[str]:
        """The text in two lines where it is too wide for one and has a space to part at."""
        if self._laid_out(text, size, bold=bold)[1] <= room or " " not in text:
            return [text]
        words = text.split(" ")
        halves = [(" ".join(words[:cut]), " ".join(words[cut:])) for cut in range(1, len(words))]
        return list(min(halves, key=lambda pair: max(map(len, pair))))

    def _fitting(self, text: str, size: int, room: float, *, bold: bool) -> tuple[list[fonts.Run], float]:
        """The text's runs in the largest type, from `size` down, in which it fits the room; their width."""
        for smaller in range(size, _SMALLEST, -1):
            runs, width = self._laid_out(text, smaller, bold=bold)
            if width <= room:
                return runs, width
        return self._laid_out(text, _SMALLEST, bold=bold)

    def _laid_out(self, text: str, size: int, *, bold: bool) -> tuple[list[fonts.Run], float]:
        runs = fonts.runs(self.words, text, size * _FINER, bold=bold, folders=self._folders)
        self.speechless = self.speechless or runs is None
        return runs or [], sum(font.getlength(piece) for piece, font in runs or []) / _FINER

    def _put(self, runs: list[fonts.Run], x: float, y: int, size: int, color: str) -> None:
        at = x * _FINER
        for piece, font in runs:
            self._draw.text((at, (y + size) * _FINER), piece, fill=color, font=font, anchor="ls")
            at += font.getlength(piece)


def _unbroken(text: str) -> list[str]:
    """The pieces of a text between which a line may end."""
    wide = [unicodedata.east_asian_width(char) in "WF" for char in text]
    cuts = [
        place for place in range(1, len(text)) if text[place - 1] == " " or (wide[place] and wide[place - 1])
    ]
    return [text[begin:end] for begin, end in itertools.pairwise([0, *cuts, len(text)])]


def _finer(*sides: float) -> tuple[float, ...]:
    return tuple(side * _FINER for side in sides)
