"""A ban that is lifted, a siege that is no longer one, aid that no longer comes."""

from __future__ import annotations

import pytest

from rules import RuleSet

LIFTED = [
    ("ar", "إسرائيل ترفع الحظر عن دخول المساعدات إلى غزة", "improving"),
    ("ar", "السلطات ترفع القيود عن حركة المساعدات في دارفور", "improving"),
    ("ar", "إنهاء منع دخول المساعدات إلى مخيم اليرموك", "improving"),
    ("ar", "الأمم المتحدة تطالب برفع القيود عن دخول المساعدات", "worsening"),
    ("en", "Israel lifts ban on aid entering Gaza", "improving"),
    ("en", "Government ends ban on aid convoys to Tigray", "improving"),
    ("en", "UN urges Israel to lift ban on aid entering Gaza", "worsening"),
    ("en", "Israel has not lifted the ban on aid entering Gaza", "worsening"),
    ("en", "Israel refuses to lift restrictions on aid", "worsening"),
    ("fr", "Israël lève l'interdiction d'entrée de l'aide à Gaza", "improving"),
    ("fr", "Fin du blocage de l'aide humanitaire au Tigré", "improving"),
    ("fr", "L'ONU demande à Israël de lever l'interdiction d'entrée de l'aide", "worsening"),
    ("fr", "Israël n'a pas levé l'interdiction d'entrée de l'aide à Gaza", "worsening"),
]
NO_LONGER = [
    (
        "ar",
        "food-insecurity",
        "سكان دير الزور لم يعودوا يقفون في طوابير الخبز فلا خبز هناك",
        "worsening",
    ),
    ("ar", "food-insecurity", "سكان دير الزور لم يعودوا يقفون في طوابير الخبز", "improving"),
    ("ar", "siege", "لم تعد المدينة محاصرة", "improving"),
    ("ar", "water-fuel-power-shortage", "لم تعد المياه مقطوعة عن الخرطوم", "improving"),
    ("ar", "evacuation", "لم يعد أمر الإخلاء ساريا", "improving"),
    ("ar", "aid-access", "لم تعد المساعدات تصل إلى المخيم", "worsening"),
    ("ar", "ceasefire", "لم تعد الهدنة سارية", "worsening"),
    ("en", "siege", "The town is no longer besieged", "improving"),
    ("en", "evacuation", "The evacuation order is no longer in force", "improving"),
    ("en", "aid-access", "Aid is no longer delivered to Kidal", "worsening"),
    ("en", "ceasefire", "The ceasefire is no longer respected", "worsening"),
    ("en", "displacement", "The displaced are no longer safe in the camps", "worsening"),
    ("en", "food-insecurity", "Famine is no longer present in Baidoa", "improving"),
    (
        "en",
        "water-fuel-power-shortage",
        "Water shortages are no longer a problem in Aden",
        "improving",
    ),
    ("en", "medicine-shortage", "Medicine shortages are no longer reported", "improving"),
    ("en", "health-system-collapse", "Hospital no longer able to treat the wounded", "worsening"),
    ("fr", "disease-outbreak", "Le choléra n'est plus une menace à Goma", "improving"),
    ("fr", "aid-access", "L'accès humanitaire n'est plus garanti", "worsening"),
    ("fr", "siege", "La ville n'est plus assiégée", "improving"),
    ("fr", "food-insecurity", "Les familles de Gaza n'ont plus rien à manger", "worsening"),
    ("fr", "aid-access", "L'aide humanitaire n'est plus bloquée à la frontière", "improving"),
    ("fr", "aid-access", "L'aide humanitaire n'est plus acheminée à Kidal", "worsening"),
    ("fr", "ceasefire", "Le cessez-le-feu n'est plus respecté", "worsening"),
    ("fr", "displacement", "Les déplacés ne sont plus en sécurité", "worsening"),
    ("fr", "aid-access", "Les secours ne parviennent plus aux villages du Tanganyika", "worsening"),
    ("fr", "aid-access", "L'aide n'entre pratiquement plus à El-Fasher", "worsening"),
    ("fr", "aid-access", "Les autorités ne laissent plus passer l'aide au Tigré", "worsening"),
    ("fr", "aid-access", "Les autorités ne bloquent plus l'aide au Tigré", "improving"),
    ("fr", "aid-access", "L'ONU dit ne plus pouvoir livrer d'aide à Kidal", "worsening"),
    ("fr", "ceasefire", "La trêve ne tient plus à Goma", "worsening"),
    ("fr", "medicine-shortage", "L'insuline n'arrive plus à Goma", "worsening"),
    ("fr", "disease-outbreak", "Le choléra ne tue plus à Goma", "improving"),
    ("fr", "siege", "Djibo n'est plus assiégée", "improving"),
]
BEHIND_THE_VERB = [
    ("fr", "aid-access", "L'aide n'arrive toujours pas à Kidal", "worsening"),
    ("fr", "aid-access", "Les convois n'atteignent pas Kadougli, dit le PAM", "worsening"),
    ("fr", "aid-access", "L'aide humanitaire arrive à Kidal", "improving"),
    ("fr", "aid-access", "L'aide n'arrive pas qu'à Kidal", "improving"),
    ("fr", "evacuation", "Tyr n'a reçu aucun ordre de départ, dit l'armée", "denied"),
    ("en", "evacuation", "Tyre has received no order to leave, army says", "denied"),
]
"""French says no behind the verb; «ne ... que» says none."""
GOES_ON = [
    ("fr", "aid-access", "L'aide ne cesse d'affluer à Goma", "improving"),
    ("fr", "aid-access", "L'aide cesse d'affluer à Goma", "worsening"),
    ("fr", "displacement", "Les déplacés ne cessent d'arriver à Tawila", "worsening"),
    ("en", "displacement", "Refugees have not stopped arriving in Adre", "worsening"),
    ("en", "disease-outbreak", "Cholera has not stopped spreading in Goma", "worsening"),
    ("en", "aid-access", "Aid has stopped arriving in Goma", "worsening"),
]
"""What does not stop goes on: no end, and no denial."""

