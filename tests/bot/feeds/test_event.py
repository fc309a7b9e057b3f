"""What a feed's own elements say of place and time of an event."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.parse.apart.pipe import encode_parsed
from bot.feeds.parse.apart.pool import ParserPool
from bot.feeds.parse.entry import Document, ParsedFeed, SaidEvent, Shape
from bot.feeds.parse.event import HANDED, KEPT_POINTS, MOST_POINTS, with_events
from bot.feeds.parse.parser import parse
from bot.polling.content_hash import content_hash

SAMPLES = Path(__file__).parent / "samples"
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
ALEPPO = Shape(((36.2, 37.16),))
BOX = {(35.9, 36.9), (35.9, 37.5), (36.4, 37.5), (36.4, 36.9)}
NAMESPACES = (
    'xmlns:georss="http://www.georss.org/georss" xmlns:gml="http://www.opengis.net/gml" '
    'xmlns:geo="http://www.w3.org/2003/01/geo/wgs84_pos#" xmlns:gdacs="http://www.gdacs.org" '
    'xmlns:cap="urn:oasis:names:tc:emergency:cap:1.2"'
)


def read(body: bytes) -> ParsedFeed:
    parsed = parse(Document(body, "https://field.example/feed"), NOW)
    assert isinstance(parsed, ParsedFeed), parsed
    return parsed


def events(name: str) -> dict[str, SaidEvent | None]:
    return {each.title: each.event for each in read((SAMPLES / name).read_bytes()).entries}


def of(elements: str, link: str = "https://field.example/1") -> SaidEvent | None:
    body = (
        f"<rss version='2.0' {NAMESPACES}><channel><title>c</title>"
        f"<item><title>before</title><guid isPermaLink='false'>0</guid></item>"
        f"<item><title>one</title><link>{link}</link>{elements}</item>"
        f"<item><title>after</title><guid isPermaLink='false'>2</guid></item></channel></rss>"
    )
    entries = read(body.encode()).entries
    assert [each.title for each in entries] == ["before", "one", "after"]
    assert entries[0].event is None and entries[2].event is None
    return entries[1].event


def test_georss_in_all_its_spellings() -> None:
    found = events("georss.xml")
    for title in ("simple point", "another prefix, a comma", "gml point with height", "w3c"):
        assert found[title] == SaidEvent((ALEPPO,)), title
    for title in ("gml polygon", "gml envelope", "simple box"):
        event = found[title]
        assert event is not None and len(event.shapes) == 1
        assert set(event.shapes[0].points) == BOX, title
    assert found["two points"] == SaidEvent((ALEPPO, Shape(((33.51, 36.29),))))
    assert found["none"] is None
    assert found["only shown"] is None


def test_gdacs_says_country_point_and_when_it_began() -> None:
    found = events("gdacs.xml")
    flood = found["Orange flood alert in Sudan"]
    assert flood == SaidEvent(
        shapes=(Shape(((15.6, 32.53),)),),
        countries=("SDN", "Sudan"),
        at=datetime(2026, 1, 28, tzinfo=UTC),
        until=datetime(2026, 2, 3, tzinfo=UTC),
    )
    drought = found["Drought in the Sahel"]
    assert drought is not None
    assert {"Mali", "Niger", "Chad"} <= set(drought.countries)
    # Months ago is when it began: an event has no thirty days.
    assert drought.at == datetime(2025, 9, 1, tzinfo=UTC)


def test_cap_says_area_times_and_whether_it_is_meant() -> None:
    found = read((SAMPLES / "cap.xml").read_bytes()).entries
    warning, test, cancel, whole = (each.event for each in found)
    assert warning is not None
    assert warning.at == datetime(2026, 1, 31, 4, tzinfo=UTC)
    assert warning.until == datetime(2026, 2, 1, 20, tzinfo=UTC)
    assert {"Aleppo", "Idlib", "SY-HL"} <= set(warning.areas)
    assert Shape(((35.93, 36.63),), 12.0) in warning.shapes
    assert set(warning.shapes[-1].points) == BOX
    assert (warning.exercise, warning.cancelled) == (False, False)
    assert test is not None and test.exercise
    assert cancel is not None and cancel.cancelled
    assert whole is not None and whole.exercise and whole.areas == ("Hama",)
    # The same text that is taken back says something else.
    assert content_hash(found[0]) != content_hash(found[2])


def test_countries_among_the_categories_where_they_are_said_to_be_such() -> None:
    report = "https://reliefweb.int/report/sudan/1"
    said = of("<category>Sudan</category><category>Chad</category>", report)
    assert said is not None and said.countries == ("Sudan", "Chad")
    assert of("<category>Sudan</category>") is None
    domain = of('<category domain="https://x.example/country">Sudan</category>')
    assert domain is not None and domain.countries == ("Sudan",)
    tag = of(
        '<description>&lt;div class="tag country"&gt;Countries: Chad, Sudan&lt;/div&gt;'
        "</description>"
    )
    assert tag is not None and tag.countries == ("Chad", "Sudan")


@pytest.mark.parametrize(
    "elements",
    [
        "<georss:point>NaN 37</georss:point>",
        "<georss:point>1e309 37</georss:point>",
        "<georss:point>91 37</georss:point>",
        "<georss:point>37 181</georss:point>",
        "<georss:point>0 0</georss:point>",
        "<georss:point>0.0 0.0</georss:point>",
        "<georss:point>here and there</georss:point>",
        "<georss:point>36.2</georss:point>",
        "<georss:point></georss:point>",
        "<gml:pos>36.2 37.1</gml:posit>",
        '<gml:Point srsName="urn:EPSG:x"><gml:pos>x 1</gml:pos></gml:Point>',
        "<gml:posList>1</gml:posList>",
        "<georss:polygon>" + "36.2 37.1 " * (MOST_POINTS + 1) + "</georss:polygon>",
        "<georss:polygon>" + "36.2 37.1 " * 40 + "36.2 NaN</georss:polygon>",
        "<georss:box>1 2 3</georss:box>",
        "<cap:circle>36.2,37.1 -5</cap:circle>",
        "<cap:circle>36.2,37.1 1e9</cap:circle>",
        "<geo:lat>x</geo:lat><geo:long>37</geo:long>",
        "<geo:lat>36</geo:lat>",
        "<gdacs:bbox>1 2 inf 4</gdacs:bbox>",
        "<gdacs:fromdate>the day before yesterday</gdacs:fromdate>",
        "<cap:onset>9999-99-99T99:99:99Z</cap:onset>",
        "<marsad-event>{broken</marsad-event>",
        '<marsad-event>{"georss:point": 5}</marsad-event>',
        "<marsad-event>[1]</marsad-event>",
    ],
)
def test_what_is_no_place_is_left_out_and_the_entry_stays(elements: str) -> None:
    assert of(elements) is None


def test_an_outline_with_many_corners_keeps_its_form_with_fewer() -> None:
    corners = " ".join(f"{30 + n / 1000:.3f} {40 + n / 1000:.3f}" for n in range(1_500))
    said = of(f"<georss:polygon>{corners}</georss:polygon>")
    assert said is not None and 100 < len(said.shapes[0].points) <= KEPT_POINTS


@given(st.text(alphabet="<>/[]!CDATA georss:pointgml:pos0123456789.-&;\"'", max_size=200))
def test_no_text_ends_the_reading_of_a_feed(inside: str) -> None:
    body = (
        f"<rss version='2.0' {NAMESPACES}><channel><title>c</title>"
        f"<item><title>one</title><georss:point>{inside}</georss:point></item></channel></rss>"
    )
    parsed = parse(Document(body.encode(), "https://field.example/feed"), NOW)
    assert list(encode_parsed(parsed))


def test_hostile_elements_take_no_long_time() -> None:
    started = time.process_time()
    for inside in ("<georss:point>" * 30_000, "1 " * 400_000, "<gml:pos>1" * 50_000):
        body = (
            f"<rss {NAMESPACES}><channel><item><title>x</title><gml:pos>{inside}</gml:pos></item>"
        )
        parse(Document(body.encode(), "https://field.example/feed"), NOW)
    # Measured: under two seconds together; the bound leaves room for a busy machine.
    assert time.process_time() - started < 20


async def test_it_crosses_from_the_parsing_process() -> None:
    pool = ParserPool()
    try:
        body = (SAMPLES / "cap.xml").read_bytes()
        through = await pool.parse(Document(body, "https://field.example/feed"), NOW)
        assert through == read(body)
    finally:
        await pool.aclose()


@pytest.mark.parametrize("before", [0, 99_985, 99_990, 99_999, 100_000, 250_000])
def test_an_event_is_found_wherever_it_begins(before: int) -> None:
    element = "<item><georss:point>36.2 37.16</georss:point></item>"
    assert f"<{HANDED}>" in with_events("ا" * before + element)
