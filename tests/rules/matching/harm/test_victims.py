"""Who is harmed, whatever the trade, place, number or word order; and who is not."""

from __future__ import annotations

from itertools import product

import pytest

from rules import RuleSet
from rules.trying.explain import VictimReading, explain

TRADES = ["خياط", "بائع", "مزارع", "ممرض", "معلم", "حلاق", "صياد", "طالب", "عامل", "سائق"]
TRADES_IN_PLURAL = ["خياطين", "باعة", "مزارعين", "معلمين", "عمال", "صيادين", "طلاب", "نازحين"]
PLACES = ["الأبيض", "تعز", "خان يونس", "إدلب", "مقديشو"]
CAUSES = ["قصف مدفعي", "غارة جوية", "انفجار لغم", "هجوم بمسيرة"]
NUMBERS = ["3", "٧", "خمسة", "عشرات"]


def victims(rules: RuleSet, text: str, lang: str = "ar") -> tuple[VictimReading, ...]:
    return explain(rules, "", text, lang).victims


def kinds(rules: RuleSet, text: str, lang: str = "ar") -> set[tuple[str, str]]:
    return {(v.who, v.cause) for v in victims(rules, text, lang)}


def is_harm(rules: RuleSet, text: str, lang: str = "ar") -> bool:
    return any(d.signal == "civilian-harm" for d in rules.detect("", text, lang))


@pytest.mark.parametrize("trade", TRADES)
def test_one_trade_counts_as_much_as_another(shipped: RuleSet, trade: str) -> None:
    for cause, place in product(CAUSES, PLACES):
        text = f"مقتل {trade} في {cause} على {place}"
        assert is_harm(shipped, text), text


@pytest.mark.parametrize("trade", TRADES_IN_PLURAL)
def test_any_number_of_any_trade_in_either_order(shipped: RuleSet, trade: str) -> None:
    for number, cause in product(NUMBERS, CAUSES):
        for text in (
            f"مقتل {number} {trade} في {cause} على المدينة",
            f"{cause} على المدينة يسفر عن مقتل {number} {trade}",
            f"قتل {number} {trade} وأصيب آخرون جراء {cause}",
        ):
            assert is_harm(shipped, text), text


@pytest.mark.parametrize("trade", ["tailor", "baker", "teacher", "fisherman", "nurse", "farmer"])
def test_english_trades_and_orders(shipped: RuleSet, trade: str) -> None:
    plural = {"fisherman": "fishermen"}.get(trade, trade + "s")
    for text in (
        f"Airstrike kills a {trade} in El Obeid",
        f"Three {plural} killed in shelling of the old town",
        f"At least 12 {plural} were wounded when a missile hit the road",
    ):
        assert is_harm(shipped, text, "en"), text


@pytest.mark.parametrize("trade", ["tailleur", "boulanger", "enseignant", "pêcheur", "infirmier"])
def test_french_trades_and_orders(shipped: RuleSet, trade: str) -> None:
    for text in (
        f"Une frappe tue un {trade} à El Obeid",
        f"Trois {trade}s tués dans un bombardement",
        f"Au moins douze {trade}s ont été blessés par un obus",
    ):
        assert is_harm(shipped, text, "fr"), text


def test_a_number_and_a_cause_need_no_person_word(shipped: RuleSet) -> None:
    for number in ("4", "٤", "أربعة", "عشرات"):
        assert kinds(shipped, f"مقتل {number} في غارة على المدينة") == {("uncounted", "conflict")}


@pytest.mark.parametrize(
    "text",
    [
        "مقتل ثلاثة جنود في انفجار عبوة ناسفة",
        "مقتل رقيب وإصابة عريف في هجوم على نقطة تفتيش",
        "مقتل 12 مسلحا من تنظيم داعش في غارة",
        "إيقاع جنود العدو بين قتيل وجريح في كمين",
        "مقتل جندي تركي وإصابة آخر في اشتباك على الحدود",
        "سقوط قتلى من حركة الشباب في غارة جوية",
    ],
)
def test_fighters_are_no_civilians_in_arabic(shipped: RuleSet, text: str) -> None:
    assert {v.who for v in victims(shipped, text)} == {"fighters"}
    assert not is_harm(shipped, text)


def test_who_is_led_to_by_a_preposition_is_no_doer(shipped: RuleSet) -> None:
    assert kinds(shipped, "اغتيال لرجال الأمن من العاملين في المرور بقنبلة") == {
        ("fighters", "conflict")
    }
    assert ("people", "conflict") in kinds(shipped, "اغتيال جنود الاحتلال ثلاثة مزارعين بقصف")


