"""Who may look at the page, and how they get in."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.web.access.init_data import GOOD_FOR
from bot.web.access.limits import SIGNING_IN, Limits
from storage.readers import forgetting, page_sessions, people
from storage.rows import fetch
from tests.bot.web.conftest import ANALYST, OPERATOR, STRANGER, VIEWER, Desk

PAGES = ("/", "/map", "/places", "/place/SY", "/signals", "/story/A1", "/newer", "/feeds", "/rules")


async def test_who_has_not_signed_in_sees_nothing(desk: Desk) -> None:
    async with desk.browser() as browser:
        for path in PAGES:
            answer = await browser.get(path)
            assert answer.status_code == 401 and "/sign-in.js" in answer.text
            assert "siege" not in answer.text.lower()


async def test_a_link_is_good_once(desk: Desk) -> None:
    until = desk.now + timedelta(minutes=10)
    key = await desk.database.write(lambda db: page_sessions.make_link(db, VIEWER, until, desk.now))
    async with desk.browser() as browser, desk.browser() as second:
        # What looks at a link before its reader does changes nothing.
        assert (await second.get(f"/sign-in?key={key}")).status_code == 200
        answer = await browser.post("/sign-in", data={"key": key})
        assert answer.status_code == 303
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Secure" not in cookie
        assert (await browser.get("/")).status_code == 200
        assert (await second.post("/sign-in", data={"key": key})).status_code == 403
    stored = await desk.database.read(lambda db: fetch(db, "SELECT * FROM page_sessions"))
    assert stored and all(row["hash"] not in cookie for row in stored)


async def test_an_old_link_opens_nothing(desk: Desk) -> None:
    until = desk.now - timedelta(seconds=1)
    key = await desk.database.write(lambda db: page_sessions.make_link(db, VIEWER, until, desk.now))
    async with desk.browser() as browser:
        assert (await browser.post("/sign-in", data={"key": key})).status_code == 403


async def test_the_cookie_is_secure_behind_tls(desk: Desk) -> None:
    key = await desk.database.write(
        lambda db: page_sessions.make_link(db, VIEWER, desk.now + timedelta(minutes=1), desk.now)
    )
    async with desk.browser() as browser:
        answer = await browser.post("https://page.example/sign-in", data={"key": key})
    assert "Secure" in answer.headers["set-cookie"]
    assert "strict-transport-security" in answer.headers


async def test_telegram_signs_a_person_in_once(desk: Desk) -> None:
    signed = desk.init_data(VIEWER)
    async with desk.browser() as browser, desk.browser() as thief:
        answer = await browser.post("/sign-in/telegram", data={"init_data": signed})
        assert answer.status_code == 200
        page = await browser.get("/")
        assert page.status_code == 200 and '<html lang="fr"' in page.text
        assert (
            await thief.post("/sign-in/telegram", data={"init_data": signed})
        ).status_code == 403


async def test_what_telegram_did_not_sign_is_refused(desk: Desk) -> None:
    changed = desk.init_data(VIEWER).replace("%3A+13", f"%3A+{OPERATOR}")
    assert changed != desk.init_data(VIEWER)
    for signed in (
        changed,
        desk.init_data(VIEWER, token="7654321:another-token"),
        desk.init_data(VIEWER, desk.now - GOOD_FOR - timedelta(seconds=1)),
        desk.init_data(VIEWER, desk.now + timedelta(minutes=5)),
        desk.init_data(STRANGER),
        desk.init_data(VIEWER) + "&user=%7B%22id%22%3A11%7D",
        "",
        "hash=&user=",
    ):
        async with desk.browser() as browser:
            answer = await browser.post("/sign-in/telegram", data={"init_data": signed})
            assert answer.status_code == 403 and "set-cookie" not in answer.headers


async def test_who_was_removed_sees_nothing_from_then_on(desk: Desk) -> None:
    async with await desk.signed_in(VIEWER) as browser:
        assert (await browser.get("/")).status_code == 200
        link = await desk.database.write(
            lambda db: page_sessions.make_link(db, VIEWER, desk.now + timedelta(hours=1), desk.now)
        )
        await desk.database.write(lambda db: people.remove(db, VIEWER, desk.now))
        assert (await browser.get("/")).status_code == 401
        # Nor by what they held before, once somebody lets them in again.
        await desk.database.write(lambda db: people.admit(db, VIEWER, "", "viewer", desk.now))
        assert (await browser.get("/")).status_code == 401
        assert (await browser.post("/sign-in", data={"key": link})).status_code == 403


async def test_who_is_forgotten_leaves_no_session(desk: Desk) -> None:
    async with await desk.signed_in(VIEWER):
        await desk.database.write(lambda db: forgetting.person(db, VIEWER))
        assert not await desk.database.read(lambda db: fetch(db, "SELECT * FROM page_sessions"))


async def test_feeds_and_rules_are_for_analysts_and_operators(desk: Desk) -> None:
    for path in ("/feeds", "/rules", "/rules/flood", "/rules/try"):
        for person, status in ((OPERATOR, 200), (ANALYST, 200), (VIEWER, 403)):
            async with await desk.signed_in(person) as browser:
                assert (await browser.get(path)).status_code == status, (path, person)


async def test_alerts_of_rules_on_trial_are_for_operators(desk: Desk) -> None:
    for person, seen in ((OPERATOR, True), (ANALYST, False), (VIEWER, False)):
        async with await desk.signed_in(person) as browser:
            assert ("Only for operators" in (await browser.get("/")).text) is seen
            assert (await browser.get("/story/A3")).status_code == (200 if seen else 404)


async def test_a_form_of_another_site_changes_nothing(desk: Desk) -> None:
    async with await desk.signed_in(VIEWER) as browser:
        page = (await browser.get("/")).text
        found = re.search(r'name="form" value="([0-9a-f]+)"', page)
        assert found
        good = {"language": "ar", "form": found[1], "back": "//evil.example"}
        refused = await browser.post("/language", data=good | {"form": "0" * 64})
        assert refused.status_code == 403
        elsewhere = {"sec-fetch-site": "cross-site"}
        assert (await browser.post("/language", data=good, headers=elsewhere)).status_code == 403
        for origin in ("https://evil.example", "null", "http://["):
            headers = {"origin": origin}
            assert (await browser.post("/language", data=good, headers=headers)).status_code == 403
        assert '<html lang="en"' in (await browser.get("/")).text
        answer = await browser.post("/language", data=good)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert '<html lang="ar" dir="rtl"' in (await browser.get("/")).text
        await browser.post("/sign-out", data=good)
        assert (await browser.get("/")).status_code == 401


async def test_who_tries_keys_is_stopped(desk: Desk) -> None:
    async with desk.browser() as browser:
        answers = [
            (await browser.post("/sign-in", data={"key": str(number)})).status_code
            for number in range(SIGNING_IN.at_once + 2)
        ]
    assert answers[0] == 403 and answers[-1] == 429


def test_one_address_does_not_use_up_what_another_may() -> None:
    """A socket for both families says an IPv4 address as an IPv6 one."""
    limits, now = Limits(SIGNING_IN), datetime(2026, 11, 28, tzinfo=UTC)
    for first, same, other in (
        ("203.0.113.7", "203.0.113.7", "203.0.113.8"),
        ("::ffff:203.0.113.7", "::ffff:203.0.113.7", "::ffff:198.51.100.1"),
        ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"),
        ("fe80::1%eth0", "fe80::2%eth0", "no address"),
    ):
        for _ in range(SIGNING_IN.at_once):
            limits.wait(first, now)
        assert limits.wait(same, now) is not None and limits.wait(other, now) is None, first


async def test_what_is_too_large_is_refused(desk: Desk) -> None:
    async with desk.browser() as browser:
        answer = await browser.post("/sign-in", data={"key": "k" * 70_000})
        assert answer.status_code == 413


async def test_a_body_of_unknown_length_is_refused_and_none_at_all_is_no_fault(desk: Desk) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"key=k"

    async with desk.browser() as browser:
        assert (await browser.post("/sign-in", content=pieces())).status_code == 411
        assert (await browser.request("OPTIONS", "/")).status_code == 405
        answer = await browser.request("OPTIONS", "/api/alerts")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


async def test_metrics_are_for_this_machine_and_operators(desk: Desk) -> None:
    here = {"address": "127.0.0.1", "host": "127.0.0.1:8080"}
    for path in ("/metrics", "/healthz"):
        async with desk.browser(**here) as browser:
            assert (await browser.get(path)).status_code == 200
            proxied = {"x-forwarded-for": "203.0.113.7"}
            assert (await browser.get(path, headers=proxied)).status_code == 404
            rebound = {"host": "evil.example"}
            assert (await browser.get(path, headers=rebound)).status_code == 404
        async with desk.browser() as browser:
            assert (await browser.get(path)).status_code == 404
        async with await desk.signed_in(VIEWER) as browser:
            assert (await browser.get(path)).status_code == 404
        async with await desk.signed_in(OPERATOR) as browser:
            assert (await browser.get(path)).status_code == 200


async def test_no_key_reaches_the_log(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with desk.browser() as browser:
        await browser.get("/sign-in?key=a-secret-key")
    ours = [each.getMessage() for each in caplog.records if each.name == "bot.web.access.shield"]
    assert any("/sign-in 200" in each for each in ours)
    assert not any("secret" in each for each in ours)


async def test_a_program_reads_the_api_with_a_key_of_an_analyst(desk: Desk) -> None:
    until = desk.now + timedelta(days=90)

    async def asked(person_id: int) -> int:
        key = await desk.database.write(
            lambda db: page_sessions.begin(db, person_id, "en", until, desk.now)
        )
        async with desk.browser() as program:
            headers = {"authorization": f"Bearer {key}"}
            return (await program.get("/api/alerts", headers=headers)).status_code

    assert await asked(ANALYST) == 200
    assert await asked(VIEWER) == 403
    async with desk.browser() as program:
        assert (await program.get("/api/alerts")).status_code == 401
        wrong = {"authorization": "Bearer guessed"}
        assert (await program.get("/api/alerts", headers=wrong)).status_code == 401
        described = (await program.get("/api/openapi.json")).json()
    async with await desk.signed_in(ANALYST) as browser:
        cookie = described["components"]["securitySchemes"]["session"]["name"]
        assert list(browser.cookies) == [cookie]
        assert (await browser.get("/api/alerts")).status_code == 200
    key = await desk.database.write(
        lambda db: page_sessions.begin(db, ANALYST, "en", until, desk.now)
    )
    assert await desk.database.write(lambda db: page_sessions.end_all(db, ANALYST)) == 3
    async with desk.browser() as program:
        gone = await program.get("/api/alerts", headers={"authorization": f"Bearer {key}"})
        assert gone.status_code == 401