WATER, FOOD, MEDICINE = "water-fuel-power-shortage", "food-insecurity", "medicine-shortage"
WANT = [
    ("fr", WATER, "Les familles de Kidal ne manquent plus d'eau", "improving"),
    ("fr", WATER, "Ménaka n'est plus à court d'eau", "improving"),
    ("fr", MEDICINE, "L'hôpital de Goma ne manque plus de médicaments", "improving"),
    ("fr", WATER, "Kherson n'a plus ni eau ni électricité", "worsening"),
    ("fr", MEDICINE, "Les pharmacies de Goma n'ont plus ni insuline ni sérum", "worsening"),
    ("fr", FOOD, "Gaza ne souffre plus seulement de la faim, mais de la soif", "worsening"),
    ("fr", FOOD, "On ne fait plus la queue pour le pain à Homs : il n'y en a plus", "worsening"),
    ("en", WATER, "Residents of Menaka no longer lack water", "improving"),
    ("en", MEDICINE, "Goma's hospital is no longer short of medicines", "improving"),
    ("en", WATER, "Kherson no longer has water or power", "worsening"),
    ("en", FOOD, "Families in Homs no longer have bread or flour", "worsening"),
    ("en", FOOD, "Gaza no longer suffers only from bombs: hunger is spreading", "worsening"),
    ("en", FOOD, "Families in Homs no longer queue for bread: there is none left", "worsening"),
    ("en", FOOD, "Families in Homs no longer queue for bread, for ovens are shut", "worsening"),
    ("ar", WATER, "لم يعد أهالي ميناكا يعانون نقص المياه", "improving"),
    ("ar", MEDICINE, "لم تعد مستشفيات حمص تعاني نقص الأدوية", "improving"),
    ("ar", WATER, "لم يعد في درعا ماء ولا وقود", "worsening"),
    ("ar", FOOD, "لم تعد غزة تعاني نقص الغذاء فحسب بل المجاعة", "worsening"),
    ("ar", FOOD, "لم يعد أهالي حمص يصطفون أمام المخابز لأن الخبز نفد", "worsening"),
]
"""A no of a want is relief, a no more of a good is want."""

OUTBREAK = "disease-outbreak"
COUNTED = [
    ("fr", OUTBREAK, "À Goma, les cas de choléra sont tombés de 700 à 20 par semaine", "improving"),
    ("fr", OUTBREAK, "À Goma, les cas de choléra sont passés de 700 à 20", "improving"),
    ("fr", OUTBREAK, "À Goma, les cas de choléra sont passés de 20 à 700", "worsening"),
    ("fr", FOOD, "Le prix de la farine est tombé de 300 à 60 shekels à Gaza", "improving"),
    ("en", OUTBREAK, "Cholera cases in Goma fell to 20 a week from 700", "improving"),
    ("en", OUTBREAK, "Cholera cases in Goma up to 700 a week from 20", "worsening"),
    ("ar", OUTBREAK, "تراجعت إصابات الكوليرا في غوما إلى 20 أسبوعيا من 700", "improving"),
]
"""Two numbers tell which way a count went, whatever the verb."""


def directions(rules: RuleSet, text: str, language: str) -> dict[str, str]:
    return {found.signal: found.direction for found in rules.detect(text, "", language)}


@pytest.mark.parametrize(("language", "text", "direction"), LIFTED)
def test_a_ban_on_aid_that_is_lifted_is_relief(
    shipped: RuleSet, language: str, text: str, direction: str
) -> None:
    assert directions(shipped, text, language)["aid-access"] == direction


@pytest.mark.parametrize(("language", "signal", "text", "direction"), NO_LONGER)
def test_no_longer_ends_what_was_bad_and_what_was_good(
    shipped: RuleSet, language: str, signal: str, text: str, direction: str
) -> None:
    assert directions(shipped, text, language)[signal] == direction


@pytest.mark.parametrize(("language", "signal", "text", "direction"), WANT + COUNTED)
def test_no_more_want_is_relief_and_no_more_of_a_good_is_want(
    shipped: RuleSet, language: str, signal: str, text: str, direction: str
) -> None:
    assert directions(shipped, text, language)[signal] == direction


@pytest.mark.parametrize(("language", "signal", "text", "direction"), BEHIND_THE_VERB + GOES_ON)
def test_a_no_governs_its_own_verb_and_no_other(
    shipped: RuleSet, language: str, signal: str, text: str, direction: str
) -> None:
    assert directions(shipped, text, language)[signal] == direction
