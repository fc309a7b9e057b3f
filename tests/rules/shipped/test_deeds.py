"""Deeds of relief, and what is built like them and is none; relief that its sentence undoes."""

from __future__ import annotations

import pytest

from rules import RuleSet

WATER, CARE, MEDICINE = "water-fuel-power-shortage", "health-system-collapse", "medicine-shortage"
SIEGE, TRUCE, FOOD, FLIGHT = "siege", "ceasefire", "food-insecurity", "displacement"

DONE = [
    ("en", WATER, "Engineers repair pumping station in Kherson"),
    ("en", SIEGE, "Roadblocks around Hebron were dismantled"),
    ("en", TRUCE, "Two commanders put their names to a halt to hostilities in Darfur"),
    ("en", FOOD, "Famine in Baidoa has been averted, UN says"),
    ("fr", CARE, "La milice a rendu le dispensaire de Goma"),
    ("fr", FOOD, "La famine a été évitée à Baidoa, selon l'ONU"),
    ("ar", WATER, "أصلح فنيون محطة الضخ في خيرسون"),
    ("ar", MEDICINE, "بلغت أكياس الدم مستشفى بنغازي"),
    ("ar", SIEGE, "أزيلت المتاريس حول حمص"),
    ("ar", TRUCE, "وقع الطرفان في نيروبي على وقف القتال"),
    ("ar", FOOD, "تجنبت بيدوا المجاعة"),
]
NOT_DONE = [
    ("en", WATER, "Engineers could not repair the pumping station in Kherson"),
    ("en", WATER, "Pumping station repaired in Kherson is hit again"),
    ("en", WATER, "Mayor promises to drill wells in Kherson"),
    ("en", SIEGE, "Residents ask that checkpoints around Nablus be taken down"),
    ("en", SIEGE, "Roadblocks around Hebron were not dismantled"),
    ("en", FOOD, "Famine in Baidoa can still be averted, UN says"),
    ("fr", FOOD, "La famine peut être évitée à Baidoa"),
    ("fr", CARE, "La milice n'a pas rendu le dispensaire de Goma"),
    ("fr", WATER, "Les techniciens n'ont pas réparé la station de pompage de Kherson"),
    ("ar", WATER, "لم يصلح الفنيون محطة الضخ في خيرسون"),
    ("ar", WATER, "سيصلح الفنيون محطة الضخ في خيرسون"),
    ("ar", SIEGE, "مطالب بأن تزال الحواجز حول نابلس"),
    ("ar", TRUCE, "رفض القائدان في جدة التوقيع على وقف القتال"),
]
UNDONE = [
    ("en", WATER, "Electricity returned to Sumy at noon, then the town went dark again"),
    ("en", CARE, "A clinic in Nyala reopened in May and was shut again by shelling"),
    ("en", FLIGHT, "Villagers who went back to Djibo have fled once more"),
    ("fr", WATER, "L'électricité est revenue à midi, puis Soumy est retombée dans le noir"),
    ("fr", CARE, "La clinique de Nyala a rouvert en mai avant de refermer sous les obus"),
    ("fr", FLIGHT, "Les habitants rentrés à Djibo ont fui de nouveau"),
    ("ar", WATER, "عادت الكهرباء ظهرا ثم غرقت سومي في الظلام"),
    ("ar", FLIGHT, "الأسر التي عادت إلى جيبو نزحت مرة أخرى"),
]
NOT_UNDONE = [
    ("en", FLIGHT, "Families who fled Masisi have gone back"),
    ("en", CARE, "Hospital in Sweida reopens after being shelled again last week"),
    ("fr", CARE, "L'hôpital de Goma rouvre après avoir été de nouveau bombardé"),
    ("ar", WATER, "انقطعت الكهرباء في خاركيف ثم عادت"),
    ("ar", WATER, "المياه تعود إلى حمص مجددا بعد انقطاعها"),
    ("ar", FLIGHT, "عادت العائلات التي نزحت من ماسيسي"),
]


def _direction(rules: RuleSet, title: str, language: str, signal: str) -> str | None:
    found = {d.signal: d.direction for d in rules.detect(title, "", language)}
    return found.get(signal)


@pytest.mark.parametrize(("language", "signal", "title"), [*DONE, *NOT_UNDONE])
def test_a_deed_that_is_done_is_relief(
    language: str, signal: str, title: str, shipped: RuleSet
) -> None:
    assert _direction(shipped, title, language, signal) == "improving"


@pytest.mark.parametrize(("language", "signal", "title"), NOT_DONE)
def test_a_deed_that_is_not_done_is_no_relief(
    language: str, signal: str, title: str, shipped: RuleSet
) -> None:
    assert _direction(shipped, title, language, signal) != "improving"


@pytest.mark.parametrize(("language", "signal", "title"), UNDONE)
def test_what_follows_a_relief_and_undoes_it_is_the_news(
    language: str, signal: str, title: str, shipped: RuleSet
) -> None:
    assert _direction(shipped, title, language, signal) == "worsening"