@pytest.mark.parametrize(
    ("said", "done"),
    [
        ("تنظيم مسلح يهدد بقتل رهينتين", "تنظيم مسلح يهدد بالثأر بعد مقتل رهينتين"),
        ("محاولة اغتيال صحفي بعبوة ناسفة", "اغتيال صحفي بعبوة ناسفة"),
        ("مسلحون حرضوا على قتل معلمين", "مسلحون قتلوا معلمين"),
    ],
)
def test_what_is_only_threatened_or_attempted_is_no_harm(
    shipped: RuleSet, said: str, done: str
) -> None:
    assert victims(shipped, said) == ()
    assert victims(shipped, done)


@pytest.mark.parametrize(
    ("said", "done"),
    [
        (
            "More children could be killed in Gaza, UN says",
            "More children could have been killed in the Gaza strike, UN says",
        ),
        ("Hunger might still kill thousands of children", "Up to 200 people may have been killed"),
        (
            "A quake could cause 3,000 deaths in Istanbul",
            "Toll could rise: strike kills 12 in Gaza",
        ),
        (
            "Des milliers de familles pourraient mourir au Soudan",
            "Trente civils pourraient avoir été tués dans le raid",
        ),
        (
            "Un séisme pourrait faire jusqu'à 1600 morts à Istanbul",
            "Le bilan pourrait s'alourdir : la frappe a fait 12 morts",
        ),
        # What is feared of what has happened already.
        ("Floods could kill hundreds", "Hundreds of people could be trapped by the flood"),
    ],
)
def test_what_may_yet_happen_is_no_harm(shipped: RuleSet, said: str, done: str) -> None:
    assert victims(shipped, said) == ()
    assert victims(shipped, done)


def test_a_threat_to_those_who_treat_is_one(shipped: RuleSet) -> None:
    assert victims(shipped, "مسلحون يهددون بقتل طبيب")[0].who == "health-workers"


def test_the_innocent_are_an_opinion_but_in_a_place_at_war(shipped: RuleSet) -> None:
    said = "عمليات إرهابية تسقط عشرات الضحايا من الأبرياء"
    assert not is_harm(shipped, said)
    assert is_harm(shipped, f"{said} في غزة")


def test_a_fighter_victim_silences_the_bare_counts_behind(shipped: RuleSet) -> None:
    assert kinds(shipped, "مقتل خمسة جنود في كمين. وإصابة 7 في الهجوم نفسه.") == {
        ("fighters", "conflict")
    }
    assert ("people", "conflict") in kinds(
        shipped, "مقتل خمسة جنود في كمين. وإصابة 7 أطفال في قصف لاحق."
    )


@pytest.mark.parametrize("doer", ["مسلحون", "جنود الاحتلال", "عناصر المليشيا"])
def test_the_doer_behind_the_verb_is_no_victim(shipped: RuleSet, doer: str) -> None:
    for victim in ("ثلاثة مزارعين", "طفلا", "شابا"):
        found = victims(shipped, f"قتل {doer} {victim} في قصف على القرية")
        assert found and found[0].who == "people", found


def test_civilians_beside_fighters_are_seen(shipped: RuleSet) -> None:
    assert victims(shipped, "مقتل جندي ومدنيين اثنين في قصف")[0].who == "civilians"
    assert victims(shipped, "A soldier and two civilians were killed in the blast", "en")
    assert is_harm(shipped, "20 قتيلا بينهم أطفال في غارة على السوق")


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Des civils et des militaires tués dans une attaque près de Gao", "fr"),
        ("Dix villageois et trois soldats ont été tués par une mine", "fr"),
        ("Des soldats et des civils tués dans une attaque près de Gao", "fr"),
        ("Villagers and several soldiers were killed in the raid", "en"),
    ],
)
def test_civilians_joined_to_fighters_are_seen_whoever_is_named_first(
    shipped: RuleSet, text: str, lang: str
) -> None:
    assert victims(shipped, text, lang)[0].who in ("civilians", "people")


def test_fighters_alone_stay_fighters(shipped: RuleSet) -> None:
    text = "Des officiers et des soldats tués dans une embuscade"
    assert {who for who, _ in kinds(shipped, text, "fr")} == {"fighters"}


