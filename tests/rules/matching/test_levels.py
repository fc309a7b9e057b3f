"""How loud a detection is: by direction, by agreement, as the rule says."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rules import RuleSet, RulesInvalid
from rules.matching.levels import by_direction, is_weak, lower, settle

Build = Callable[..., RuleSet]

BODY = """
level: {level}
terms:
  order: {{ar: [إخلاء]}}
  flee: {{ar: [نزوح]}}
  over: {{ar: [إلغاء]}}
  war: {{ar: [قصف]}}
when:
  - {{name: ordered, any: [order]}}
  - {{name: fled, any: [flee]}}
  - {{name: at-war, setting: [war], weight: 50}}
direction:
  improving: [over]
  denied: [$deny]
"""


def level(rules: RuleSet, text: str, title: str = "") -> str | None:
    found = rules.detect(title, text, "ar")
    return found[0].level if found else None


def test_relief_and_denial_are_one_lower_than_bad_news() -> None:
    assert by_direction("critical") == {
        "worsening": "critical",
        "improving": "alert",
        "denied": "alert",
    }
    assert lower("info") == "info"


def test_one_statement_alone_is_weak_and_two_are_not() -> None:
    assert is_weak(1, 1, 100, 100)
    assert is_weak(1, 1, 300, 100)
    assert not is_weak(2, 1, 100, 100)
    assert is_weak(2, 2, 110, 100)
    assert not is_weak(2, 2, 200, 100)
    assert settle(by_direction("critical"), "worsening", weak=True) == "alert"


def test_one_statement_is_less_loud_and_two_are_not(small_rules: Build) -> None:
    rules = small_rules(BODY.format(level="critical"))
    assert level(rules, "إخلاء المدينة") == "alert"
    assert level(rules, "إخلاء المدينة ونزوح السكان") == "critical"
    assert level(rules, "إخلاء المدينة", title="إخلاء") == "critical"


def test_one_statement_is_pushed_only_where_the_title_makes_it(small_rules: Build) -> None:
    assert settle(by_direction("alert"), "worsening", weak=True) == "watch"
    assert settle(by_direction("alert"), "worsening", weak=True, titled=True) == "alert"
    assert settle(by_direction("alert"), "worsening", weak=False) == "alert"
    assert settle(by_direction("watch"), "worsening", weak=True, titled=True) == "info"
    rules = small_rules(BODY.format(level="alert"))
    assert level(rules, "إخلاء المدينة") == "watch"
    assert level(rules, "", title="إخلاء المدينة") == "alert"
    assert level(rules, "إخلاء المدينة ونزوح السكان") == "alert"


def test_one_statement_below_the_opening_is_never_pushed(small_rules: Build) -> None:
    assert settle(by_direction("critical"), "worsening", weak=True, opening=False) == "watch"
    assert settle(by_direction("critical"), "worsening", weak=False, opening=False) == "critical"
    assert settle(by_direction("watch"), "worsening", weak=True, opening=False) == "info"
    rules = small_rules(BODY.format(level="critical"))
    before = "اجتمع الوزراء أمس. ناقشوا الميزانية. "
    assert level(rules, "إخلاء المدينة. ناقشوا الميزانية.", title="اجتماع") == "alert"
    assert level(rules, before + "إخلاء المدينة.", title="اجتماع") == "watch"
    assert level(rules, before + "إخلاء المدينة ونزوح السكان.", title="اجتماع") == "critical"


def test_a_setting_adds_to_the_score_and_agrees_with_nothing(small_rules: Build) -> None:
    rules = small_rules(BODY.format(level="critical"))
    found = rules.detect("", "إخلاء المدينة بعد قصف", "ar")[0]
    assert (found.score, found.level) == (150, "alert")
    assert not rules.detect("", "قصف على المدينة", "ar")


@pytest.mark.parametrize("said", ["critical", "{worsening: critical}"])
def test_what_is_cancelled_is_never_red(small_rules: Build, said: str) -> None:
    rules = small_rules(BODY.format(level=said))
    assert level(rules, "إخلاء المدينة ونزوح السكان", title="إخلاء") == "critical"
    assert level(rules, "إلغاء إخلاء المدينة", title="إلغاء إخلاء ونزوح") == "alert"


def test_a_rule_says_the_level_of_each_direction(small_rules: Build) -> None:
    said = "{worsening: critical, improving: watch, denied: info}"
    rules = small_rules(BODY.format(level=said))
    assert rules.signals["trial"].level == "critical"
    assert level(rules, "إلغاء إخلاء المدينة", title="إلغاء إخلاء ونزوح") == "watch"


def test_a_red_relief_is_refused_with_the_reason(small_rules: Build) -> None:
    with pytest.raises(RulesInvalid, match="never red"):
        small_rules(BODY.format(level="{worsening: critical, improving: critical}"))


@pytest.mark.parametrize("number", ["ثلاثة أيام", "5 أيام", "يومين", "٤ أيام"])
def test_days_left_are_a_shortage_whatever_the_number(shipped: RuleSet, number: str) -> None:
    found = {d.signal for d in shipped.detect("", f"الأدوية المتبقية تكفي ل{number}", "ar")}
    assert "medicine-shortage" in found


@pytest.mark.parametrize("part", ["نصف", "ثلث", "ربع", "خمس"])
def test_any_part_of_its_capacity_is_too_little(shipped: RuleSet, part: str) -> None:
    for text in (f"المستشفى يعمل ب{part} طاقته", f"مستشفيات المدينة تعمل ب{part} قدرتها"):
        assert "health-system-collapse" in {d.signal for d in shipped.detect("", text, "ar")}


@pytest.mark.parametrize("town", ["الأبيض", "تعز", "طرابلس", "بورتسودان", "المدينة"])
def test_any_town_without_power_for_days(shipped: RuleSet, town: str) -> None:
    for days in ("3 أيام", "خمسة أيام", "أسبوع"):
        text = f"{town} بلا كهرباء منذ {days}"
        assert "water-fuel-power-shortage" in {d.signal for d in shipped.detect("", text, "ar")}
