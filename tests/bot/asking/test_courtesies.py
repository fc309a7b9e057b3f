"""Greetings, thanks and insults are no questions; a question with one beside it is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.asking.courtesies import COURTESIES, courtesy_of
from bot.locales import LANGUAGES, texts
from bot.rules_in_force import shipped_places


@pytest.mark.parametrize(
    ("text", "courtesy"),
    [
        *(("شكرا", "thanks"), ("شكراااا جدًا!", "thanks"), ("merci beaucoup", "thanks")),
        *(("مرحبا", "greeting"), ("السلام عليكم ورحمة الله وبركاته", "greeting")),
        *(("salam", "greeting"), ("Hellooo", "greeting"), ("Ça va ?", "greeting")),
        *(("ok", "fine"), ("تمام 👍", "fine"), ("d'accord", "fine"), ("لا", "fine")),
        *(("من أنت؟", "about"), ("what can you do?", "about"), ("help", "about")),
        *(("qui es-tu ?", "about"), ("كيف أستخدم البوت؟", "about")),
        *(("غبي", "rude"), ("fuck you", "rude"), ("مرحبا يا غبي", "rude")),
        *(("إلغاء الاشتراك", "settings"), ("stop", "settings"), ("langue", "settings")),
        *(("آخر التنبيهات", "latest"), ("what's new?", "latest"), ("مساعدة", "about")),
        *(("how do I stop this?", "settings"), ("كيف أغير اللغة؟", "settings")),
        *(("comment arrêter les alertes ?", "settings"), ("delete my account", "settings")),
        *(("too many messages", "settings"), ("كيف حالك", "greeting")),
        *(("إلى اللقاء", "goodbye"), ("bye", "goodbye"), ("ok شكرا", "thanks")),
    ],
)
def test_what_is_no_question(text: str, courtesy: str) -> None:
    assert courtesy_of(text) == courtesy


@pytest.mark.parametrize(
    "text",
    [
        "how many killed",
        "stop the war",
        "كيف الوضع في حلب",
        "how to",
        "حلب",
        "اتفاق سلام في السودان",
        "thanks to aid Aleppo",
        "مساعدات",
        "👍",
        "",
        "شكرا " * 60,
    ],
)
def test_what_may_be_a_question_is_none(text: str) -> None:
    assert courtesy_of(text) is None


def test_no_name_of_a_larger_place_is_taken_for_one() -> None:
    gazetteer = shipped_places()
    large = [place for place in gazetteer.places.values() if place.kind in ("country", "adm1")]
    taken = {place.id for place in large for name in place.names() if courtesy_of(name)}
    assert taken == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_has_an_answer(language: str) -> None:
    assert all(texts(language)(f"courtesy.{each}") for each in COURTESIES if each != "latest")


@given(st.text(max_size=300))
@settings(max_examples=60)
def test_whatever_is_written_is_one_or_none(text: str) -> None:
    assert courtesy_of(text) in (None, *COURTESIES)