@pytest.mark.parametrize("one", ["a UN peacekeeper", "one soldier"])
def test_one_fighter_among_many_makes_no_fighters_of_them(shipped: RuleSet, one: str) -> None:
    raid = "The raid on the market left 31 people dead, including"
    assert kinds(shipped, f"{raid} {one}.", "en") == {("people", "conflict")}
    assert {who for who, _ in kinds(shipped, f"{raid} nineteen soldiers.", "en")} == {"fighters"}


@pytest.mark.parametrize(
    "text",
    [
        "وفاة شخصين وإصابة أربعة في حادث مروري على طريق الساحل",
        "مصرع سائق في تصادم شاحنتين على الطريق السريع",
        "القبض على قاتل زوجته طعنا بسكين",
        "وفاة عامل إثر صعق كهربائي في ورشة",
    ],
)
def test_accident_and_crime_are_neither_conflict_nor_disaster(shipped: RuleSet, text: str) -> None:
    assert not {v.cause for v in victims(shipped, text)} & {"conflict", "disaster"}
    assert not is_harm(shipped, text)


@pytest.mark.parametrize(
    "by", ["بتفجير انتحاري", "بتفجيرين انتحاريين", "بصواريخ لمسلحين", "بقذائف للجيش"]
)
def test_what_it_was_done_with_is_no_victim(shipped: RuleSet, by: str) -> None:
    assert kinds(shipped, f"12 قتيلا {by} في بلدة قرب مقديشو") == {("uncounted", "conflict")}
    assert not is_harm(shipped, f"مقتل 12 جنديا {by} في بلدة قرب مقديشو")


def test_the_known_dead_are_no_news(shipped: RuleSet) -> None:
    assert not is_harm(shipped, "زار الوزير الجرحى في المستشفى")
    assert not is_harm(shipped, "أسر الشهداء تطالب بالتعويض في المدينة")
    assert is_harm(shipped, "عشرات الشهداء والجرحى في قصف على المخيم")


def test_a_nationality_counts_in_the_plural_beside_a_number_or_behind_the_harm(
    shipped: RuleSet,
) -> None:
    assert kinds(shipped, "مقتل 3 يمنيين في غارة") == {("people", "conflict")}
    assert kinds(shipped, "استشهاد فلسطيني في غارة") == {("people", "conflict")}
    assert not kinds(shipped, "الجيش السوري يقتل الوقت في غارة")


def test_a_french_has_is_no_place_behind_which_the_victim_ends(shipped: RuleSet) -> None:
    for sentence in ("Un enfant a été tué à Gaza", "Une femme a péri dans le bombardement"):
        assert victims(shipped, sentence, "fr")[0].who == "people", sentence
    assert victims(shipped, "Un Casque bleu a été tué et trois ont été blessés", "fr")[1].who == (
        "fighters"
    )


def test_a_french_adjective_of_a_nationality_is_no_people(shipped: RuleSet) -> None:
    assert not victims(shipped, "40 drones russes abattus dans la nuit", "fr")
    assert victims(shipped, "Des Ukrainiens tués par un missile", "fr")[0].who == "people"


def test_health_workers_are_a_kind_of_their_own(shipped: RuleSet) -> None:
    for worker in ("مسعفين", "ممرضين", "أطباء"):
        assert kinds(shipped, f"مقتل ثلاثة {worker} في قصف") == {("health-workers", "conflict")}


def test_explain_says_who_was_taken_and_why(shipped: RuleSet) -> None:
    found = victims(shipped, "قتل مسلحون ثلاثة مزارعين في هجوم على القرية")
    assert [(v.who, v.cause, v.why) for v in found] == [("people", "conflict", "behind the harm")]
    assert "مزارعين" in found[0].quote


def test_a_setting_alone_never_fires(shipped: RuleSet) -> None:
    assert not is_harm(shipped, "الحرب في السودان تدخل عامها الثالث والجيش يحشد قواته")


@pytest.mark.parametrize(
    ("text", "who", "cause"),
    [
        ("وفاة مزارع في صنعاء", "people", "illness"),
        ("وفاة مزارع متأثرا بجراحه في صنعاء", "people", "unsaid"),
        ("وفاة أسير في سجنه", "people", "unsaid"),
        ("استشهاد مزارع في قريته", "people", "conflict"),
        ("الشرطة تعتقل مسلحين وتقتل آخرين", "fighters", "conflict"),
        ("قوة أخرى بين قتيل وجريح", "fighters", "unsaid"),
    ],
)
def test_a_death_of_its_own_a_martyr_and_others_like_the_last(
    shipped: RuleSet, text: str, who: str, cause: str
) -> None:
    assert kinds(shipped, text) == {(who, cause)}


