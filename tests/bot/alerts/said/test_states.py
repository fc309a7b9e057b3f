"""What stands of a place, from the entries that tell it: shipped rules, real SQLite."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import permutations
from pathlib import Path

import pytest

from bot.alerts.pipeline import Pipeline
from bot.alerts.summaries.place_status import (
    Known,
    NotKnown,
    PlaceState,
    PlaceStatus,
    look_up,
    read_status,
)
from bot.feeds.parse.entry import FeedEntry, SaidEvent
from bot.rules_in_force import shipped_places
from rules import RuleSet
from storage.connection import Connection
from storage.file.database import connect, migrate
from storage.news import feeds
from storage.retention import purge
from storage.rows import fetch
from tests.bot.alerts.newsroom import change, feed, item
from tests.conftest import shipped_rules
from tests.storage.make import DAY, HOUR, NOW

SIEGE, LIFTED = (
    "فرضت القوات حصارا خانقا على مدينة {0}",
    "رفع الجيش الحصار عن مدينة {0} ودخلت القوافل",
)
CLOSED = "أغلقت السلطات معبر رفح أمام المساعدات والشاحنات"
OPEN = "إعادة فتح معبر رفح أمام المساعدات الإنسانية"
OUT, BACK = "خروج مستشفى الشفاء عن الخدمة في غزة", "إعادة تشغيل مستشفى الشفاء في غزة بعد توقفه"
DENIED = "نفت الوزارة خروج مستشفى الشفاء عن الخدمة"
LONG = (
    " وقال سكان إن الأسواق خلت من البضائع وإن أسعار الطحين تضاعفت ثلاث مرات خلال أسبوع واحد، "
    "فيما تنتظر عشرات العائلات على أطراف الطريق منذ الفجر أملا في خبر جديد يطمئنها على ذويها"
)


@dataclass
class Desk:
    """Feeds that tell states, through the real pipeline."""

    db: Connection
    rules: RuleSet
    pipeline: Pipeline

    def poll(
        self, *said: tuple[str, datetime], family: str = "wire", kind: str = "new", **more: object
    ) -> None:
        entries = tuple(self.entry(text, at, **more) for text, at in said)
        self.take(entries, family=family, kind=kind)

    def entry(self, text: str, at: datetime | None, **more: object) -> FeedEntry:
        title, _, rest = text.partition("|")
        link = f"https://wire.example/{abs(hash(text)) % 10**8}"
        return replace(item(title, rest, link=link, published_at=at), **more)  # type: ignore[arg-type]

    def take(
        self, entries: Sequence[FeedEntry], *, family: str = "wire", kind: str = "new"
    ) -> None:
        source = feed(family)
        known = [(state.id, state.url) for state in feeds.all_states(self.db)]
        feeds.sync(self.db, [*known, (source.id, source.url)], NOW)
        found = self.pipeline._detect(tuple(entries), "ar")
        changes = [change(each, kind) for each in entries]
        self.pipeline.accept(self.db, source, changes, found, NOW)

    def status(self, name: str, now: datetime = NOW) -> PlaceStatus:
        known = look_up(shipped_places(), name)
        assert isinstance(known, Known), known
        return read_status(self.db, known, self.rules.states, now)

    def state(self, name: str, kind: str, now: datetime = NOW) -> PlaceState | None:
        return next((s for s in self.status(name, now).here if s.kind.id == kind), None)

    def value(self, name: str, kind: str, now: datetime = NOW) -> str | None:
        state = self.state(name, kind, now)
        if state is None:
            return None
        stands = state.standing
        mark = " (expired)" if stands.expired else " (disputed)" if stands.denial else ""
        return stands.value + mark


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    shipped = shipped_rules()
    connection = connect(tmp_path / "marsad.sqlite")
    migrate(connection)
    yield Desk(connection, shipped, Pipeline(lambda: shipped))
    connection.close()


def test_a_siege_is_told_lifted_and_imposed_again(desk: Desk) -> None:
    began = NOW - 9 * DAY
    desk.poll((SIEGE.format("الفاشر"), began))
    desk.poll(("سكان الفاشر محاصرون بلا طعام منذ أيام", NOW - 6 * DAY), family="radio")
    state = desk.state("الفاشر", "siege")
    assert state is not None and state.standing.value == "besieged"
    assert (state.standing.since, state.standing.last.at) == (began, NOW - 6 * DAY)
    assert state.standing.last.feed_name == "موقع radio"
    desk.poll((LIFTED.format("الفاشر"), NOW - 2 * DAY))
    assert desk.value("El Fasher", "siege") == "lifted"
    desk.poll(("عودة الحصار على الفاشر بعد أسبوع من رفعه", NOW - HOUR))
    assert desk.value("الفاشر", "siege") == "besieged"
    state = desk.state("الفاشر", "siege")
    assert state is not None and state.standing.since == NOW - HOUR
    assert desk.value("حلب", "siege") is None


def test_a_crossing_closes_opens_and_is_not_known_after_three_days(desk: Desk) -> None:
    desk.poll((CLOSED, NOW - 30 * HOUR))
    assert desk.value("معبر رفح", "crossing") == "closed"
    desk.poll((OPEN, NOW - 20 * HOUR))
    assert desk.value("Rafah crossing", "crossing") == "open"
    assert desk.value("معبر رفح", "crossing", NOW + 12 * DAY) == "open (expired)"
    # The town's status shows the crossing in it.
    inside = desk.status("رفح").inside
    assert [(s.kind.id, s.standing.value) for s in inside] == [("crossing", "open")]


def test_a_hospital_is_out_is_back_and_a_denial_of_another_is_a_dispute(desk: Desk) -> None:
    desk.poll((OUT, NOW - 3 * DAY))
    assert desk.value("مستشفى الشفاء", "hospital") == "out-of-service"
    desk.poll((BACK, NOW - 2 * DAY))
    assert desk.value("Al-Shifa hospital", "hospital") == "working"
    desk.poll((OUT + " مجددا بعد نفاد الوقود", NOW - DAY), family="radio")
    desk.poll((DENIED, NOW - HOUR), family="ministry")
    assert desk.value("مستشفى الشفاء", "hospital") == "out-of-service (disputed)"
    state = desk.state("مستشفى الشفاء", "hospital")
    assert state is not None and state.standing.denial is not None
    assert state.standing.denial.feed_name == "موقع ministry"


def test_who_denies_their_own_report_takes_it_back(desk: Desk) -> None:
    desk.poll((BACK, NOW - 2 * DAY), family="radio")
    desk.poll((OUT, NOW - DAY))
    desk.poll((DENIED, NOW - HOUR))
    assert desk.value("مستشفى الشفاء", "hospital") == "working"


def test_a_denial_of_what_nobody_told_is_no_state(desk: Desk) -> None:
    desk.poll((DENIED, NOW - HOUR))
    assert desk.value("مستشفى الشفاء", "hospital") is None


def test_copies_of_one_text_confirm_nothing_and_close_nothing_again(desk: Desk) -> None:
    desk.poll((f"{CLOSED}|{LONG}", NOW - 20 * HOUR))
    desk.poll((f"{CLOSED}|{LONG}", NOW - 18 * HOUR), family="paper")
    state = desk.state("معبر رفح", "crossing")
    assert state is not None
    assert (state.standing.families, state.standing.last.at) == (1, NOW - 20 * HOUR)
    desk.poll((OPEN, NOW - 10 * HOUR), family="radio")
    desk.poll((f"{CLOSED}|{LONG}", NOW - HOUR), family="late-paper")
    assert desk.value("معبر رفح", "crossing") == "open"
    # A few words are no copy: it was closed once more.
    desk.poll((CLOSED, NOW - HOUR / 2), family="radio")
    assert desk.value("معبر رفح", "crossing") == "closed"


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_order_of_entries_within_one_poll_changes_no_state(
    desk: Desk, order: tuple[int, ...]
) -> None:
    said = [
        (SIEGE.format("الفاشر"), NOW - 4 * HOUR),
        (LIFTED.format("الفاشر"), NOW - 2 * HOUR),
        (CLOSED, NOW - HOUR),
        (OPEN, NOW - HOUR),
    ]
    desk.poll(*(said[n] for n in order))
    assert desk.value("الفاشر", "siege") == "lifted"
    # Of one moment the bad news stands.
    assert desk.value("معبر رفح", "crossing") == "closed"


def test_history_tells_the_present_where_it_is_dated_within_the_time(desk: Desk) -> None:
    desk.poll((SIEGE.format("الفاشر"), NOW - 9 * DAY), kind="seed")
    desk.poll((CLOSED, NOW - 9 * DAY), kind="seed")
    desk.take([desk.entry(SIEGE.format("نيالا"), None)], kind="seed")
    assert desk.value("الفاشر", "siege") == "besieged"
    assert desk.value("معبر رفح", "crossing") is None
    assert desk.value("نيالا", "siege") is None


def test_late_news_of_old_things_changes_nothing(desk: Desk) -> None:
    desk.poll((OPEN, NOW - HOUR))
    desk.poll((CLOSED, NOW - 5 * HOUR), family="slow-paper")
    assert desk.value("معبر رفح", "crossing") == "open"
    event = SaidEvent(at=NOW - 6 * HOUR)
    desk.take([desk.entry(CLOSED + " اليوم", NOW, event=event)], family="bulletin")
    assert desk.value("معبر رفح", "crossing") == "open"


@pytest.mark.parametrize("status", ["experimental", "test"])
def test_rules_that_are_not_trusted_set_no_state(desk: Desk, status: str) -> None:
    signals = dict(desk.rules.signals)
    signals["siege"] = replace(signals["siege"], status=status)  # type: ignore[arg-type]
    on_trial = replace(desk.rules, signals=signals)
    desk.pipeline = Pipeline(lambda: on_trial)
    desk.poll((SIEGE.format("الفاشر"), NOW - HOUR))
    assert desk.value("الفاشر", "siege") is None


def test_exercises_set_no_state_and_cancellations_lift_it(desk: Desk) -> None:
    desk.take([desk.entry(SIEGE.format("حلب"), NOW, event=SaidEvent(exercise=True))])
    assert desk.value("حلب", "siege") is None
    desk.take([desk.entry(SIEGE.format("حلب"), NOW - 2 * HOUR)])
    desk.take([desk.entry(SIEGE.format("حلب"), NOW, event=SaidEvent(cancelled=True))])
    assert desk.value("حلب", "siege") == "lifted"


def test_a_governorate_tells_of_its_towns_and_a_siege_of_it_is_one_of_them(desk: Desk) -> None:
    desk.poll(("فرضت القوات حصارا خانقا على محافظة إدلب", NOW - HOUR))
    desk.poll(("انقطاع المياه عن مدينة جسر الشغور بالكامل والسكان يعانون", NOW - HOUR))
    town = desk.status("جسر الشغور")
    assert [s.kind.id for s in town.here] == ["water"]
    assert [(s.kind.id, s.standing.value) for s in town.around] == [("siege", "besieged")]
    over = desk.status("محافظة إدلب")
    assert [s.kind.id for s in over.here] == ["siege"]
    assert [s.kind.id for s in over.inside] == ["water"]
    # Water that is short in a governorate need not be short in each of its towns.
    desk.poll(("انقطاع المياه عن محافظة إدلب بالكامل والسكان يعانون", NOW - HOUR), family="radio")
    assert "water" in [s.kind.id for s in desk.status("محافظة إدلب").here]
    assert [s.kind.id for s in desk.status("حارم").around] == ["siege"]


def test_the_last_alerts_of_the_place_are_shown(desk: Desk) -> None:
    desk.poll((SIEGE.format("الفاشر"), NOW - HOUR))
    status = desk.status("الفاشر")
    assert [each.short_id for each in status.alerts] == ["A1"]
    assert status.here[0].standing.last.short_id == "A1"


def test_a_new_text_takes_the_place_of_what_the_entry_said(desk: Desk) -> None:
    desk.poll((SIEGE.format("الفاشر"), NOW - 2 * HOUR))
    (row,) = fetch(desk.db, "SELECT id FROM entries")
    newer = desk.entry("وصول قافلة مساعدات إلى مدينة الفاشر بعد حصارها", NOW - HOUR)
    found = desk.pipeline._detect((newer,), "ar")
    desk.pipeline.accept(desk.db, feed("wire"), [change(newer, "updated", row["id"])], found, NOW)
    assert desk.value("الفاشر", "aid") == "arriving"


def test_old_reports_are_forgotten(desk: Desk) -> None:
    desk.poll((SIEGE.format("الفاشر"), NOW - HOUR))
    assert desk.value("الفاشر", "siege") == "besieged"
    purge(desk.db, NOW + DAY)
    assert fetch(desk.db, "SELECT * FROM place_states") == []


def test_places_are_looked_up_with_what_else_bears_the_name() -> None:
    gazetteer = shipped_places()
    aleppo = look_up(gazetteer, "حلب")
    assert isinstance(aleppo, Known)
    assert aleppo.place.id == "SY-HL" and "g170063" in aleppo.ids
    assert "SY" in aleppo.around
    tripoli = look_up(gazetteer, "طرابلس")
    assert isinstance(tripoli, Known)
    assert any("لبنان" in names["ar"] for names in tripoli.others)
    town = look_up(gazetteer, "مدينة حلب")
    assert isinstance(town, Known) and "g170063" in town.ids
    unknown = look_up(gazetteer, "Khartuom")
    assert isinstance(unknown, NotKnown)
    assert any("Khartoum" in names["en"] for names in unknown.nearest)
    assert look_up(gazetteer, "123456789") == NotKnown(())
