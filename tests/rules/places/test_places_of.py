"""Which place is meant, and which names are set aside: entries of our own, in three languages."""

from __future__ import annotations

import pytest

from rules import Evidence, Gazetteer, PlacesTold, RuleSet, detect, places_of


def told(
    gazetteer: Gazetteer, rules: RuleSet, title: str, text: str = "", region: str | None = None
) -> PlacesTold:
    evidence = [e for d in detect(rules, title, text) for e in d.evidence]
    return places_of(gazetteer, title, text, evidence, region=region)


def codes(found: PlacesTold) -> set[str]:
    """Divisions, and countries of which no division is told."""
    divided = {code[:2] for code in found.divisions}
    return {*found.divisions, *(c for c in found.countries if c not in divided)}


@pytest.mark.parametrize(
    ("title", "text", "wanted"),
    [
        # Seats of speakers, talks, datelines.
        (
            "20 قتيلا في قصف على الحديدة",
            "قالت وزارة الصحة في صنعاء إن 20 شخصا قتلوا في قصف على مدينة الحديدة.",
            {"YE-HU"},
        ),
        (
            "مفاوضات لوقف إطلاق النار في غزة",
            "تستضيف الدوحة جولة جديدة من المفاوضات بشأن وقف إطلاق النار في قطاع غزة.",
            {"PS"},
        ),
        (
            "Cholera spreads in Hodeidah",
            "Talks in Geneva ended on Friday. Cholera cases rose in Hodeidah, the ministry said.",
            {"YE-HU"},
        ),
        (
            "Strikes kill 12 in Idlib, medics say",
            "BEIRUT (Reuters) - Air strikes killed 12 people in Idlib on Sunday.",
            {"SY-ID"},
        ),
        (
            "Russia strikes Kharkiv hospital",
            "A missile hit a hospital in Kharkiv, killing three people, officials in Kyiv said.",
            {"UA-63"},
        ),
        # What is struck, what was struck before, who denies, and what only bears a people's name.
        ("Massive attack on Kyiv: 8 dead", "A night attack on Kyiv killed eight.", {"UA-30"}),
        (
            "غارات تستهدف مطار صنعاء الدولي",
            "استهدفت غارات مطار صنعاء فقتلت عاملا، بعد ساعات من غارات على ميناء الحديدة.",
            {"YE-SA"},
        ),
        (
            "Gaza : 31 morts près d'un centre d'aide à Rafah, Israël dément",
            "Des tirs ont tué 31 personnes à Rafah.",
            {"PS-RFH"},
        ),
        ("Israeli strike on Palestinian camp in Lebanon kills 13", "", {"LB"}),
        ("Drone hits Saudi Maternity Hospital in El Fasher, 30 dead", "", {"SD-DN"}),
        ("Gunmen kill 14 in village in Syria's Hama, monitor says", "", {"SY-HM"}),
        ("Benin says 28 soldiers killed in attack near Niger border", "", {"BJ"}),
        (
            "25 قتيلا في تفجير انتحاري داخل كنيسة مار إلياس بدمشق",
            "فجر انتحاري نفسه داخل كنيسة مار إلياس في دمشق.",
            {"SY-DI"},
        ),
        ("Ten members of one family killed in Gaza City strike", "", {"PS-GZA"}),
        # Where patients and those who flee go.
        (
            "مقتل 5 في غارة على إدلب",
            "قتل 5 مدنيين في غارة على إدلب ونقل الجرحى إلى مستشفيات أنطاكيا في تركيا.",
            {"SY-ID"},
        ),
        (
            "نزوح 50 ألف شخص من الفاشر",
            "فر 50 ألف شخص من الفاشر بالسودان إلى شرق تشاد.",
            {"SD-DN"},
        ),
        # Peoples: whose the place is, and who does it.
        (
            "غارات إسرائيلية على الضاحية الجنوبية لبيروت",
            "شنت طائرات إسرائيلية غارات على الضاحية الجنوبية لبيروت أسفرت عن 6 قتلى.",
            {"LB-JL"},
        ),
        (
            "إعصار يضرب جزيرة مايوت الفرنسية ويقتل 20 شخصا",
            "تسبب الإعصار في انقطاع المياه والكهرباء عن الجزيرة.",
            {"YT"},
        ),
        # A capital that bears its country's name; a government named by its capital.
        (
            "حرائق الغابات في الجزائر تودي بحياة 30 شخصا",
            "اندلعت الحرائق شمالي البلاد، وأجليت مئات الأسر.",
            {"DZ"},
        ),
        (
            "مقتل مدنيين في غارة على الرقة",
            "أعلنت واشنطن مقتل 5 مدنيين في غارة للتحالف على مدينة الرقة.",
            {"SY-RA"},
        ),
        # A finer place further off than the evidence.
        (
            "مقتل 40 في هجوم على قرية بشمال شرق نيجيريا",
            "قال مسؤول محلي إن مسلحين هاجموا قرية في ولاية بورنو ليل السبت.",
            {"NG-BO"},
        ),
        # Of two countries in one clause, the one beside the evidence.
        ("مقتل 12 مدنيا في قصف على كيدال وانتخابات هادئة في تشاد", "", {"ML-8"}),
        ("استمرار القصف والنزوح في السودان وأوكرانيا", "", {"SD", "UA"}),
        ("Snowstorm cuts power in Greece and Turkey", "", {"GR", "TR"}),
        # A title made of an address has no capitals.
        ("cholera outbreak kills dozens in northern nigeria hospitals", "", {"NG"}),
        ("Epidémie de choléra à Goma", "Les autorités ont signalé 120 cas à Goma.", {"CD-NK"}),
        (
            "Des frappes font 15 morts à Alep",
            "Des frappes aériennes ont tué 15 civils dimanche à Alep, dans le nord de la Syrie.",
            {"SY-HL"},
        ),
    ],
)
def test_it_happens_where_the_evidence_says(
    gazetteer: Gazetteer, shipped: RuleSet, title: str, text: str, wanted: set[str]
) -> None:
    assert codes(told(gazetteer, shipped, title, text)) == wanted


