"""A clock of ours that is wrong hides no news, and health is not green by it."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from bot.polling.clock_doubt import MOST_HOSTS, ClockDoubt
from tests.bot.feeds.documents import numbered, rss
from tests.bot.polling.desk import NOW, Desk, open_desk
from tests.feed_server import Names

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
IDS = [f"f{number}" for number in range(5)]


def serve(
    desk: Desk, last: int, at: datetime, says: dict[str, dict[str, str]] | None = None
) -> None:
    """Every feed has entries up to `last`, of this moment, which its server says as well."""
    for feed in IDS:
        said = {"Date": format_datetime(at)} | (says or {}).get(feed, {})
        entries = numbered(range(last + 1), at, base=f"https://{feed}.test")
        desk.server.serve(f"/{feed}", rss(entries), headers=said)


@pytest.mark.parametrize("ahead", [8 * DAY, 45 * DAY, -8 * DAY])
async def test_by_a_clock_that_is_days_off_news_is_news_and_health_names_it(
    tmp_path: Path, ahead: timedelta
) -> None:
    names = Names(**{f"{feed}_test": ["127.0.0.1"] for feed in IDS})
    async with open_desk(tmp_path, IDS, names=names, host=lambda feed: f"{feed}.test") as desk:
        serve(desk, 3, NOW)
        await desk.poll(ahead)
        serve(desk, 4, NOW + HOUR, says={"f0": {"Date": "soon"}, "f1": {"Date": "Thu, 01 Jan"}})
        reports = await desk.poll(ahead + HOUR)
        assert [reports[feed].new for feed in IDS] == [1] * 5
        (trouble,) = desk.poller.troubles
        assert f"{abs(ahead)} {'ahead of' if ahead > timedelta(0) else 'behind'}" in trouble
        # It is set right.
        serve(desk, 5, NOW + 2 * HOUR)
        await desk.poll(2 * HOUR)
        assert desk.poller.troubles == ()


@pytest.mark.parametrize(
    "says",
    [
        {"f0": {"Date": "Thu, 01 Jan 2099 00:00:00 GMT"}, "f1": {"Date": "Mon, 01 Jan 1900"}},
        {feed: {"Date": "x"} for feed in IDS},
        {feed: {"Date": format_datetime(NOW - DAY), "Age": "86400"} for feed in IDS},
        {feed: {"Date": "Fri, 31 Dec 9999 23:59:59 GMT", "Age": "9" * 10} for feed in IDS},
        {feed: {"Date": format_datetime(NOW - HOUR / 2)} for feed in IDS},
    ],
)
async def test_a_few_liars_and_caches_make_no_doubt(
    tmp_path: Path, says: dict[str, dict[str, str]]
) -> None:
    names = Names(**{f"{feed}_test": ["127.0.0.1"] for feed in IDS})
    async with open_desk(tmp_path, IDS, names=names, host=lambda feed: f"{feed}.test") as desk:
        serve(desk, 3, NOW, says)
        reports = await desk.poll()
        assert {report.result for report in reports.values()} == {"accepted"}
        assert desk.poller.troubles == ()


def test_hosts_are_not_remembered_without_end() -> None:
    doubt = ClockDoubt()
    for number in range(2 * MOST_HOSTS):
        doubt.record(f"{number}.test", NOW, NOW + 2 * HOUR)
    assert f"(hosts: {MOST_HOSTS})" in (doubt.trouble or "")
    doubt.record("late.test", NOW + DAY, NOW + DAY)
    assert doubt.trouble is None
