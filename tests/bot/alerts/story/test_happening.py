"""Which story an entry belongs to, beyond near copies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.alerts.story import happening
from bot.alerts.story.comparing.doubts import Doubt, doubts
from bot.alerts.story.comparing.likeness import Frequencies, cosine, stem, weights_of
from bot.alerts.story.comparing.names import names_in, shared_names
from bot.alerts.story.comparing.near_copies import StoryPolicy
from bot.alerts.story.comparing.sources import independent_sources
from bot.alerts.story.comparing.telling import (
    Telling,
    Where,
)
from bot.alerts.story.comparing.window import Window
from bot.alerts.story.happening import Choice, HappeningPolicy, Rule, story_for
from rules import figures_of

POLICY, COPIES = HappeningPolicy(), StoryPolicy()
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ADEN = Where(frozenset({"aden"}), frozenset({"aden", "YE-AD", "YE"}), frozenset({"YE-AD"}),
             frozenset({"YE"}))  # fmt: skip
TAIZ = Where(frozenset({"taiz"}), frozenset({"taiz", "YE-TA", "YE"}), frozenset({"YE-TA"}),
             frozenset({"YE"}))  # fmt: skip


def telling(
    number: int,
    title: str,
    text: str = "",
    *,
    hours: float = 0,
    language: str = "en",
    where: Where = ADEN,
    signals: Iterable[str] = ("civilian-harm",),
    family: str = "wire",
    link: str | None = None,
) -> Telling:
    figures = figures_of(title, text, language)
    at = NOON + timedelta(hours=hours)
    return Telling(
        number, title, text, language, family, link, at, frozenset(signals), where, figures
    )


STRIKE = telling(
    1,
    "Shells hit fish market in Aden, killing 14",
    "Shells hit the fish market in the Crater district of Aden, killing 14 people and wounding 30, "
    "doctors at the Jumhuriya hospital said.",
)


def asked(new: Telling, *held: Telling) -> Choice:
    return story_for(new, Window.of((t, 10 * t.entry_id) for t in held), POLICY, COPIES)


def test_another_report_of_the_happening_joins_and_says_why() -> None:
    report = telling(
        2,
        "Fourteen dead as fish market in Aden is shelled",
        "Fourteen people died and 30 were wounded when shells hit the fish market in Crater, Aden.",
        hours=3,
    )
    choice = asked(report, STRIKE)
    assert (choice.story_id, choice.rule, choice.like) == (10, Rule.SAME_HAPPENING, 1)
    assert "market" in choice.words
    assert choice.places == ("YE-AD", "aden")
    assert choice.tolls == ("killed 14", "wounded 30")
    assert choice.doubts == ()


def test_a_near_copy_comes_first() -> None:
    copy = replace(STRIKE, entry_id=2, family="daily", at=STRIKE.at + timedelta(hours=1))
    assert asked(copy, STRIKE).rule == Rule.SAME_TITLE
    moved = telling(3, "Fish market in Aden is hit by shells", link="https://example.org/a")
    linked = replace(STRIKE, link="https://example.org/a")
    assert asked(moved, linked).rule == Rule.SAME_LINK


@pytest.mark.parametrize(
    ("changed", "doubt"),
    [
        ({"where": TAIZ}, Doubt.DIVISIONS),
        ({"signals": frozenset({"ceasefire"})}, Doubt.SIGNALS),
        ({"title": "Shells hit school in Aden, killing 14", "text": ""}, Doubt.TARGETS),
        ({"title": "Shells hit fish market in Aden, killing 90", "text": ""}, Doubt.TOLLS),
        ({"title": "Second shell hits the fish market in Aden"}, Doubt.ORDINALS),
    ],
)
def test_what_disagrees_is_named_and_takes_from_likeness(
    changed: dict[str, object], doubt: Doubt
) -> None:
    other = replace(STRIKE, entry_id=2, **changed)  # type: ignore[arg-type]
    other = replace(other, figures=figures_of(other.title, other.text, "en"))
    assert doubt in doubts(other, STRIKE, POLICY.growth)
    assert POLICY.factor(doubt) < 1
    assert doubts(STRIKE, replace(STRIKE, entry_id=2), POLICY.growth) == ()


def test_a_toll_that_grows_is_an_update() -> None:
    grown = telling(2, "Toll of Aden fish market shelling rises to 19", hours=8)
    assert Doubt.TOLLS not in doubts(grown, STRIKE, POLICY.growth)
    assert asked(grown, STRIKE).story_id == 10


def test_what_an_entry_says_went_before_is_another_happening() -> None:
    text = "A shell killed six people in Aden, a day after shells hit its fish market and killed 14"
    later = telling(2, "Shell hits hospital near fish market in Aden", text, hours=20)
    assert Doubt.BEFORE in doubts(later, STRIKE, POLICY.growth)
    assert Doubt.BEFORE in doubts(STRIKE, later, POLICY.growth)
    # A reaction to it tells of no other.
    reaction = telling(3, "UN condemns shelling of Aden fish market, a day after it killed 14")
    assert Doubt.BEFORE not in doubts(reaction, STRIKE, POLICY.growth)


def test_where_as_many_are_dead_how_many_are_hurt_disagrees_with_nothing() -> None:
    hurt = telling(2, "Shells hit fish market in Aden, killing 14 and wounding 70")
    assert Doubt.TOLLS not in doubts(hurt, STRIKE, POLICY.growth)
    other = telling(3, "Shells hit fish market in Aden, killing 2 and wounding 70")
    assert Doubt.TOLLS in doubts(other, STRIKE, POLICY.growth)


def test_places_within_each_other_agree() -> None:
    district = Where(
        frozenset({"crater"}),
        frozenset({"crater", *ADEN.around}),
        ADEN.divisions,
        ADEN.countries,
    )
    assert doubts(replace(STRIKE, where=district), STRIKE, POLICY.growth) == ()


def test_the_days_of_a_long_war_are_days_apart() -> None:
    one = telling(1, "الحرب على غزة.. غارات في اليوم الـ294 من العدوان", language="ar")
    other = telling(2, "الحرب على غزة.. غارات في اليوم الـ295 من العدوان", language="ar")
    assert Doubt.DAYS in doubts(one, other, POLICY.growth)


def test_batches_and_rounds_are_told_apart_by_their_number() -> None:
    text = "وصلت {} من المعونة الطبية إلى مدينة سيئون على متن قاطرات قادمة عبر المنفذ البري"
    second = telling(1, "مساعدات تصل حضرموت", text.format("الدفعة الثانية"), language="ar")
    third = telling(2, "مساعدات تصل حضرموت", text.format("الدفعة الثالثة"), language="ar")
    assert Doubt.ORDINALS in doubts(second, third, POLICY.growth)


def test_old_news_is_another_happening() -> None:
    report = telling(2, "Fish market in Aden shelled, 14 dead and 30 wounded", hours=3)
    assert asked(report, STRIKE).story_id == 10
    late = replace(report, at=STRIKE.at + POLICY.window + timedelta(hours=1))
    assert asked(late, STRIKE).story_id is None


def test_another_language_joins_where_signal_place_and_tolls_agree() -> None:
    arabic = telling(
        2,
        "14 قتيلا في قصف سوق السمك في عدن",
        "قتل 14 شخصا وأصيب 30 في قصف على سوق السمك في كريتر بعدن",
        hours=2,
        language="ar",
    )
    choice = asked(arabic, STRIKE)
    assert choice.story_id == 10
    assert choice.rule in (Rule.OTHER_LANGUAGE, Rule.SAME_HAPPENING)
    assert choice.tolls == ("killed 14", "wounded 30")
    for changed in (
        replace(arabic, where=TAIZ),
        replace(arabic, signals=frozenset({"ceasefire"})),
        replace(arabic, figures=figures_of("مقتل 3 وإصابة 7", "", "ar")),
    ):
        assert asked(changed, STRIKE).story_id is None


IDLIB = Where(divisions=frozenset({"SY-ID"}), countries=frozenset({"SY"}))
LACK = ("health-system-collapse", "water-fuel-power-shortage")
CLOSED = telling(
    1,
    "Three hospitals in southern Idlib shut down as generators run dry",
    where=IDLIB,
    signals=LACK,
)


def test_another_language_joins_where_both_count_one_thing_alike() -> None:
    arabic = telling(
        2,
        "خروج ثلاثة مستشفيات في ريف إدلب الجنوبي عن الخدمة بعد نفاد الوقود",
        hours=-1,
        language="ar",
        where=IDLIB,
        signals=LACK,
    )
    choice = asked(arabic, CLOSED)
    assert (choice.story_id, choice.rule) == (10, Rule.OTHER_LANGUAGE)
    assert choice.tolls == ("hospital 3",)
    for changed in (
        replace(arabic, title="خروج أربعة مستشفيات في ريف إدلب عن الخدمة بعد نفاد الوقود"),
        replace(arabic, title="خروج مستشفيات في ريف إدلب عن الخدمة بعد نفاد الوقود"),
        replace(arabic, where=TAIZ),
        replace(arabic, at=CLOSED.at + timedelta(hours=30)),
    ):
        assert asked(changed, CLOSED).story_id is None, changed.title


def test_what_is_counted_is_read_in_each_language() -> None:
    for title, language in (
        ("وصول 40 شاحنة مساعدات", "ar"),
        ("Forty aid trucks arrive", "en"),
        ("Quarante camions d'aide arrivent", "fr"),
    ):
        assert telling(1, title, language=language).counts == {"vehicle 40"}, title
    assert telling(1, "Dozens of trucks on the fourth day, 3 dead, hospital hit").counts == set()


SIEGE = telling(1, "Siege of Aden goes on, bread runs out", signals=("siege", "food-insecurity"))
HISAR = telling(
    2,
    "حصار عدن مستمر والخبز ينفد",
    hours=2,
    language="ar",
    signals=("siege", "food-insecurity"),
)


def test_the_one_siege_of_a_town_is_the_same_in_another_language() -> None:
    assert asked(HISAR, SIEGE).story_id == 10
    second = telling(3, "Port of Aden blockaded by warships", hours=1, signals=("siege",))
    assert asked(HISAR, SIEGE, second).story_id is None, "there are two"
    province = Where(divisions=ADEN.divisions, countries=ADEN.countries)
    elsewhere = replace(HISAR, where=province)
    assert asked(elsewhere, SIEGE).story_id is None, "a province may have many"
    raid = replace(HISAR, figures=figures_of("مقتل 4", "", "ar"))
    assert asked(raid, SIEGE).story_id is None, "and a town many raids"


def test_the_name_of_the_place_is_no_second_thing_that_agrees() -> None:
    named = replace(ADEN, named=frozenset({"kadugli"}))
    one = telling(1, "Siege of Kadugli", where=named)
    other = telling(2, "Kadugli est assiégée", language="fr", where=named)
    assert shared_names(one, other) == set()
    assert shared_names(replace(one, where=TAIZ), replace(other, where=TAIZ)) == {"kdgl"}


def test_names_are_compared_by_their_consonants() -> None:
    for arabic, latin in (
        ("نتنياهو", "Netanyahu"),
        ("كاتماندو", "Katmandou"),
        ("بوركينا", "Burkina"),
        ("لامبيدوزا", "Lampedusa"),
    ):
        shared = names_in(arabic) & names_in(latin)
        assert shared or arabic == "لامبيدوزا", (arabic, latin)


def test_stems_are_light() -> None:
    assert stem("والمستشفيات") == stem("مستشفي")
    assert stem("الشهداء") == stem("شهداء")
    assert stem("وزراء") != stem("زراعه")
    assert stem("killings", "latin") == stem("killed", "latin")


def test_rare_words_weigh_more() -> None:
    frequencies = Frequencies()
    for _ in range(30):
        frequencies.add({"army": 1.0})
    assert frequencies.rarity("zabadani") > frequencies.rarity("army")
    before = frequencies.rarity("army")
    frequencies.add({"army": 1.0})
    frequencies.remove({"army": 1.0})
    assert frequencies.rarity("army") == before


@given(st.text(max_size=300), st.text(max_size=900))
def test_a_text_is_like_itself(title: str, text: str) -> None:
    vector = Frequencies().vector(weights_of(title, text)[0])
    assert cosine(vector, vector) == pytest.approx(1.0 if vector else 0.0)


TELLINGS = st.builds(
    telling,
    st.integers(1, 40),
    st.text(max_size=60) | st.sampled_from(["Shells hit Aden, killing 14", "قصف عدن و14 قتيلا"]),
    st.text(max_size=200),
    hours=st.floats(-200, 200),
    language=st.sampled_from(["ar", "en", "fr"]),
    where=st.sampled_from([ADEN, TAIZ, Where()]),
    signals=st.sampled_from([(), ("civilian-harm",), ("ceasefire", "siege")]),
    link=st.none() | st.text(max_size=20),
)


@settings(max_examples=60)
@given(st.lists(st.tuples(TELLINGS, st.integers(1, 5)), max_size=12), TELLINGS)
def test_no_entry_is_too_much(held: list[tuple[Telling, int]], new: Telling) -> None:
    window = Window.of(held)
    choice = story_for(new, window, POLICY, COPIES)
    assert choice.story_id is None or choice.story_id in {story for _, story in held}
    assert (choice.story_id is None) == (choice.rule == Rule.NEW)
    for number in {t.entry_id for t, _ in held}:
        window.remove(number)
    assert len(window) == 0
    assert window.frequencies.entries == 0
    assert window.holding("@aden") == ()


def test_a_story_that_cannot_be_like_enough_is_not_compared_closely(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    near = telling(2, "Fish market in Aden shelled, 14 dead", STRIKE.text, hours=2)
    unlike = [
        telling(n, f"Prices of rice, sugar and wheat rise at one market, week {n}", where=Where())
        for n in range(3, 9)
    ]
    held = (STRIKE, *unlike)
    compared: list[int] = []

    def counted(one: Telling, other: Telling, growth: float) -> tuple[Doubt, ...]:
        compared.append(other.entry_id)
        return doubts(one, other, growth)

    monkeypatch.setattr(happening, "doubts", counted)
    choice = asked(near, *held)
    assert choice.story_id == 10
    assert set(compared) == {1}
    monkeypatch.setattr(happening, "ROUNDED", 9.0)  # then every story could be the best
    assert asked(near, *held) == choice
    assert set(compared) > {1}


def test_the_window_forgets_moves_and_replaces() -> None:
    window = Window.of([(STRIKE, 1)])
    window.add(replace(STRIKE, title="Something else entirely"), 2)
    assert (len(window), window.story_of(1)) == (1, 2)
    window.move(1, 7)
    assert window.story_of(1) == 7
    window.drop_before(STRIKE.at)
    assert len(window) == 1
    window.drop_before(STRIKE.at + timedelta(seconds=1))
    assert len(window) == 0


def test_a_story_does_not_chain_from_day_to_day() -> None:
    """Each day's entry shares something with the day before and nothing with the first."""
    window, joined = Window(), []
    for day in range(10):
        said = " ".join(f"word{chr(97 + 2 * day + n)}" for n in range(3))
        each = telling(day + 1, said, said, hours=24 * day, where=Where(), signals=())
        choice = story_for(each, window, POLICY, COPIES)
        story = each.entry_id if choice.story_id is None else choice.story_id
        joined.append(story)
        window.add(each, story)
    assert len(set(joined)) >= 4


