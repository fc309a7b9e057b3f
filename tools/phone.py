"""What a chat looks like on a cheap phone, 360 points wide, drawn by Chromium."""

from __future__ import annotations

import io
import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

from bot.text import escape

PAGE = Path(__file__).with_name("pictures.html")
WIDTH = 360
COLOURS = 128
"""Of a picture: a card has few, and a palette makes it a third of the size."""
_QUIET = (
    *("--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--hide-scrollbars"),
)


@dataclass(frozen=True, slots=True)
class Bubble:
    """What one side wrote; `pressed` is the button that was touched then."""

    html: str
    buttons: tuple[tuple[str, ...], ...] = ()
    mine: bool = False
    at: datetime | None = None
    pressed: str = ""


@dataclass(frozen=True, slots=True)
class Browser:
    """Chromium, with a folder of its own."""

    program: str
    folder: Path

    def draw(
        self,
        phones: Sequence[Sequence[Bubble]],
        picture: Path,
        language: str,
        zone: tzinfo,
        columns: int = 1,
    ) -> None:
        """Draw one chat, or several beside one another, as high as they are."""
        page = self.folder / f"{picture.stem}.html"
        page.write_text(page_of(phones, language, zone, columns), encoding="utf-8")
        width = WIDTH * columns
        # What is shown smaller needs fewer points.
        scale = f"--force-device-scale-factor={2 if columns == 1 else 1.25}"
        profile = f"--user-data-dir={self.folder / 'profile'}"
        # Chromium refuses its sandbox to root.
        own = [*_QUIET, scale, profile, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        asked = [self.program, *own, f"--window-size={width},100", "--dump-dom", page.as_uri()]
        found = re.search(r"<title>(\d+)</title>", _run(asked))
        if found is None:
            raise RuntimeError(f"Chromium could not read {page}")
        size = f"--window-size={width},{found[1]}"
        shot = f"--screenshot={picture.absolute()}"
        _run([self.program, *own, size, shot, page.as_uri()])
        make_small(picture)


def page_of(
    phones: Sequence[Sequence[Bubble]], language: str, zone: tzinfo, columns: int = 1
) -> str:
    chats = "".join(
        f'<div class="phone">{"".join(_bubble(each, zone) for each in chat)}</div>'
        for chat in phones
    )
    page = PAGE.read_text(encoding="utf-8")
    return page.format(language=language, width=WIDTH * columns, columns=columns, phones=chats)


def make_small(picture: Path) -> None:
    """With a palette of its own."""
    from PIL import Image

    with Image.open(io.BytesIO(picture.read_bytes())) as drawn:
        few = drawn.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(picture, optimize=True)


def _bubble(bubble: Bubble, zone: tzinfo) -> str:
    clock = bubble.at.astimezone(zone).strftime("%H:%M") if bubble.at else ""
    text = escape(bubble.html) if bubble.mine else _as_a_phone_shows(bubble.html)
    rows = "".join(
        f'<div class="row">{"".join(_button(each, bubble.pressed) for each in row)}</div>'
        for row in bubble.buttons
    )
    side = "bubble mine" if bubble.mine else "bubble"
    return (
        f'<div class="{side}"><div class="text">{text}</div>'
        f'<div class="clock">{clock}</div></div>{rows}'
    )


def _button(label: str, pressed: str) -> str:
    kind = "button pressed" if label == pressed else "button"
    return f'<div class="{kind}" dir="auto">{escape(label)}</div>'


def _as_a_phone_shows(html: str) -> str:
    """With commands as links; a quotation begins and ends its lines by itself."""
    quoted = re.sub(r"\n?(</?blockquote[^>]*>)\n?", r"\1", html)
    return re.sub(r"(?<![\w/<])(/[A-Za-z]\w+)", r"<a>\1</a>", quoted)


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)  # noqa: S603
    return done.stdout
