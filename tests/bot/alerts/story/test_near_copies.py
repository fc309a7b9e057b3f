from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.alerts.story.comparing.near_copies import (
    StoryPolicy,
    StoryReason,
    choose_story,
    read_title,
    title_likeness,
)
from bot.links import page_link
from storage.news.stories import StoryTitle

POLICY = StoryPolicy()


def telling(story_id: int, title: str, link: str | None = None) -> StoryTitle:
    return StoryTitle(story_id, title, "enab", link)


def same(one: str, other: str) -> bool:
    return choose_story(one, None, [telling(7, other)], POLICY).story_id == 7


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("لا توجد أدوية في مستشفيات حلب الشرقية", "لا توجد أدويه فى مستشفيات «حلب» الشرقية"),
        ("لا تُوجَد أدويةٌ في مستشفيات حلب", "لا توجد أدويـــة في مستشفيات حلب"),
        ("عاجل: إخلاء مستشفى القدس في مدينة غزة", "إخلاء مستشفى القدس في مدينة غزة"),
        ("البيت الأميركي يطالب بوقف إطلاق النار", "البيت الأمريكي يطالب بوقف إطلاق النار"),
        (
            "المغرب: إجلاء ثمانية أشخاص حاصرتهم مياه الفيضانات في قراهم",
            "المغرب: إجلاء 8 أشخاص حاصرتهم مياه الفيضانات في قراهم",
        ),
        ("Hospitals in Aleppo run out of medicine", "Hospitals in Aleppo run out of medicine!"),
        ("Pénurie de médicaments à l'hôpital d'Alep", "Penurie de medicaments a l’hopital d’Alep"),
        ("WHO: cholera spreads in Hodeidah camps", "Cholera spreads in Hodeidah camps - WHO"),
    ],
)
def test_the_same_headline_written_otherwise_is_one_story(one: str, other: str) -> None:
    assert same(one, other)
    assert same(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("إخلاء مستشفى في شمال قطاع غزة بعد القصف", "إخلاء مستشفى في جنوب قطاع غزة بعد القصف"),
        ("Hospital evacuated in northern Gaza strip", "Hospital evacuated in southern Gaza strip"),
        ("تقرير الوضع الإنساني في اليمن رقم 12", "تقرير الوضع الإنساني في اليمن رقم 13"),
        ("وصول قافلة مساعدات إلى مدينة درنة", "وصول قافلة مساعدات ثانية إلى مدينة درنة"),
        ("وصول طائرة الشحن الإغاثية لمطار عدن", "وصول طائرة الشحن الثانية الإغاثية لمطار عدن"),
        ("Floods displace thousands in Derna", "Another flood displaces thousands in Derna"),
        ("الأمم المتحدة تعلن فتح معبر رفح", "الأمم المتحدة تعلن إغلاق معبر رفح"),
        ("مقتل 12 مدنيا في قصف على حلب", "مقتل 31 مدنيا في قصف على حلب"),
        ("بيان صحفي", "بيان صحفي"),
        ("Situation report", "Situation report"),
        ("", ""),
    ],
)
def test_headlines_that_differ_in_what_matters_stay_apart(one: str, other: str) -> None:
    assert not same(one, other)
    assert not same(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://www.enab.example/a/1?utm_source=rss&id=5", "http://enab.example/a/1/?id=5#top"),
        ("https://m.enab.example/a", "https://enab.example/a/amp"),
        (
            "https://enab.example/أخبار/حلب",
            "https://enab.example/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1/حلب",
        ),
        ("https://x.example/?b=2&a=1", "https://x.example/?a=1&b=2&fbclid=zzz"),
    ],
)
def test_the_same_page_under_another_address_is_one_story(one: str, other: str) -> None:
    choice = choose_story("عنوان", one, [telling(7, "عنوان آخر تماما", other)], POLICY)
    assert (choice.story_id, choice.reason) == (7, StoryReason.SAME_LINK)


@pytest.mark.parametrize(
    "link", [None, "", "https://enab.example", "https://enab.example/", "http://[bad", "#", "x"]
)
def test_an_address_that_names_no_page_joins_nothing(link: str | None) -> None:
    assert choose_story("عنوان", link, [telling(7, "آخر", link)], POLICY).story_id is None


def test_one_address_for_many_happenings_is_no_story() -> None:
    live = "https://enab.example/live"
    tellings = [telling(7, "إخلاء أحياء شرق خان يونس", live)]
    apart = choose_story("وصول قافلة أدوية إلى دير الزور", live, tellings, POLICY)
    assert apart.story_id is None
    reworded = choose_story("أوامر بإخلاء أحياء في خان يونس", live, tellings, POLICY)
    assert reworded.story_id == 7


def test_other_parameters_name_other_pages() -> None:
    assert page_link("https://x.example/?p=1") != page_link("https://x.example/?p=2")


def test_the_latest_of_equal_stories_is_joined_and_links_come_first() -> None:
    title = "لا توجد أدوية في مستشفيات حلب"
    tellings = [
        telling(1, "أدوية حلب", "https://a.example/1"),
        telling(2, title),
        telling(3, title),
    ]
    assert choose_story(title, None, tellings, POLICY).story_id == 3
    assert choose_story(title, "https://a.example/1", tellings, POLICY).story_id == 1
    assert choose_story("خبر لا يشبه أي خبر قبله", None, tellings, POLICY).story_id is None
    assert choose_story(title, None, [], POLICY).reason == StoryReason.NEW


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=120), st.text(max_size=120), st.text(max_size=80))
def test_likeness_is_symmetric_bounded_and_never_fails(one: str, other: str, link: str) -> None:
    here, there = read_title(one), read_title(other)
    likeness = title_likeness(here, there, POLICY)
    assert 0 <= likeness <= 100
    assert (likeness > 0) == (title_likeness(there, here, POLICY) > 0)
    if len(here.words) >= POLICY.least_words:
        assert title_likeness(here, here, POLICY) == 100
    page_link(link)
    page_link(f"https://{link}")
