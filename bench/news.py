"""Invented news for benches: one entry in six tells something that the rules know."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

SUBJECTS = (
    *("وزير الاقتصاد", "رئيس البلدية", "مدرب الفريق", "مدير البنك المركزي", "اتحاد الكتاب"),
    *("لجنة التحكيم", "شركة الطيران", "غرفة التجارة", "المخرج المعروف", "هيئة الأرصاد"),
)
DOINGS = (
    *("أعلن عن خطة جديدة", "افتتح معرضا للكتاب", "وقع اتفاقا للتعاون", "استقبل وفدا رسميا"),
    *("ناقش أسعار العملات", "كرم الفائزين بالجائزة", "أجل المباراة النهائية", "زار المصنع"),
)
TOPICS = (
    *("في قطاع السياحة", "في ختام الدوري", "بعد ارتفاع مؤشر البورصة", "خلال مؤتمر التعليم"),
    *("في موسم الزيتون", "قبل الانتخابات البلدية", "حول الطاقة الشمسية", "في مهرجان الأفلام"),
)
GRAVE = (
    *("نقص حاد في الأدوية في مستشفى {}", "قتلى وجرحى في قصف على {}", "حصار خانق على {} منذ أسابيع"),
    *("انقطاع المياه عن أحياء {}", "نزوح مئات العائلات من {}", "وصول قافلة مساعدات إلى {}"),
    *("تفشي الكوليرا في {}", "إغلاق المعبر أمام المساعدات في {}", "السيول تدمر منازل في {}"),
)
PLACES = "حلب إدلب تعز الحديدة الفاشر نيالا الخرطوم غزة رفح دير الزور درعا عدن مأرب بنغازي".split()


@dataclass(frozen=True, slots=True)
class Article:
    title: str
    text: str


def articles(seed: int, grave: float = 1 / 6) -> Iterator[Article]:
    """Entries of about two hundred characters, the same ones for the same seed."""
    seeded = random.Random(seed)

    def ordinary() -> str:
        number = seeded.randint(2, 900)
        return f"{seeded.choice(SUBJECTS)} {seeded.choice(DOINGS)} {seeded.choice(TOPICS)} {number}"

    while True:
        title, more = ordinary(), [ordinary() for _ in range(3)]
        if seeded.random() < grave:
            place = seeded.choice(PLACES)
            title = seeded.choice(GRAVE).format(place)
            more[0] = f"قالت مصادر محلية إن {seeded.randint(3, 60)} أسرة تضررت في {place}"
        yield Article(title, ". ".join(more) + ".")