def test_a_year_counts_nobody(shipped: RuleSet) -> None:
    assert not victims(shipped, "ولد الشاعر عام 1878 وقتل في بغداد عام 1947")
    assert kinds(shipped, "قتل 1878 في الزلزال") == {("uncounted", "disaster")}


def test_what_somebody_cites_harms_nobody(shipped: RuleSet) -> None:
    assert not victims(shipped, "استشهد المحاضر بتجربة بلده")


def test_killing_in_general_is_news_of_a_place_in_crisis(shipped: RuleSet) -> None:
    opinion = "يحرم الدين قتل الأطفال والنساء"
    assert not victims(shipped, opinion)
    assert victims(shipped, f"{opinion} في غزة")
    assert victims(shipped, "قتل ثلاثة من الأطفال والنساء")


@pytest.mark.parametrize(
    "name", ["مخيم الشاطئ", "مخيم عسكر", "كفر عقب", "حي الشرطة", "مستشفى كمال عدوان", "الشيخ رضوان"]
)
def test_the_words_of_a_name_say_nothing_else(shipped: RuleSet, name: str) -> None:
    assert kinds(shipped, f"استشهاد مزارعين قرب {name}") == {("people", "conflict")}


def test_a_number_is_of_the_language_of_its_sentence(shipped: RuleSet) -> None:
    assert is_harm(shipped, "ألف قتيل و 9 آلاف جريح منذ دخول الحوثيين عدن عام 2014")
    assert not is_harm(shipped, "The 2004 tsunami killed 9 villagers, survivors remember", "en")


@pytest.mark.parametrize(
    "text",
    [
        "قتلى من المدنيين في قصف",
        "سقوط قتلى بين المدنيين في غارة جوية",
        "القصف أوقع قتلى من الأطفال والنساء",
        "جرحى ومفقودون من المدنيين في القصف",
    ],
)
def test_the_dead_are_no_killing_in_general(shipped: RuleSet, text: str) -> None:
    """«قتلى» looks like «قتل» with an ending."""
    assert "civilian-harm" in {found.signal for found in shipped.detect(text, "", "ar")}


def test_who_is_only_counted_at_a_military_site_is_a_soldier(shipped: RuleSet) -> None:
    for language, soldiers, others in (
        (
            "ar",
            "مقتل 6 أشخاص في هجوم على ثكنة شمال مالي",
            "مقتل 6 أطفال في هجوم على ثكنة شمال مالي",
        ),
        (
            "en",
            "Six people killed in attack on army base in Mali",
            "Six people killed in attack near army base in Mali",
        ),
        (
            "fr",
            "Six personnes tuées dans une attaque contre une base militaire au Mali",
            "Six enfants tués dans une attaque contre une base militaire au Mali",
        ),
        (
            "ar",
            "استهداف تجمع لجنود الاحتلال وقتل ستة",
            "الجنود يقتحمون جنين وقتل ستة فلسطينيين",
        ),
        (
            "ar",
            "مروحيات تجلي عشرات الجنود المصابين",
            "إجلاء عشرات الأطفال المصابين في القصف",
        ),
    ):
        for text, harmed in ((soldiers, False), (others, True)):
            found = {d.signal for d in shipped.detect(text, "", language)}
            assert ("civilian-harm" in found) is harmed, text


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("لقي ستة جنود حتفهم في كمين", "fighters"),
        ("لقي 36 شخصا على الأقل حتفهم في الفيضانات", "people"),
        ("لقي الطفل مصرعه بانفجار لغم", "people"),
        ("قتل خمسة أفراد من قوات الأمن في هجوم", "fighters"),
        ("استشهاد أحد أبناء القوات المسلحة في المعارك", "fighters"),
        ("قتل خمسة أشخاص من قبل قوات الأمن", "people"),
        ("Ten people, including a soldier, were killed in shelling", "people"),
        ("Dix personnes, dont un soldat, tuées dans une frappe", "people"),
        ("Dix morts, dont un soldat, dans une frappe", "uncounted"),
        ("Ten people, including a dozen soldiers, killed in shelling", "fighters"),
        ("Ten soldiers, including a general, killed in shelling", "fighters"),
        ("نفذوا تهديدهم بقتل عشرين مدنيا", "civilians"),
    ],
)
def test_whose_death_it_is(shipped: RuleSet, text: str, who: str) -> None:
    assert {victim.who for victim in victims(shipped, text)} == {who}


