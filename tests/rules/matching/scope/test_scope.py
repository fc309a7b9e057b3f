"""What a sentence says of the evidence, and the direction and silence that follow from it."""

from __future__ import annotations

import pytest

from rules import RuleSet
from rules.language.text import tokenize
from rules.matching.scope import scene
from rules.trying.explain import explain

# signal, what follows, sentence with {place} and {number}. Each is tried in several places.
ARABIC = [
    ("siege", "improving", "رفع الحصار عن مدينة {place} بعد {number} يوما"),
    ("siege", "improving", "انتهى حصار مدينة {place} أمس"),
    ("siege", "worsening", "الأهالي ينظمون مسيرة لرفع الحصار عن {place}"),
    ("siege", "worsening", "لم يرفع الحصار عن مدينة {place} حتى الآن"),
    ("siege", "worsening", "دعت المنظمة إلى رفع الحصار عن مدينة {place}"),
    ("siege", "worsening", "فشلت الوساطة في فك الحصار عن مدينة {place}"),
    ("siege", "denied", "نفى المحافظ وجود حصار على مدينة {place}"),
    ("evacuation", "improving", "ألغى الجيش أوامر الإخلاء في {place} بعد توقف القصف"),
    ("evacuation", "improving", "أوامر الإخلاء في {place} أُلغيت بعد انتهاء القصف"),
    ("evacuation", "worsening", "أصدر الجيش أوامر إخلاء لسكان {number} قرى قرب {place} بعد القصف"),
    ("evacuation", "denied", "نفى الجيش صدور أوامر إخلاء في {place} بعد القصف"),
    ("evacuation", "worsening", "نفى الجيش إلغاء أوامر الإخلاء في {place} بعد القصف"),
    ("ceasefire", "improving", "اتفق الطرفان على وقف إطلاق النار في {place}"),
    ("ceasefire", "improving", "تمديد الهدنة في {place} لمدة {number} أيام"),
    ("ceasefire", "worsening", "خرق الهدنة في {place} بعد {number} ساعات"),
    ("ceasefire", "worsening", "رفض الطرفان التوقيع على وقف إطلاق النار في {place}"),
    ("ceasefire", "worsening", "دعت الأمم المتحدة إلى الاتفاق على وقف إطلاق النار في {place}"),
    ("ceasefire", "improving", "الحركة تستجيب لدعوة الهدنة في {place}"),
    ("ceasefire", "worsening", "الحركة لم تستجب لدعوة الهدنة في {place}"),
    ("ceasefire", "worsening", "الحركة ترفض الاستجابة لدعوات الهدنة في {place}"),
    ("ceasefire", "denied", "نفت الحركة الاتفاق على هدنة في {place}"),
    ("ceasefire", "denied", "الجيش: لم نخرق وقف إطلاق النار في {place}"),
    ("aid-access", "improving", "وصول قافلة مساعدات إنسانية إلى النازحين في {place}"),
    ("aid-access", "worsening", "القيود تعوق وصول المساعدات إلى النازحين في {place}"),
    ("aid-access", "worsening", "لم تصل المساعدات الإنسانية إلى النازحين في {place}"),
    ("medicine-shortage", "denied", "لا نقص في الأدوية في مستشفى {place}"),
    ("medicine-shortage", "denied", "نفت وزارة الصحة وجود نقص في الأدوية في {place}"),
    ("medicine-shortage", "denied", "لا يوجد عجز أو نقص في أدوية مستشفى {place}"),
    ("medicine-shortage", "improving", "انتهاء أزمة نقص الأدوية في مستشفى {place}"),
    ("medicine-shortage", "worsening", "الوزارة تحذر من نقص الأدوية في مستشفى {place}"),
    ("water-fuel-power-shortage", "improving", "انتهاء أزمة الوقود في مدينة {place}"),
    ("water-fuel-power-shortage", "denied", "نفت الشركة وجود نقص في الوقود في {place}"),
    ("food-insecurity", "improving", "انحسار المجاعة في {place}"),
    ("food-insecurity", "denied", "نفت الحكومة وجود مجاعة في {place}"),
    ("food-insecurity", "worsening", "مجاعة {place} ليست آخر مجاعة في البلاد"),
    ("health-system-collapse", "improving", "علق الأطباء إضرابهم في مستشفى {place}"),
    ("attack-on-health-care", "denied", "نفى الجيش قصف مستشفى في {place}"),
    ("attack-on-health-care", "worsening", "لم يتوقف القصف على مستشفى {place} منذ أمس"),
    ("attack-on-health-care", "worsening", "لم يتم وقف القصف على مستشفى {place}"),
    ("disease-outbreak", "denied", "نفت الوزارة تفشي الكوليرا في مخيمات {place}"),
    ("civilian-harm", "denied", "نفى الجيش مقتل مدنيين في قصف {place}"),
    ("displacement", "improving", "المفوضية توثق عودة {number} ألف لاجئ سوري إلى {place}"),
    ("displacement", "improving", "منظمة تسهل عودة النازحين إلى قراهم في {place}"),
]
ENGLISH = [
    ("siege", "improving", "The siege of {place} was lifted after {number} days"),
    ("siege", "improving", "Army lifts siege of {place}"),
    ("siege", "worsening", "The siege of {place} has not been lifted"),
    ("attack-on-health-care", "worsening", "Shelling of clinics in {place} was not halted"),
    ("attack-on-health-care", "worsening", "Nobody survived the bombing of the {place} hospital"),
    ("attack-on-health-care", "worsening", "Hospitals not spared by bombing in {place}"),
    ("siege", "worsening", "No end in sight to the siege of {place}"),
    ("siege", "worsening", "The agency called for the army to lift the siege of {place}"),
    ("siege", "denied", "The governor denied a siege of {place}"),
    (
        "evacuation",
        "improving",
        "The army cancelled the evacuation order for {place} after the war",
    ),
    (
        "evacuation",
        "improving",
        "Evacuation orders for {place} have been lifted after the shelling",
    ),
    ("evacuation", "denied", "The army denied ordering an evacuation of {place} after shelling"),
    (
        "evacuation",
        "worsening",
        "Army denies cancelling evacuation order in {place} after shelling",
    ),
    ("ceasefire", "improving", "Both sides agreed to a ceasefire in {place}"),
    ("ceasefire", "improving", "The ceasefire in {place} was extended by {number} days"),
    ("ceasefire", "worsening", "The ceasefire in {place} has collapsed"),
    ("ceasefire", "worsening", "No ceasefire yet in {place}"),
    ("ceasefire", "worsening", "The rebels refused to sign a ceasefire in {place}"),
    ("ceasefire", "denied", "The army denied that a ceasefire was agreed in {place}"),
    ("aid-access", "improving", "An aid convoy reached displaced families in {place}"),
    ("aid-access", "worsening", "Troops prevent humanitarian aid from reaching {place} in the war"),
    ("aid-access", "worsening", "Humanitarian aid did not reach the besieged town of {place}"),
    ("medicine-shortage", "improving", "The shortage of medicine at {place} hospital is over"),
    ("medicine-shortage", "worsening", "Doctors warn of a medicine shortage at {place} hospital"),
    ("water-fuel-power-shortage", "denied", "The utility denied a shortage of fuel in {place}"),
    ("water-fuel-power-shortage", "improving", "The fuel shortage in {place} has ended"),
    ("food-insecurity", "denied", "The government denied famine in {place}"),
    ("food-insecurity", "improving", "Famine recedes in {place}"),
    ("health-system-collapse", "improving", "Doctors suspend strike at {place} hospital"),
    ("attack-on-health-care", "denied", "The army denied bombing a hospital in {place}"),
    ("disease-outbreak", "denied", "The ministry denied an outbreak of cholera in {place} camps"),
]
FRENCH = [
    (
        "attack-on-health-care",
        "worsening",
        "Personne n'a survécu au bombardement de l'hôpital de {place}",
    ),
    (
        "attack-on-health-care",
        "worsening",
        "Les bombardements de l'hôpital de {place} n'ont pas cessé",
    ),
    ("siege", "improving", "L'armée a levé le blocus de la ville de {place}"),
    ("siege", "worsening", "L'ONU demande de lever le blocus de la ville de {place}"),
    ("siege", "worsening", "Le blocus de la ville de {place} n'a pas été levé"),
    ("siege", "denied", "Le gouverneur dément tout blocus de la ville de {place}"),
    (
        "siege",
        "improving",
        "L'armée annonce la réouverture de la route et la levée du siège de {place}",
    ),
    ("evacuation", "improving", "L'armée annule l'ordre d'évacuation à {place} après la guerre"),
    ("evacuation", "improving", "L'ordre d'évacuation de {place} a été annulé après la guerre"),
    ("evacuation", "denied", "L'armée dément avoir ordonné l'évacuation de {place}"),
    ("evacuation", "worsening", "L'armée nie l'annulation de l'ordre d'évacuation de {place}"),
    ("ceasefire", "improving", "Les deux camps ont conclu un cessez-le-feu à {place}"),
    ("ceasefire", "improving", "La trêve à {place} est prolongée de {number} jours"),
    ("ceasefire", "worsening", "La trêve à {place} a été rompue"),
    ("ceasefire", "worsening", "Les rebelles refusent de signer un cessez-le-feu à {place}"),
    ("ceasefire", "worsening", "Pas de cessez-le-feu à {place}"),
    ("ceasefire", "denied", "L'armée dément avoir conclu un cessez-le-feu à {place}"),
    ("aid-access", "improving", "Un convoi humanitaire est arrivé chez les déplacés de {place}"),
    ("aid-access", "worsening", "L'armée empêche l'aide humanitaire d'arriver à {place} en guerre"),
    (
        "medicine-shortage",
        "denied",
        "Il n'y a pas de pénurie de médicaments à l'hôpital de {place}",
    ),
    ("medicine-shortage", "denied", "Le ministère dément une pénurie de médicaments à {place}"),
    ("medicine-shortage", "improving", "Fin de la pénurie de médicaments à l'hôpital de {place}"),
    (
        "medicine-shortage",
        "worsening",
        "Les médecins craignent une pénurie de médicaments à {place}",
    ),
    ("water-fuel-power-shortage", "denied", "La société dément une pénurie de carburant à {place}"),
    ("water-fuel-power-shortage", "improving", "La pénurie de carburant a pris fin à {place}"),
    ("food-insecurity", "denied", "Le gouvernement dément la famine à {place}"),
    ("food-insecurity", "improving", "La famine recule à {place}"),
    (
        "health-system-collapse",
        "improving",
        "Les médecins suspendent leur grève à {place}",
    ),
    ("attack-on-health-care", "denied", "L'armée dément avoir bombardé un hôpital à {place}"),
    ("disease-outbreak", "denied", "Le ministère dément une épidémie de choléra à {place}"),
]
PLACES = {
    "ar": [("غزة", "ثلاثين"), ("الفاشر", "12"), ("تعز", "مئة")],
    "en": [("Gaza", "thirty"), ("El Fasher", "12"), ("Aleppo", "a hundred")],
    "fr": [("Gaza", "trente"), ("El Fasher", "12"), ("Alep", "cent")],
}
ALL = [
    pytest.param(language, *case, id=f"{language}-{i}-{case[0]}-{case[1]}")
    for language, cases in (("ar", ARABIC), ("en", ENGLISH), ("fr", FRENCH))
    for i, case in enumerate(cases)
]
UNRELATED = {
    "ar": "وأعلن النادي إلغاء المباراة. نفى المدرب ذلك. رفع الحكم الراية.",
    "en": "The club cancelled its match. The coach denied it. They lifted the cup.",
    "fr": "Le club a annulé son match. Le président le dément. Ils ont levé les bras.",
}