@pytest.mark.parametrize(
    ("title", "text", "wanted"),
    [
        ("كوليرا في طرابلس", "سجلت وزارة الصحة اللبنانية إصابات بالكوليرا في طرابلس.", "LB-AS"),
        ("اشتباكات تقتل 9 مدنيين في طرابلس", "سقط القتلى في العاصمة الليبية.", "LY-TB"),
    ],
)
def test_the_country_tells_two_places_of_one_name_apart(
    gazetteer: Gazetteer, shipped: RuleSet, title: str, text: str, wanted: str
) -> None:
    assert told(gazetteer, shipped, title, text).divisions == (wanted,)


def test_the_feeds_region_tells_two_places_of_one_name_apart(
    gazetteer: Gazetteer, shipped: RuleSet
) -> None:
    title = "نقص المياه يهدد سكان طرابلس"
    assert told(gazetteer, shipped, title, region="lebanon").divisions == ("LB-AS",)
    assert told(gazetteer, shipped, title, region="LY").divisions == ("LY-TB",)


def test_a_hospital_of_two_places_tells_the_country_only(
    gazetteer: Gazetteer, shipped: RuleSet
) -> None:
    found = told(gazetteer, shipped, "مستشفى العودة في غزة يتوقف عن العمل لنفاد الوقود")
    assert found.countries == ("PS",)
    assert found.divisions == ()
    both = told(gazetteer, shipped, "مستشفى العودة في النصيرات يتوقف عن العمل لنفاد الوقود")
    assert both.divisions == ("PS-DEB",)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("انفجار سيارة مفخخة في مدينة الباب بريف حلب يقتل 7 مدنيين", True),
        ("أغلق الجنود الباب في وجه قافلة مساعدات إلى حلب", False),
    ],
)
def test_a_town_that_is_a_word_needs_a_word_that_says_so(
    gazetteer: Gazetteer, shipped: RuleSet, text: str, wanted: bool
) -> None:
    found = told(gazetteer, shipped, text)
    assert ("الباب" in {p.quote for p in found.places}) is wanted


@pytest.mark.parametrize(
    "title",
    [
        "المستشفى الأردني في خان يونس يتوقف عن العمل لنفاد الوقود",
        "مستشفى الكويت في رفح يتوقف عن العمل لنفاد الوقود",
        "Michael Jordan foundation sends medicine to hospitals in Gaza",
        "مقتل الصحفي صلاح الدين حسن في قصف على رفح",
    ],
)
def test_what_bears_a_places_name_is_no_place(
    gazetteer: Gazetteer, shipped: RuleSet, title: str
) -> None:
    assert told(gazetteer, shipped, title).countries == ("PS",)


def test_what_lies_in_another_place_stands_for_both(gazetteer: Gazetteer, shipped: RuleSet) -> None:
    title = "مقتل 5 في قصف على مخيم بلاطة شرق نابلس بالضفة الغربية"
    assert [p.quote for p in told(gazetteer, shipped, title).places] == ["مخيم بلاطة"]


def test_every_place_says_why(gazetteer: Gazetteer, shipped: RuleSet) -> None:
    found = told(
        gazetteer,
        shipped,
        "20 قتيلا في قصف على الحديدة",
        "نقل الجرحى إلى مستشفيات ذمار، وفق مسؤول في صنعاء.",
    )
    assert [(p.quote, p.why) for p in found.places] == [("الحديدة", "clause")]
    assert ("ذمار", "patients") in {(a.quote, a.why) for a in found.set_aside}


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("BEIRUT (Reuters) - Air strikes killed 12 people in Idlib.", "BEIRUT"),
        ("بيروت - رويترز: قتل 12 شخصا في غارات على إدلب.", "بيروت"),
        ("عمّان (أ ف ب) - قتل 12 شخصا في غارات على إدلب.", "عمّان"),
    ],
)
def test_a_dateline_is_where_it_was_written(
    gazetteer: Gazetteer, shipped: RuleSet, text: str, quote: str
) -> None:
    found = told(gazetteer, shipped, "", text)
    assert found.divisions == ("SY-ID",)
    assert (quote, "dateline") in {(a.quote, a.why) for a in found.set_aside}


def test_without_evidence_title_and_first_sentences_tell(gazetteer: Gazetteer) -> None:
    assert places_of(gazetteer, "أخبار من درعا", "", []).divisions == ("SY-DR",)
    assert places_of(gazetteer, "", "", []).places == ()


def test_evidence_outside_the_text_does_no_harm(gazetteer: Gazetteer) -> None:
    evidence = [Evidence("text", 5_000, 5_010, "قصف", "$x", "c", 1)]
    assert places_of(gazetteer, "قصف على درعا", "", evidence).divisions == ("SY-DR",)
