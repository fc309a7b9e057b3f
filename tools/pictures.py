"""`make pictures`: cards of the demo's alerts as a phone shows them, for README and docs.

The demo runs with a fixed hour into a temporary folder; Chromium draws each card in a chat bubble
of 390 points' width into `docs/pictures/`. Not part of `make check`: what it draws depends on the
fonts that are installed.
"""

from __future__ import annotations

import asyncio
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console

from bot.alerts.summaries.history import AlertHistory
from bot.cli.demo import FOLDER, histories_in, show
from bot.cli.samples import SAMPLES
from bot.delivery.deciding.outcome import Reactions
from bot.locales.bidi import RTL_LANGUAGES
from bot.messages.cards.card import alert_card
from bot.messages.cards.display import Display
from bot.settings import Settings
from bot.telegram.buttons.card_buttons import CardButtons
from bot.text import escape
from rules import RuleSet, load_gazetteer, load_rules
from storage.file.database import connect
from tools.chart_pictures import draw_charts

FOLDER_OF_PICTURES = Path("docs/pictures")
PAGE = Path(__file__).with_name("pictures.html")
NOW = datetime(2026, 3, 3, 18, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Damascus")
WIDTH = 390
LARGEST = 150_000
"""Bytes of a picture."""
# Name of the file → language of the reader and a word of the card's place in English.
PICTURES = {
    "ar-contradiction": ("ar", "Fasher"),
    "ar-lifted-siege": ("ar", "Baban"),
    "ar-toll": ("ar", "Nyala"),
    "en-toll": ("en", "Nyala"),
    "en-three-feeds": ("en", "Idlib"),
    "en-withdrawn-order": ("en", "Rmeish"),
}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
MISSING = (
    "Chromium is not installed, and it draws the pictures. On Debian and Ubuntu:\n"
    "  sudo apt-get install chromium fonts-noto-core fonts-noto-color-emoji"
)
QUIET = (
    *("--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--hide-scrollbars"),
    *("--force-device-scale-factor=2",),
)


def main() -> int:
    """Draw every picture; 1 where Chromium is missing or one cannot be drawn."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        sys.stderr.write(f"{MISSING}\n")
        return 1
    FOLDER_OF_PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="marsad-pictures-") as folder:
        told = _told(Path(folder))
        rules = load_rules()
        pictures = _charts(Path(folder), rules)
        for name, (language, place) in PICTURES.items():
            page = Path(folder) / f"{name}.html"
            page.write_text(_page(told[place], language, rules), encoding="utf-8")
            picture = FOLDER_OF_PICTURES / f"{name}.png"
            _draw(browser, page, picture, Path(folder) / "profile")
            pictures.append(picture)
    return max(map(_too_large, pictures))


def _too_large(picture: Path) -> int:
    """1 for a picture that is too large for a page, and says so."""
    size = picture.stat().st_size
    sys.stdout.write(f"{picture}: {size / 1000:.0f} kB\n")
    if size > LARGEST:
        sys.stderr.write(f"{picture} is larger than {LARGEST} bytes\n")
    return int(size > LARGEST)


def _charts(folder: Path, rules: RuleSet) -> list[Path]:
    """What /map and /trend draw, by matplotlib."""
    db = connect(folder / FOLDER / "marsad.sqlite")
    drawn = draw_charts(db, FOLDER_OF_PICTURES, rules, load_gazetteer(), NOW, ZONE)
    db.close()
    return drawn


def _told(folder: Path) -> Mapping[str, AlertHistory]:
    """The demo's alerts, by the word of their place."""
    quiet = Console(file=io.StringIO(), width=100)
    asyncio.run(show(Settings(), feed=None, data_dir=folder, console=quiet, now=NOW))
    db = connect(folder / FOLDER / "marsad.sqlite")
    found = histories_in(db)
    db.close()
    places = {place for _, place in PICTURES.values()}
    return {
        word: each
        for each in found
        for word in places
        if any(word in place.names["en"] for place in each.alert.places)
    }


def _page(history: AlertHistory, language: str, rules: RuleSet) -> str:
    """The card in a bubble, with the buttons under it."""
    names = {sample.id: sample.name for sample in SAMPLES}
    display = Display(language, rules.signals, NOW, ZONE, names)
    return PAGE.read_text(encoding="utf-8").format(
        language=language,
        direction="rtl" if language in RTL_LANGUAGES else "ltr",
        text=_as_a_phone_shows(alert_card(history.alert, display).html),
        clock=history.alert.updated_at.astimezone(ZONE).strftime("%H:%M"),
        buttons=_buttons(history, display),
    )


def _buttons(history: AlertHistory, display: Display) -> str:
    """The rows of buttons under the card."""
    card = CardButtons(history.alert, display, Reactions())
    rows = [
        "".join(f'<div class="button">{escape(each.text)}</div>' for each in row)
        for row in card.keyboard().inline_keyboard
    ]
    return "".join(f'<div class="row">{row}</div>' for row in rows)


def _as_a_phone_shows(html: str) -> str:
    """With the id as a link; a quotation begins and ends its lines by itself."""
    quoted = re.sub(r"\n?(</?blockquote[^>]*>)\n?", r"\1", html)
    return re.sub(r"(?<![\w/<])(/A\d+)", r"<a>\1</a>", quoted)


def _draw(browser: str, page: Path, picture: Path, profile: Path) -> None:
    """As high as the page is."""
    # Chromium refuses its sandbox to root.
    own = [*QUIET, f"--user-data-dir={profile}", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    read = _run([browser, *own, f"--window-size={WIDTH},100", "--dump-dom", page.as_uri()])
    found = re.search(r"<title>(\d+)</title>", read)
    if found is None:
        raise RuntimeError(f"Chromium could not read {page}")
    size = f"--window-size={WIDTH},{found[1]}"
    _run([browser, *own, size, f"--screenshot={picture.absolute()}", page.as_uri()])


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)  # noqa: S603
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
