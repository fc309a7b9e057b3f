"""Of which time a toll is: of what the entry tells, of a whole war, of the day before."""

from __future__ import annotations

import pytest

from rules import figures_of, standing_figures

ENGLISH = """
Shells killed 9 people. Some 4,000 have been killed since the war began. | 9 now, 4000 since
Since June, the rains have killed 640 people; a landslide killed 12. | 640 since, 12 now
12 people have been killed since dawn in raids on the camp | 12 now
It was the deadliest attack since the war began, killing 30 | 30 now
Six died in 24 hours, raising the number of deaths to 90 | 6 now, 90 since
A mortar killed 6 people, a day after shells killed 9 in the same town | 6 now, 9 before
Floods killed 17 people, days after a quake in the next province killed 1,400 | 17 now, 1400 before
A blast killed 7 people. Last year 60 were killed there. | 7 now, 60 before
A blast killed 7 people. Last week 60 were killed there. | 7 now, 60 recent
A shell killed 2 nurses on Thursday. Monday's strike killed 14. | 2 now, 14 recent
A shell killed 2 nurses on Thursday. By Friday the toll was 14 dead. | 2 now, 14 now
The toll was revised down to 84 from 101 | 84 now, 101 replaced
Two days after the quake, rescuers counted 800 dead | 800 now
12 people were killed after a building collapsed | 12 now
A strike on a house killed 10. The death toll from starvation rose to 235. | 10 now, 235 since
Starvation has killed 235 in the camp, doctors said | 235 now
"""
FRENCH = """
Un obus a tué 9 civils. Au moins 4 000 personnes ont été tuées depuis le début de la guerre. \
| 9 now, 4000 since
Le bilan est passé de 12 à 19 morts | 12 replaced, 19 now
Un nouveau bilan fait état de 14 morts. Un précédent bilan faisait état de 18 morts. \
| 14 now, 18 replaced
Trois soldats ont été tués. Cinq personnes avaient été tuées mardi. | 3 now, 5 before
Il a affirmé que 31 personnes avaient été tuées | 31 now
"""
ARABIC = """
استشهد 9 مواطنين، ليرتفع عدد الشهداء إلى 4000 منذ بدء العدوان | 9 now, 4000 since
استشهد 12 فلسطينيا منذ فجر اليوم | 12 now
سجلت المستشفيات 15 حالة وفاة خلال 24 ساعة، ليرتفع إجمالي الوفيات إلى 101 | 15 now, 101 since
قتل 3 أشخاص، بعد يومين من هجوم خلف 30 قتيلا | 3 now, 30 before
قتل 3 أشخاص بعد أيام من القتال الذي أسفر عن مقتل 30 | 3 now, 30 now
قتل 11 شخصا. وكانت البلدة شهدت الأسبوع الماضي قصفا خلف 5 قتلى | 11 now, 5 recent
ارتفعت حصيلة القتلى من 12 إلى 19 | 12 replaced, 19 now
"""


def times(text: str, language: str) -> str:
    return ", ".join(f"{f.value:g} {f.time}" for f in figures_of("", text, language))


def rows(table: str, language: str) -> list[tuple[str, str, str]]:
    split = (line.rpartition("|") for line in table.strip().splitlines())
    return [(text.strip(), language, wanted.strip()) for text, _, wanted in split]


@pytest.mark.parametrize(
    ("text", "language", "wanted"),
    [*rows(ENGLISH, "en"), *rows(FRENCH, "fr"), *rows(ARABIC, "ar")],
)
def test_a_toll_says_of_which_time_it_is(text: str, language: str, wanted: str) -> None:
    assert times(text, language) == wanted


def standing(text: str) -> list[tuple[str, float, bool]]:
    return [(f.what, f.value, f.part) for f in standing_figures(figures_of("", text, "en"))]


def test_beside_the_toll_of_a_strike_that_of_the_war_does_not_stand() -> None:
    war = "More than 4,000 have been killed since the war began."
    assert standing(f"Shells killed 9 people. {war}") == [("killed", 9, False)]
    assert standing(f"Shells wounded 9 people. {war}") == [("wounded", 9, False)]
    assert standing(war) == [("killed", 4000, False)]


def test_another_happening_s_toll_stands_nowhere_and_last_week_s_where_it_is_all() -> None:
    assert standing("Aid arrived, two days after a quake killed 90 people.") == []
    late = "The quake that struck three days ago killed 800 people; 200 are missing."
    assert standing(late) == [("killed", 800, False), ("missing", 200, False)]
    assert standing("A blast killed 7 people. Last week 60 were killed.") == [("killed", 7, False)]


def test_what_a_toll_took_the_place_of_is_kept_as_a_part() -> None:
    told = standing("The toll was revised down to 84 from 101.")
    assert told == [("killed", 84, False), ("killed", 101, True)]