def test_copies_of_one_text_are_one_source() -> None:
    agency = "Shells hit the fish market in the Crater district of Aden on Monday, doctors said."
    own = "Our reporter counted eleven bodies beside the harbour after the morning bombardment."
    papers = [telling(n, f"Title {n}", agency, family=f"paper-{n}") for n in range(1, 6)]
    assert independent_sources(papers) == 1
    assert independent_sources([*papers, telling(9, "Aden", own, family="radio")]) == 2
    # One of the papers also has words of its own: then the others speak for the agency's text.
    assert independent_sources([*papers, telling(9, "Aden", own, family="paper-1")]) == 2
    assert independent_sources([papers[0], telling(9, "Aden", own, family="paper-1")]) == 1
    assert independent_sources([]) == 0


def test_a_toll_that_the_headline_says_has_risen_may_grow_far() -> None:
    grown = telling(2, "Toll of Aden fish market shelling rises to 90", hours=8)
    told = telling(3, "Shelling of Aden fish market kills 90", hours=8)
    assert Doubt.TOLLS not in doubts(grown, STRIKE, POLICY.growth)
    assert Doubt.TOLLS in doubts(told, STRIKE, POLICY.growth)
    # The other way round it is older news, not a toll that fell.
    assert Doubt.TOLLS not in doubts(STRIKE, grown, POLICY.growth)


def test_a_hospital_and_its_town_do_not_disagree() -> None:
    hospital = replace(ADEN, finest=frozenset({"clinic"}), buildings=frozenset({"clinic"}))
    hospital = replace(hospital, around=frozenset({"clinic", "YE-AD", "YE"}))
    other = Where(
        frozenset({"other"}),
        frozenset({"other", "YE-AD", "YE"}),
        ADEN.divisions,
        ADEN.countries,
        buildings=frozenset({"other"}),
    )
    assert Doubt.PLACES not in doubts(replace(STRIKE, where=hospital), STRIKE, POLICY.growth)
    assert Doubt.PLACES in doubts(
        replace(STRIKE, where=hospital), replace(STRIKE, where=other), POLICY.growth
    )


def test_only_tolls_of_title_and_lead_are_the_happenings_own() -> None:
    background = "A word. " * 40 + "In January 40 people were killed there."
    told = telling(2, "Shells hit Aden, killing 14", background)
    assert told.own_tolls == {"killed 14"}
    assert told.tolls == {"killed 14", "killed 40"}