@pytest.mark.parametrize(
    ("text", "lang", "cause"),
    [
        ("Three men shot dead with a machete and bullets in a robbery", "en", "crime"),
        ("Three people killed by bullets on the road to Goma", "en", "conflict"),
        ("Explosion of cooking gas kills two cooks", "en", "accident"),
        ("Explosion kills two shoppers", "en", "conflict"),
        ("Trois jeunes tués par balle dans un règlement de comptes", "fr", "crime"),
        ("Trois jeunes tués par balle à un barrage de Goma", "fr", "conflict"),
        ("مصرع أربعة أشخاص بانقلاب مركبتهم", "ar", "accident"),
        ("مصرع أربعة أشخاص بانقلاب مركب", "ar", "disaster"),
    ],
)
def test_a_shot_or_a_blast_is_war_where_nothing_else_is_named(
    shipped: RuleSet, text: str, lang: str, cause: str
) -> None:
    assert {victim.cause for victim in victims(shipped, text, lang)} == {cause}


def test_the_text_says_who_the_title_only_counts(shipped: RuleSet) -> None:
    def told(title: str, text: str) -> bool:
        return any(d.signal == "civilian-harm" for d in shipped.detect(title, text, "ar"))

    title = "مقتل ستة في كمين شرقي البلاد"
    assert not told(title, "لقي ستة جنود حتفهم في كمين نصب لدوريتهم.")
    assert told(title, "لقي أربعة جنود ومدنيان حتفهم في كمين نصب لحافلة.")
    assert told("12 قتيلا في قصف على القرى ومقتل قائد التنظيم", "قتل قائد التنظيم في غارة.")


@pytest.mark.parametrize(
    ("people", "armed"), [("soldats", True), ("combattants", True), ("habitants", False)]
)
@pytest.mark.parametrize(
    "taken", ["évacués par des civils", "rapatriés lundi", "transférés à Goma"]
)
def test_a_french_participle_is_of_the_noun_before_it(
    shipped: RuleSet, people: str, armed: bool, taken: str
) -> None:
    text = f"Quarante {people} blessés ont été {taken} après le bombardement"
    harmed = {who for who, _ in kinds(shipped, text, "fr")}
    assert harmed and (harmed == {"fighters"}) == armed, text


@pytest.mark.parametrize(
    ("text", "lang", "cause"),
    [
        # What stands in the next sentence makes a shot, or rubble, one of war, of a fire, of none.
        ("A man died of a bullet in the head. Shells fell on the town.", "en", "conflict"),
        ("Deux hommes ont été tués par balle. L'armée bombarde la ville.", "fr", "conflict"),
        ("Trois enfants ont été tués par balle à Goma.", "fr", "conflict"),
        ("Un homme a été tué par balle. Il rentrait d'un mariage.", "fr", "unsaid"),
        ("Cinq morts dans les décombres. L'incendie a pris la nuit.", "fr", "accident"),
        ("Five people were found dead in the rubble. The quake hit at dawn.", "en", "conflict"),
        ("Five people were found dead in the rubble. The blaze began at dawn.", "en", "accident"),
    ],
)  # fmt: skip
def test_a_shot_or_rubble_is_of_what_the_opening_tells(
    shipped: RuleSet, text: str, lang: str, cause: str
) -> None:
    assert cause in {said for _, said in kinds(shipped, text, lang)}, kinds(shipped, text, lang)


@pytest.mark.parametrize(
    ("text", "lang", "who"),
    [
        ("Les combats ont fait des morts et des blessés à Goma.", "fr", {"uncounted"}),
        ("Des affrontements causant des victimes civiles à Goma.", "fr", {"civilians"}),
        ("Le ministre rend hommage aux familles des morts et des blessés de Goma.", "fr", set()),
        ("La liste des victimes civiles des combats de Goma.", "fr", set()),
        ("Sept civils, dont une femme enceinte, abattus à un barrage.", "fr", {"civilians"}),
        ("Sept soldats, dont un colonel, abattus à un barrage.", "fr", {"fighters"}),
        ("Ambush near Goma claims four lives", "en", {"uncounted"}),
        ("Ambush near Goma claims four civilian lives", "en", {"civilians"}),
    ],
)  # fmt: skip
def test_the_victims_of_a_verb_and_its_object(
    shipped: RuleSet, text: str, lang: str, who: set[str]
) -> None:
    assert {victim.who for victim in victims(shipped, text, lang)} == who
