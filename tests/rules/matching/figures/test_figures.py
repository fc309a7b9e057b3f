"""What numbers in an entry count."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import Figure, figures_of
from tests.rules.arabic_numbers import spell


def said(text: str, language: str | None = "ar") -> str:
    """The figures of a sentence, in short: "killed 12+, wounded 3 part"."""
    return ", ".join(_short(figure) for figure in figures_of("", text, language))


def _short(figure: Figure) -> str:
    top = "" if figure.max is None else f"-{figure.max:g}"
    marks = "".join(f" {m}" for m in ("vague", "part") if getattr(figure, m))
    return f"{figure.what} {figure.value:.10g}{top}{'+' if figure.at_least else ''}{marks}"


ARABIC = """
استشهاد مئة وثلاثة وعشرين فلسطينيا وإصابة أكثر من مئتين آخرين | killed 123, wounded 200+
قتيلان وثلاثة جرحى في انفجار | killed 2, wounded 3
مقتل جنديين وإصابة ضابط | killed 2
لقي ما بين 12 و15 شخصا حتفهم | killed 12-15
مقتل عشرات المدنيين ونزوح مئات الآلاف | killed 10+ vague, displaced 100000+ vague
عشرات القتلى والجرحى في تفجير | killed 10+ vague, wounded 10+ vague
أودى الزلزال بحياة ألفين وخمسمئة شخص | killed 2500
١٢٬٥٠٠ نازح يحتاجون إلى مساعدات | displaced 12500
مقتل 5 جنود وإصابة 12 آخرين بينهم ضابطان | killed 5, wounded 12, wounded 2 part
ارتفعت حصيلة القتلى من 12 إلى 19 | killed 12, killed 19
ارتفع عدد شهداء الغارات على وسط القطاع إلى 35 | killed 35
وحصيلة الشهداء ترتفع إلى أكثر من 9227 | killed 9227+
قصفت الطائرات 12 منزلا ما أدى إلى مقتل 3 | killed 3
إنقاذ 45 مهاجرا وفقدان 12 | missing 12
فقد 20 شخصا حياتهم | killed 20
أكثر من مليوني شخص بحاجة إلى مساعدات غذائية | people_in_need 2000000+
495 ألف شخص يواجهون مستويات كارثية من انعدام الأمن الغذائي | people_in_need 495000
نحو 21 مليون شخص، أي 80% من السكان، بحاجة إلى مساعدات | people_in_need 21000000, percent 80
70 في المئة من المستشفيات خارج الخدمة | percent 70
اليوم الخامس والعشرون من الحرب | days 25
في اليوم الـ293 للعدوان | days 293
هدنة لمدة خمسة أيام | days 5
بعد 300 يوم من الحرب على غزة | days 300
7 شهداء بينهم 3 أطفال وامرأتان | killed 7, killed 3 part, killed 2 part
مقتل 57 بينهم 12 طفلا على الأقل وأصيب نحو 225 | killed 57, killed 12+ part, wounded 225
قالت الوزارة إن 43 شخصا قتلوا وأصيب 173 اليوم الأحد | killed 43, wounded 173
لقي 7 مدنيين على الأقل مصرعهم | killed 7+
أن 10 آلاف طالب و400 معلم استشهدوا في العدوان | killed 10000, killed 400
مقتل 34 عنصرا من الحزب و17 من قوات النظام | killed 34, killed 17
استشهاد ما لا يقل عن 71 نازحا وإصابة نحو 289 آخرين | killed 71+, wounded 289
قتل (12) شخصا وأصيب (30) | killed 12, wounded 30
تم نقل 18 شخصا إلى المستشفى مصابين | wounded 18
نقل 14 شخصا إلى المستشفيات بعد الحادث | wounded 14
مقتل شخصَيْن وإصابة مدنيَيْن | killed 2, wounded 2
استشهاد فلسطينيين اثنين | killed 2
من بين القتلى 3 أطفال | killed 3 part
10 آلاف شخص تحت الأنقاض | missing 10000
وفاة 8 بالكوليرا وإصابة 200 شخص بالكوليرا | killed 8
توفي 40 شخصا بالكوليرا وسجلت 2300 إصابة | killed 40
استشهد 7 مواطنين وأصيب 15 بقصف منزل | killed 7, wounded 15
مقتل 3 أشخاص وتدمير 15 بيتا | killed 3
استشهد ثلاثة مدنيين وأصيب عشرة، بينهم كاهن | killed 3, wounded 10
وقالت الوزارة إن عدد القتلى 153 | killed 153
انتشال 7 جثث بعد غرق قارب يقل 70 مهاجرا | killed 7
10 ملايين شخص نازحين داخل البلاد | displaced 10000000
"""
NO_FIGURE = """
ارتفاع الأسعار 25% هذا العام
فاز الفريق 3-1 وأصيب لاعب
استشهد الشاب محمد (25 عاما) برصاص الاحتلال
في 12 يوليو 2015 قتل رجل
اعتقال 12 فلسطينيا
مقتل شخص وإصابة آخر
مقتل وإصابة 30 شخصا
30 بين قتيل وجريح
إطلاق 12 صاروخا في 3 غارات
بعد يومين من الإعلان عن الهدنة
بعد يومين من هجوم على السوق
مكافأة 5 ملايين دولار
أكثر من 120 ألف لاجئ عادوا
تشييع الشهيدين في جنين
استشهد منذ عام 2003
"""
ENGLISH = """
At least 12 people were killed and 30 wounded in an air strike | killed 12+, wounded 30
Strike kills 12, wounds 30 | killed 12, wounded 30
killed 12 and wounded 30 | killed 12, wounded 30
Twenty-three dead, including 3 children | killed 23, killed 3 part
Death toll from quake rises to 2,500 | killed 2500
dozens killed and hundreds wounded | killed 10+ vague, wounded 100+ vague
More than 1.5 million people displaced by floods | displaced 1500000+
12 people, including three children, were killed on Monday | killed 12, killed 3 part
Five UN workers killed in 3 attacks | killed 5
half a million people need food aid | people_in_need 500000
Day 12 of the siege | days 12
a five-day truce | days 5
70 percent of hospitals destroyed | percent 70
In 2015, 43 people were killed | killed 43
two dozen missing after landslide | missing 24
The strike left seven dead and a score injured | killed 7, wounded 20
rescued 45 migrants, 12 are still missing | missing 12
Fighting has killed at least 150 civilians since April 15 | killed 150+
20 new cholera cases, 3 deaths | killed 3
20 pupils and two teachers were killed | killed 20, killed 2
31 people, including 23 soldiers and 5 guards, died | killed 31, killed 23 part, killed 5 part
30 people, including 23 soldiers, 2 drivers and 5 guards, died | killed 30, killed 23 part, \
killed 2 part, killed 5 part
Fifteen people, four of them children, have died of hunger | killed 15, killed 4 part
3,941 persons from 712 households were displaced | displaced 3941
52 people were killed and nearly 2,000 displaced | killed 52, displaced 2000
A strike killed 18 displaced people | killed 18
1.3 million displaced people have returned |
At least 13 people were martyred in the blast | killed 13+
The bombing killed 101 people, all but three of them police | killed 101
The toll was revised down to 84 from 101 | killed 84, killed 101
Hundreds of families were displaced |
Six of a family were killed | killed 6
Boat carrying 154 migrants sinks, 68 dead | killed 68
Police arrested 12 men, aged 25 |
The price rose 12 percent |
15 aid trucks entered |
"""
FRENCH = """
Au moins 12 personnes ont été tuées et 30 blessées | killed 12+, wounded 30
Quatre-vingt-douze morts, dont 3 enfants | killed 92, killed 3 part
Le bilan s'élève à 2 500 morts | killed 2500
Une dizaine de blessés | wounded 10
Des dizaines de morts et des centaines de blessés | killed 10+ vague, wounded 100+ vague
Plus de 1,5 million de déplacés | displaced 1500000+
Mort de 12 civils | killed 12
12 000 personnes ont fui les combats | displaced 12000
Au 12e jour du siège | days 12
un attentat a tué vingt et un soldats | killed 21
deux millions de personnes ont besoin d'aide | people_in_need 2000000
douze personnes ont péri, dont quatre enfants | killed 12, killed 4 part
une attaque tue 7 civils et en blesse 12 | killed 7, wounded 12
70 % des hôpitaux détruits | percent 70
des bombes tuent 18 déplacés | killed 18
portant à 101 le nombre de décès | killed 101
plus d'un demi-million de foyers sont privés d'électricité |
638 000 personnes font face à la famine | people_in_need 638000
200 maisons détruites |
La mort d'un homme de 25 ans |
"""


def rows(table: str) -> list[tuple[str, str]]:
    split = (line.partition("|") for line in table.strip().splitlines())
    return [(text.strip(), wanted.strip()) for text, _, wanted in split]


@pytest.mark.parametrize(("text", "wanted"), rows(ARABIC) + rows(NO_FIGURE))
def test_arabic(text: str, wanted: str) -> None:
    assert said(text) == wanted


@pytest.mark.parametrize(("text", "wanted"), rows(ENGLISH))
def test_english(text: str, wanted: str) -> None:
    assert said(text, "en") == wanted


@pytest.mark.parametrize(("text", "wanted"), rows(FRENCH))
def test_french(text: str, wanted: str) -> None:
    assert said(text, "fr") == wanted


def test_the_language_is_guessed_where_the_feed_does_not_say() -> None:
    assert said("Mort de 12 civils et 30 blessés", None) == "killed 12, wounded 30"
    assert said("12 people died and 30 are missing", None) == "killed 12, missing 30"


@given(st.integers(3, 999_999), st.sampled_from(["قتيلا", "شهيدا", "جريحا"]))
def test_a_toll_in_words_is_the_toll_in_digits(number: int, noun: str) -> None:
    words, digits = (
        figures_of("", f"{spell(number)} {noun}", "ar"),
        figures_of("", f"{number} {noun}", "ar"),
    )
    assert [(f.what, f.value) for f in words] == [(f.what, f.value) for f in digits]
    assert [f.value for f in words] == [number]


@given(st.integers(3, 999), st.integers(3, 999))
def test_killed_and_wounded_in_any_order(killed: int, wounded: int) -> None:
    wanted = {("killed", killed), ("wounded", wounded)}
    for text in (
        f"مقتل {killed} شخصا وإصابة {wounded}",
        f"إصابة {wounded} ومقتل {killed} في غارة",
        f"أصيب {wounded} شخصا وقتل {killed} آخرون",
        f"{killed} قتيلا و{wounded} جريحا",
        f"{wounded} جريحا و{killed} قتيلا على الأقل",
        f"{killed} killed, {wounded} wounded",
        f"{wounded} people were injured and {killed} others died",
        f"{killed} morts et {wounded} blessés",
    ):
        assert {(f.what, f.value) for f in figures_of("", text, None)} == wanted, text


WORDS = (
    "مقتل 12 و30 جريحا بينهم ، (3) عشرات من القتلى % في المئة الـ293 . killed dozens at least "
    "of dont 3-1 10:30 \u200f ـ مئة ألف و and et 12 000 \u202e إلى بين « » - 999999999999999999"
).split()
TEXTS = st.lists(st.sampled_from(WORDS)).map(" ".join) | st.text()


@given(TEXTS, st.sampled_from(["ar", "en", "fr", None, "de", ""]))
def test_no_text_is_too_much(text: str, language: str | None) -> None:
    for figure in figures_of(text, text, language):
        source = text
        assert 0 <= figure.start < figure.end <= len(source)
        assert figure.value >= 0
        assert figure.max is None or figure.max > figure.value


def test_each_figure_is_told_once_with_what_any_telling_adds() -> None:
    found = figures_of("120 قتيلا في تفجير", "قتل 120 شخصا على الأقل. وأصيب مئة.", "ar")
    assert [(f.what, f.value, f.at_least, f.field) for f in found] == [
        ("killed", 120, True, "title"),
        ("wounded", 100, False, "text"),
    ]


def test_a_vague_number_gives_way_to_an_exact_one() -> None:
    assert said("عشرات القتلى والجرحى. قتل 15 شخصا") == "wounded 10+ vague, killed 15"


def test_offsets_are_those_of_the_writer() -> None:
    title = "\u200fمقتل ١٢ شخصًا"
    (figure,) = figures_of(title, "", "ar")
    assert title[figure.start : figure.end] == "١٢ شخصًا"
