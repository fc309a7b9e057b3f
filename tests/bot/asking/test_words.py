"""Words are found however they are written, and no question breaks the search."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlite_utils import Database as SqliteConnection

from bot.asking.forms import MOST as MOST_OTHERS
from bot.asking.forms import other_stems
from bot.asking.indexing import Indexer, fold
from bot.asking.words import index_words, search_of
from storage.connection import Connection
from storage.database import Database
from storage.news import entries, search
from storage.news.search import DueText
from tests.conftest import shipped_rules
from tests.storage.conftest import database, db
from tests.storage.make import NOW, add_alert, add_entry

__all__ = ["database", "db"]


def put(db: Connection, *titles: str) -> list[int]:
    ids = [add_entry(db, title=title, summary="") for title in titles]
    search.put(db, fold(search.due(db, 100)))
    return ids


def found(db: Connection, text: str) -> list[int]:
    match = search_of(text).match
    return [hit.entry_id for hit in search.find(db, match, 50)] if match else []


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("تفشي الكوليرا في المخيم", "كوليرا"),
        ("وبالأدوية والمساعدات", "ادوية"),
        ("المُسْتَشْفَيَاتُ مدمّرة", "مستشفى"),
        ("إغلاق المدرسة", "اغلاق مدرسه"),
        ("وصول القافلة لحلب", "حلب"),
        ("اشتباكات بحلب", "حلب"),
        ("مسؤولون في الأمم المتحدة", "مسئولين"),
        ("Pénurie d'eau à Alep", "penurie eau"),
        ("Hospitals are closed", "hospital"),
        ("L’hôpital est fermé", "hopital"),
        ("ﺣﻠﺐ تحت القصف", "حلب"),
        ("كوليراـــ", "كوليرا"),
        ("Cease-fire holds", "cease-fire"),
        ("مستشفى الشفاء", "مستش*"),
        ("وفاة 12 طفلا", "١٢ طفل"),
    ],
)
def test_a_word_is_found_however_it_is_written(db: Connection, written: str, asked: str) -> None:
    (one, other) = put(db, written, "خبر عن شيء مختلف")
    assert found(db, asked) == [one]
    assert other not in found(db, asked)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(("دواء", "أدوية"), ("مستشفى", "مستشفيات"), ("مستشفى", "المشافي"), ("قتيل", "قتلى")),
        *(("جسر", "جسور"), ("طفل", "الأطفال"), ("خيمة", "خيام"), ("بالأدوية", "دواء")),
        *(("child", "children"), ("women", "woman"), ("hôpital", "hôpitaux")),
        *(("hopital", "hopitaux"), ("travail", "travaux")),
    ],
)
def test_a_plural_made_inside_the_word_is_found_and_so_is_its_singular(
    db: Connection, one: str, other: str
) -> None:
    def others(word: str) -> Sequence[str]:
        return other_stems(word, shipped_rules().related)

    ids = put(db, f"خبر عن {one} هنا", f"خبر عن {other} هنا", "خبر عن شيء مختلف")
    for asked in (one, other):
        match = search_of(asked, others).match
        assert [hit.entry_id for hit in search.find(db, match, 9)] == [ids[1], ids[0]]
        without = search_of(f"خبر -{asked}", others).match
        assert [hit.entry_id for hit in search.find(db, without, 9)] == [ids[2]]


def test_a_word_in_quotation_marks_stands_for_itself_and_others_are_few() -> None:
    def others(word: str) -> Sequence[str]:
        return other_stems(word, shipped_rules().related)

    assert search_of('"دواء"', others).match == '"دو"'
    for word in ("report", "دواء", "prendre", "ضرب", "حلب كوليرا", "x" * 500, "¤"):
        assert len(others(word)) <= MOST_OTHERS


def test_all_words_must_stand_there_phrases_in_a_row_and_minus_leaves_out(db: Connection) -> None:
    first, second, third = put(db, "حصار حلب مستمر", "حلب بعد رفع حصار طويل", "حصار حلب والكوليرا")
    assert found(db, "حلب حصار") == [third, second, first]
    assert found(db, '"حصار حلب"') == [third, first]
    assert found(db, "«حصار حلب» -كوليرا") == [first]
    assert found(db, "في حلب حصار") == [third, second, first]


def test_pages_go_on_behind_the_last_one(db: Connection) -> None:
    ids = put(db, *["خبر عن الكوليرا"] * 5)
    hits = search.find(db, search_of("كوليرا").match, 2, before=ids[3])
    assert [hit.entry_id for hit in hits] == [ids[2], ids[1]]


def test_an_alert_of_a_rule_on_test_is_named_to_operators_alone(db: Connection) -> None:
    add_alert(db, audience="operators")
    search.put(db, fold(search.due(db, 9)))
    match = search_of("عنوان").match
    assert [hit.alert for hit in search.find(db, match, 9)] == [None]
    assert [hit.alert for hit in search.find(db, match, 9, for_operators=True)] == ["A1"]


@given(st.text(max_size=300))
@example('"')
@example("NEAR(a b, 2) OR words:x ^y + {z} *")
@example("NOT")
@example("a AND")
@example('-"a" -b')
@example("*" * 300)
@example("'; DROP TABLE entries; --")
@example("\x00\ud800")
def test_no_text_breaks_the_search(text: str) -> None:
    db = SqliteConnection(memory=True)
    db.execute("CREATE VIRTUAL TABLE w USING fts5 (words, also, tokenize='porter unicode61')")
    db.execute("INSERT INTO w VALUES (?, ?)", index_words(text.encode("utf-8", "ignore").decode()))
    if match := search_of(text).match:
        db.execute("SELECT rowid FROM w WHERE w MATCH ?", (match,)).fetchall()


@given(st.text(min_size=1, max_size=80))
def test_a_text_is_found_by_its_own_words(text: str) -> None:
    db = SqliteConnection(memory=True)
    db.execute("CREATE VIRTUAL TABLE w USING fts5 (words, also, tokenize='porter unicode61')")
    words = [word for word in text.replace('"', " ").split() if word[0] not in "-«»“”„"][:8]
    whole = " ".join(words)
    if not whole.isprintable() or not search_of(whole).match:
        return
    db.execute("INSERT INTO w VALUES (?, ?)", index_words(whole))
    match = search_of(whole.replace("*", " ")).match
    if match:
        found = db.execute("SELECT count(*) FROM w WHERE w MATCH ?", (match,)).fetchone()
        assert found == (1,), match


async def test_what_comes_changes_and_goes_is_kept_up_with(database: Database) -> None:
    indexer = Indexer(database)
    first = await database.write(lambda db: add_entry(db, title="تفشي الكوليرا"))
    assert await database.read(lambda db: found(db, "كوليرا")) == []
    assert await indexer.look() == 1
    assert await database.read(lambda db: found(db, "كوليرا")) == [first]

    def change(db: Connection) -> None:
        entry = entries.get(db, first)
        assert entry is not None
        changed = {name: getattr(entry, name) for name in entry.__slots__}
        entries.update(db, first, type(entry)(**changed | {"title": "تفشي الحصبة"}), [], NOW)

    await database.write(change)
    await indexer.look()
    assert await database.read(lambda db: found(db, "كوليرا")) == []
    assert await database.read(lambda db: found(db, "حصبة")) == [first]
    await database.write(lambda db: db.execute("DELETE FROM entry_keys"))
    await database.write(lambda db: db.execute("DELETE FROM entries"))
    assert await database.read(lambda db: found(db, "حصبة")) == []
    left = await database.read(
        lambda db: db.execute("SELECT count(*) FROM search_words_content").fetchone()
    )
    assert left == (0,)


def test_a_text_that_changed_or_went_since_it_was_read_is_not_lost(db: Connection) -> None:
    first, second = (add_entry(db, title="كوليرا") for _ in range(2))
    read = search.due(db, 9)
    db.execute("UPDATE entries SET title = 'حصبة', updates = updates + 1 WHERE id = ?", [first])
    db.execute("DELETE FROM entries WHERE id = ?", [second])
    search.put(db, fold(read))
    assert [each.title for each in search.due(db, 9)] == ["حصبة"]
    search.put(db, fold(search.due(db, 9)))
    assert (found(db, "كوليرا"), found(db, "حصبة")) == ([], [first])


def test_folding_is_of_title_and_text() -> None:
    (folded,) = fold([DueText(1, 0, "عنوان", "نص بحلب")])
    assert folded.words.split()[1:] == ["نص", "بحلب"]
    assert folded.also == "حلب"