def directions(rules: RuleSet, text: str, language: str) -> dict[str, str]:
    return {d.signal: d.direction for d in rules.detect("", text, language)}


@pytest.mark.parametrize(("language", "signal", "direction", "sentence"), ALL)
def test_direction_survives_other_places_and_numbers(
    shipped: RuleSet, language: str, signal: str, direction: str, sentence: str
) -> None:
    got = {}
    for place, number in PLACES[language]:
        text = sentence.format(place=place, number=number)
        got[text] = directions(shipped, text, language).get(signal)
    assert set(got.values()) == {direction}, got


@pytest.mark.parametrize(("language", "signal", "direction", "sentence"), ALL)
def test_scope_ends_with_its_sentence(
    shipped: RuleSet, language: str, signal: str, direction: str, sentence: str
) -> None:
    place, number = PLACES[language][0]
    text = sentence.format(place=place, number=number)
    for whole in (
        f"{text}. {UNRELATED[language]}",
        f"{UNRELATED[language].split('. ')[0]}. {text}.",
    ):
        assert directions(shipped, whole, language).get(signal) == direction, whole


def test_governors_resolve_from_the_inside_out(shipped: RuleSet) -> None:
    text = "نفى الجيش إلغاء أوامر الإخلاء في غزة"
    holds = {s.signal: s.holds for s in explain(shipped, "", text, "ar").signals}["evacuation"]
    said = {h.label: h.scope for h in holds}["evacuation"]
    assert said == ("cancelled «إلغاء»", "denied «نفى»")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("أحيت المدينة ذكرى حصار غزة", "ar"),
        ("A museum of the siege of Aleppo opened", "en"),
        ("Une simulation d'évacuation à Gaza pendant la guerre", "fr"),
    ],
)
def test_the_past_and_drills_are_silent(shipped: RuleSet, text: str, language: str) -> None:
    assert not {"siege", "evacuation"} & directions(shipped, text, language).keys()


