"""The page in a real browser, over the demo's data: read, filtered, signed in, and accessible."""

from __future__ import annotations

import csv
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import pytest

from bot.exports.writing import NAMES
from bot.locales import texts
from tests.browser.reading import misplaced
from tests.browser.served import (
    OPERATOR,
    TOKEN,
    UNFOLDED,
    VIEWER,
    Served,
    chromium,
    demo_page,
    without_browser,
)
from tests.conftest import shipped_places, shipped_rules

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, StorageState

MISSING = without_browser()
pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING or "there is a browser")

NOW = datetime(2026, 3, 3, 18, 0, tzinfo=UTC)
PATHS = (
    *("/", "/map", "/places", "/places?name=Babanusa", "/places?name=Zorb+lax", "/signals"),
    *("/feeds", "/rules", "/rules/siege", "/rules/try"),
    # Words longer than a phone is wide are said back.
    *(f"/?q={'W' * 200}", f"/places?name={'W' * 200}"),
)
# What reaches beyond a phone's screen, for the message of a failure.
TOO_WIDE = """[...document.querySelectorAll("main *, footer *, header *")].filter((each) => {
    const box = each.getBoundingClientRect();
    return box.left < -1 || box.right > 391;
}).slice(0, 5).map((each) => each.outerHTML.slice(0, 90))"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    from bot import rules_in_force

    rules = shipped_rules()
    shipped_places()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules_in_force, "load_checked", lambda *asked: rules)
        with demo_page(tmp_path_factory.mktemp("page"), NOW, lambda: rules) as page:
            yield page


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def states(served: Served, browser: Browser) -> dict[str, StorageState]:
    """Somebody who signed in by a link, and reads that language."""
    found: dict[str, StorageState] = {}
    for language in ("ar", "en"):
        context = browser.new_context()
        page = context.new_page()
        page.goto(served.link(OPERATOR))
        page.locator("main button").click()
        page.locator(f"footer button[value={language}]").click()
        assert page.locator("html").get_attribute("lang") == language
        found[language] = context.storage_state()
        context.close()
    return found


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context()
    yield opened
    opened.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["ar", "en"])
def test_every_page_is_quiet_fits_a_phone_reads_in_order_and_is_accessible(
    served: Served,
    browser: Browser,
    states: dict[str, StorageState],
    language: str,
    scheme: str,
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    phone = browser.new_context(
        storage_state=states[language],
        viewport={"width": 390, "height": 844},
        color_scheme="dark" if scheme == "dark" else "light",
        bypass_csp=True,  # axe is put into the page, which allows no script of others
    )
    page, said = phone.new_page(), list[str]()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(served.url)
    story = page.locator(".item h3 a").first.get_attribute("href")
    assert story
    wrong: list[object] = []
    for path in (*PATHS, story):
        page.goto(served.url + path)
        page.evaluate(UNFOLDED)
        if (wide := page.evaluate("document.documentElement.scrollWidth")) > 390:
            wrong.append((path, wide, page.evaluate(TOO_WIDE)))
        wrong += [(path, each) for each in misplaced(page)]
        found = Axe().run(page).response["violations"]
        wrong += [(path, each["id"], each["nodes"][0]["html"][:200]) for each in found]
    phone.close()
    assert wrong == []
    assert said == []


def test_the_policy_stops_nothing_of_our_own(
    served: Served, browser: Browser, states: dict[str, StorageState]
) -> None:
    context = browser.new_context(storage_state=states["en"])
    page, said = context.new_page(), list[str]()
    page.on("console", lambda message: said.append(message.text))
    for path in PATHS:
        page.goto(served.url + path)
    assert said == []
    context.close()


def test_a_filter_changes_the_list_and_the_address(
    served: Served, browser: Browser, states: dict[str, StorageState]
) -> None:
    context = browser.new_context(storage_state=states["ar"])
    page = context.new_page()
    page.goto(served.url)
    all_of_them = page.locator(".item").count()
    with page.expect_response(lambda answer: "level=critical" in answer.url):
        page.locator("select[name=level]").select_option("critical")
    page.wait_for_url("**level=critical**")
    page.locator(".item:not(.critical)").first.wait_for(state="detached")
    assert 0 < page.locator(".item").count() < all_of_them
    page.locator(".item h3 a").first.click()
    page.wait_for_url("**/story/A*")
    assert page.locator(".reports li").count() >= 1
    context.close()


def test_without_scripts_the_same_can_be_read(
    served: Served, browser: Browser, states: dict[str, StorageState]
) -> None:
    context = browser.new_context(storage_state=states["ar"], java_script_enabled=False)
    page = context.new_page()
    page.goto(served.url)
    page.locator("select[name=level]").select_option("critical")
    page.locator(".filters button").click()
    assert "level=critical" in page.url
    assert page.locator(".item.critical").count() == page.locator(".item").count() > 0
    context.close()


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_file_is_taken_by_keyboard_and_holds_what_the_filters_show(
    served: Served, browser: Browser, states: dict[str, StorageState], language: str
) -> None:
    context = browser.new_context(storage_state=states[language])
    page, say = context.new_page(), texts(language)
    page.goto(f"{served.url}/?days=30")
    all_of_them = page.locator(".item").count()
    page.locator("select[name=level]").select_option("critical")
    page.wait_for_url("**level=critical**")
    page.locator(".item:not(.critical)").first.wait_for(state="detached")
    shown = {
        item.locator(".meta .code").inner_text(): item.locator(".where a").first.inner_text()
        for item in page.locator(".item").all()
    }
    assert 0 < len(shown) < all_of_them

    page.locator(".list .item h3 a").last.focus()
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.files summary')"):
            break
    page.keyboard.press("Enter")
    # A reader of screens hears of each link what is in it, not of six formats twice.
    for kind, form in product(("alerts", "stories"), NAMES):
        if (kind, form) == ("stories", "cap"):
            continue
        page.keyboard.press("Tab")
        name = f"{say(f'web.files.form.{form}')} {say(f'web.files.{kind}')}"
        link = page.get_by_role("link", name=name, exact=True)
        assert link.evaluate("each => each === document.activeElement"), name
        if (kind, form) == ("alerts", "csv"):
            with page.expect_download() as taken:
                page.keyboard.press("Enter")
    with taken.value.path().open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))[1:]  # the first has the tags
    assert {row["id"]: row["place_name"] for row in rows} == shown
    context.close()


def test_the_keyboard_goes_past_the_menu(
    served: Served, browser: Browser, states: dict[str, StorageState]
) -> None:
    context = browser.new_context(storage_state=states["en"])
    page = context.new_page()
    page.goto(served.url)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    context.close()


def signed(person_id: int, token: str) -> str:
    user = json.dumps({"id": person_id, "first_name": "Sami", "language_code": "en"})
    values = {"auth_date": str(int(NOW.timestamp())), "query_id": "AAF", "user": user}
    lines = "\n".join(f"{name}={values[name]}" for name in sorted(values))
    secret = hmac.new(b"WebAppData", token.encode(), hashlib.sha256).digest()
    values["hash"] = hmac.new(secret, lines.encode(), hashlib.sha256).hexdigest()
    return urlencode(values)


def opened_by_telegram(page: Page, served: Served, data: str) -> None:
    page.goto(f"{served.url}/#tgWebAppData={quote(data)}&tgWebAppVersion=8.0")


def test_telegram_opens_it_signed_in(served: Served, context: BrowserContext) -> None:
    page = context.new_page()
    opened_by_telegram(page, served, signed(VIEWER, TOKEN))
    page.locator(".item").first.wait_for()
    assert "tgWebAppData" not in page.url
    assert page.locator("nav a[href='/feeds']").count() == 0


def test_what_telegram_did_not_sign_stays_outside(served: Served, context: BrowserContext) -> None:
    page = context.new_page()
    opened_by_telegram(page, served, signed(OPERATOR, "7654321:another-token"))
    page.locator("#refused").wait_for(state="visible")
    assert page.locator(".item").count() == 0
