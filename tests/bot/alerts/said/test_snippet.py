from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.said.snippet import snippet

TEXT = "وصل الوفد صباحا. قال الأطباء إنه لا توجد أدوية لعلاج المرضى! وغادر الوفد مساء."


@dataclass(frozen=True)
class Found:
    field: str
    start: int
    end: int
    weight: int = 100


def found(text: str, quote: str, field: str = "text", weight: int = 100) -> Found:
    start = text.index(quote)
    return Found(field, start, start + len(quote), weight)


def test_the_sentence_of_the_evidence_is_shown() -> None:
    assert (
        snippet("عنوان", TEXT, [found(TEXT, "أدوية")])
        == "قال الأطباء إنه لا توجد أدوية لعلاج المرضى!"
    )


def test_the_text_is_preferred_to_the_title_that_is_shown_anyway() -> None:
    title = "نفاد الأدوية"
    evidence = [found(title, "نفاد", "title"), found(TEXT, "أدوية")]
    assert "لا توجد أدوية" in snippet(title, TEXT, evidence)
    assert snippet(title, TEXT, evidence[:1]) == title


def test_without_evidence_the_beginning_is_shown() -> None:
    assert snippet("عنوان", TEXT, []).startswith("وصل الوفد")
    assert snippet("عنوان", "", []) == "عنوان"


def test_a_long_sentence_is_cut_around_the_evidence() -> None:
    long = "كلمة " * 300 + "لا توجد أدوية " + "كلمة " * 300
    cut = snippet("عنوان", long, [found(long, "أدوية")])
    assert len(cut) <= 400
    assert "لا توجد أدوية" in cut
    assert cut.startswith("…كلمة") and cut.endswith("كلمة…")


@given(st.text(max_size=600), st.text(max_size=60), st.data())
def test_whatever_the_text_it_is_short_and_one_line(
    text: str, title: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    shown = snippet(title, text, [Found("text", start, end)], longest=120)
    assert len(shown) <= 120
    assert "\n" not in shown