@pytest.mark.parametrize("pretext", ["تحت ستار", "بذريعة", "بدعوى", "تحت مسمى"])
def test_a_pretext_is_not_so_and_what_it_is_a_pretext_for_is(
    shipped: RuleSet, pretext: str
) -> None:
    refugees = f"دولة تنقل أسلحة إلى السودان {pretext} إغاثة اللاجئين"
    assert not any(d.signal == "displacement" for d in shipped.detect(refugees, "", "ar"))
    driven_out = f"تهجير سكان رفح {pretext} المساعدات"
    assert any(d.signal == "displacement" for d in shipped.detect(driven_out, "", "ar"))


def test_a_governor_of_something_else_turns_nothing(shipped: RuleSet) -> None:
    for text in (
        "حصار مدينة تعز مستمر وإلغاء الاجتماع",
        "قطعت الكهرباء عن غزة وألغيت الاجتماعات",
        "رفع الجيش العلم في مدينة غزة المحاصرة وشدد حصار المدينة",
    ):
        assert "improving" not in directions(shipped, text, "ar").values(), text


def test_words_that_tokens_are_compared_with_are_in_their_normal_form() -> None:
    for word in scene.IS | scene.BEHIND_A_PREDICATE:
        assert [token.norm for token in tokenize(word)] == [word]
