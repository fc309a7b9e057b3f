"""The page as pictures: docs/pictures/page-*.png, from the demo's data.

    python -m tools.page_pictures [--all FOLDER]

Needs Chromium (Debian: chromium, fonts-noto-core). `--all` writes every page in two languages and
sizes, light and dark, for looking at.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from rules import load_rules
from tests.browser.served import OPERATOR, UNFOLDED, Served, chromium, demo_page, without_browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, StorageState

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
NOW = datetime(2026, 3, 3, 18, 0, tzinfo=UTC)
DESKTOP, PHONE = (1200, 800), (390, 844)


@dataclass(frozen=True, slots=True)
class Shot:
    """A page as somebody sees it. `path` of a story is found on the first page."""

    name: str
    path: str
    language: Literal["ar", "en"]
    size: tuple[int, int] = DESKTOP
    scheme: Literal["light", "dark"] = "light"


SHOTS = (
    Shot("page-now-ar", "/", "ar"),
    Shot("page-map-en", "/map", "en"),
    Shot("page-story-ar", "story", "ar", PHONE, "dark"),
)


def every_shot() -> list[Shot]:
    paths = {
        "now": "/?days=30",
        "story": "story",
        "map": "/map?days=30",
        "places": "/places",
        "place": "/places?name=Babanusa",
        "signals": "/signals",
        "feeds": "/feeds",
        "rules": "/rules",
        "rule": "/rules/siege",
        "try": "/rules/try",
    }
    shots = []
    for name, path in paths.items():
        shots += [
            Shot(f"{name}-ar", path, "ar"),
            Shot(f"{name}-en-dark", path, "en", DESKTOP, "dark"),
            Shot(f"{name}-ar-phone", path, "ar", PHONE),
            Shot(f"{name}-ar-phone-dark", path, "ar", PHONE, "dark"),
            Shot(f"{name}-en-phone", path, "en", PHONE),
        ]
    return shots


def take(
    browser: Browser, served: Served, shots: list[Shot], folder: Path, *, whole: bool = False
) -> None:
    """`whole`: all of each page, unfolded, and not only what a screen shows of it.

    Signed in once for each language: who signs in again and again has to wait.
    """
    folder.mkdir(parents=True, exist_ok=True)
    states: dict[str, StorageState] = {}
    for shot in shots:
        width, height = shot.size
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=shot.scheme,
            storage_state=states.get(shot.language),
        )
        page = context.new_page()
        if shot.language not in states:
            sign_in(page, served, shot.language)
            states[shot.language] = context.storage_state()
        path = shot.path
        if path == "story":
            page.goto(served.url + "/?days=30")
            path = page.locator(".item h3 a").first.get_attribute("href") or "/"
        page.goto(served.url + path)
        if whole:
            page.evaluate(UNFOLDED)
        page.screenshot(path=folder / f"{shot.name}.png", full_page=whole)
        context.close()


def sign_in(page: Page, served: Served, language: str) -> None:
    page.goto(served.link(OPERATOR))
    page.locator("main button").click()
    page.locator(f"footer button[value={language}]").click()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", type=Path, metavar="FOLDER")
    folder = parser.parse_args().all
    if missing := without_browser():
        sys.stderr.write(f"{missing}\n")
        return 1
    rules = load_rules()
    with (
        tempfile.TemporaryDirectory() as data,
        demo_page(Path(data), NOW, lambda: rules) as served,
        chromium() as browser,
    ):
        if folder:
            take(browser, served, every_shot(), folder, whole=True)
        else:
            take(browser, served, list(SHOTS), PICTURES)
    return 0


if __name__ == "__main__":
    sys.exit(main())
