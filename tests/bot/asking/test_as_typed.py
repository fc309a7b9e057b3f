"""Questions as tired staff type them, and how each is understood."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bot.asking import guessing, reader
from bot.asking.answer import names_of
from bot.asking.question import Question, Stretch
from bot.locales import texts
from bot.messages.answers.asked import understood
from bot.rules_in_force import shipped_places
from tests.bot.asking.test_reader import DAY, guessed, places, read
from tests.conftest import shipped_rules

_LISTED = Path(__file__).with_name("questions.txt").read_text(encoding="utf-8").splitlines()
TYPED = [line.split(" => ") for line in _LISTED if not line.startswith("#")]


@pytest.mark.parametrize(("text", "head"), TYPED)
def test_what_tired_staff_type_is_understood(text: str, head: str) -> None:
    question = read(text)
    names = names_of(question, shipped_places())
    said = understood(question, shipped_rules().signals, texts("en"), names)
    shown = said.translate(dict.fromkeys(map(ord, "\u2068\u2069")))
    assert shown.removeprefix("last 30 days · ") == head


@pytest.mark.parametrize(
    "text",
    [
        *(
            "no news from Sudan",
            "No news from Sudan?",
            "nothing from Sudan?",
            "any news from Sudan",
        ),
        *(
            "لا أخبار من السودان؟",
            "مافي اخبار من السودان",
            "مفيش أخبار من السودان",
            "لا جديد في السودان",
        ),
        *("pas de nouvelles du Soudan ?", "rien du Soudan", "aucune nouvelle du Soudan"),
    ],
)
def test_who_asks_whether_there_is_no_news_asks_for_it(text: str) -> None:
    found = read(text)
    assert (places(found), found.without_places, found.words) == (["SD"], (), ())


@pytest.mark.parametrize(
    "text",
    [
        *("anything except Gaza", "everything but Gaza", "all but Gaza", "I don't want Gaza"),
        *("كل شي الا غزة", "كل شيء إلا غزة", "كل حاجة ماعدا غزة", "لا أريد أخبار غزة"),
        *("tout sauf Gaza", "je ne veux pas Gaza", "sans nouvelles de Gaza"),
    ],
)
def test_all_but_a_place(text: str) -> None:
    found = read(text)
    assert found == Question(without_places=found.without_places), text
    assert [each.id for each in found.without_places] == ["ps-gaza-strip"]


@pytest.mark.parametrize(
    "text",
    [
        "everything but sport",
        "everything but the sport",
        "tout sauf le sport",
        "dont show me sport",
    ],
)
def test_all_but_a_word(text: str) -> None:
    assert read(text) == Question(words=("-sport",))


def test_a_way_to_a_place_shuts_nothing_out() -> None:
    assert places(read("الطريق الى حلب")) == places(read("من حمص إلى حلب"))[1:] == ["SY-HL"]
    assert read("لا شيء إلا الحصار") == Question(signals=("siege",))


@pytest.mark.parametrize(
    "text", ["حلب٣ايام", "حلب ٣ايام", "Aleppo3days", "حلب😢3ايام", "🚨Alep 3j"]
)
def test_what_is_glued_to_a_name_is_parted(text: str) -> None:
    found = read(text)
    assert (places(found), found.stretch, found.words) == (["SY-HL"], Stretch(3 * DAY), ())


def test_words_without_a_space_are_parted_where_both_are_known() -> None:
    assert (places(read("حصارحلب")), read("حصارحلب").signals) == (["SY-HL"], ("siege",))
    assert read("qwxzzksiege").words == ("qwxzzksiege",)
    for name in ("Allepo", "covid19", "الخرطو"):
        assert read(name).words == (name,), name


@pytest.mark.parametrize(
    "text",
    [
        *("between 10 and " * 300, "from Monday to " * 300, "l'" * 2048, "not the " * 512),
        *("ا" * 4096, "والو" * 1024, "ﷺ" * 4096, "qwxz" * 1024, "حصارحلب" * 585, "حلب و" * 900),
        "qwertyuiopasdfghjklzxcvb " * 4,
    ],
)
def test_no_message_is_looked_up_more_often_than_its_words_allow(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted, not timed: how often a beginning of it is looked up as a place or a time."""
    looked = Counter[str]()

    def counted(name: str) -> None:
        found = getattr(reader, name)

        def count(*given: object) -> object:
            looked[name] += 1
            return found(*given)

        monkeypatch.setattr(reader, name, count)

    for name in ("place_of", "read_dates", "read_hours", "read_moments", "unglued"):
        counted(name)
    read(text)
    assert max(looked.values(), default=0) <= 12 * reader.MOST_WORDS, looked


def test_few_words_of_many_are_guessed_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """A guess is milliseconds: as many of them as words are half a second of a message."""
    looked = list[str]()
    like = guessing._like

    def counted(key: str, *others: object, **more: object) -> object:
        looked.append(key)
        return like(key, *others, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(guessing, "_like", counted)
    for text in ("between 10 and " * 300, "qwxzz " * 600, " ".join(f"qw{n}xz" for n in range(600))):
        looked.clear()
        guessed(text)
        assert len(looked) <= 3 * guessing.MOST_GUESSED, text[:30]
