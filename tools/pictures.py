"""`make pictures`: cards, replies and charts of the demo's day as a phone shows them, for the docs.

The demo's day is lived through twice with a fixed hour, in a temporary folder: on the console for
the cards, on a fake Telegram for what people say and press; Chromium draws them into
`docs/pictures/`. Not part of `make check`: what it draws depends on the fonts that are installed.
"""

from __future__ import annotations

import asyncio
import io
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
from bot.messages.cards.card import alert_card
from bot.messages.cards.display import Display
from bot.settings import Settings
from bot.telegram.buttons.card_buttons import CardButtons
from rules import RuleSet, load_gazetteer, load_rules
from storage.file.database import connect
from tools.chart_pictures import draw_charts
from tools.day_on_telegram import told
from tools.phone import Browser, Bubble, make_small

FOLDER_OF_PICTURES = Path("docs/pictures")
NOW = datetime(2026, 3, 3, 18, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Damascus")
LARGEST, LARGEST_OF_ALL = 150_000, 2_000_000
"""Bytes of a picture, and of all of them."""
# Name of the file → language of the reader and a word of the card's place in English.
PICTURES = {
    "ar-contradiction": ("ar", "Fasher"),
    "ar-lifted-siege": ("ar", "Baban"),
    "ar-toll": ("ar", "Nyala"),
    "en-toll": ("en", "Nyala"),
    "en-three-feeds": ("en", "Idlib"),
    "en-withdrawn-order": ("en", "Rmeish"),
}
# What is said and pressed in `tools.day_on_telegram`, in either language.
REPLIES = tuple(
    f"{language}-{name}"
    for language in ("ar", "en")
    for name in (
        *("guide", "mine", "recent", "search", "status", "digest", "quiet-digest", "why"),
        *("rules", "review", "trial", "outbox"),
    )
)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
MISSING = (
    "Chromium is not installed, and it draws the pictures. On Debian and Ubuntu:\n"
    "  sudo apt-get install chromium fonts-noto-core fonts-noto-color-emoji"
)

WITHOUT_EMOJI = (
    "No font for emoji is installed: levels would be grey and marks empty boxes. On Debian and\n"
    "Ubuntu:  sudo apt-get install fonts-noto-color-emoji"
)


def main() -> int:
    """Draw every picture; 1 where Chromium or a font is missing, or one cannot be drawn."""
    program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if program is None:
        sys.stderr.write(f"{MISSING}\n")
        return 1
    if not _has_emoji():
        sys.stderr.write(f"{WITHOUT_EMOJI}\n")
        return 1
    FOLDER_OF_PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="marsad-pictures-") as made:
        folder = Path(made)
        browser = Browser(program, folder)
        pictures = [*_cards(browser, folder), *_charts(folder), *_replies(browser, folder)]
    sizes = [_small_enough(each) for each in pictures]
    if None in sizes:
        return 1
    total = sum(each.stat().st_size for each in pictures)
    sys.stdout.write(f"{len(pictures)} pictures: {total / 1000:.0f} kB\n")
    return int(total > LARGEST_OF_ALL)


def _has_emoji() -> bool:
    """Whether fontconfig knows a font for emoji; true where there is no fontconfig to ask."""
    lister = shutil.which("fc-list")
    if lister is None:
        return True
    asked = [lister, ":lang=und-zsye", "family"]
    return bool(subprocess.run(asked, capture_output=True, check=False).stdout.strip())  # noqa: S603


def _small_enough(picture: Path) -> Path | None:
    """None for a picture that is too large for a page, and says so."""
    size = picture.stat().st_size
    sys.stdout.write(f"{picture}: {size / 1000:.0f} kB\n")
    if size > LARGEST:
        sys.stderr.write(f"{picture} is larger than {LARGEST} bytes\n")
        return None
    return picture


def _cards(browser: Browser, folder: Path) -> list[Path]:
    """One card to a picture, with the buttons under it."""
    by_place, rules = _told(folder), load_rules()
    drawn = []
    for name, (language, place) in PICTURES.items():
        picture = FOLDER_OF_PICTURES / f"{name}.png"
        bubble = _card(by_place[place], language, rules)
        browser.draw([[bubble]], picture, language, ZONE)
        drawn.append(picture)
    return drawn


def _replies(browser: Browser, folder: Path) -> list[Path]:
    """What is answered to people, and to operators."""
    day = folder / "telegram"
    day.mkdir()
    shown = asyncio.run(told(day, NOW, ZONE))
    drawn = []
    for name in REPLIES:
        picture, bubbles = FOLDER_OF_PICTURES / f"{name}.png", shown[name]
        # The guide is one message that is redrawn: side by side, as it was at each tap.
        guide = name.endswith("guide")
        phones = [[each] for each in bubbles[1:]] if guide else [bubbles]
        browser.draw(phones, picture, name[:2], ZONE, columns=3 if guide else 1)
        drawn.append(picture)
    return drawn


def _charts(folder: Path) -> list[Path]:
    """What /map and /trend draw, by matplotlib."""
    db = connect(folder / FOLDER / "marsad.sqlite")
    drawn = draw_charts(db, FOLDER_OF_PICTURES, load_rules(), load_gazetteer(), NOW, ZONE)
    db.close()
    for each in drawn:
        make_small(each)
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


def _card(history: AlertHistory, language: str, rules: RuleSet) -> Bubble:
    names = {sample.id: sample.name for sample in SAMPLES}
    display = Display(language, rules.signals, NOW, ZONE, names)
    keyboard = CardButtons(history.alert, display, Reactions()).keyboard()
    rows = tuple(tuple(each.text for each in row) for row in keyboard.inline_keyboard)
    return Bubble(alert_card(history.alert, display).html, rows, at=history.alert.updated_at)


if __name__ == "__main__":
    sys.exit(main())
