"""How fast texts are read, and that time grows with their length and no faster.

python -m bench.detection
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from rules import load_rules

NEWS = (
    "قالت وزارة الصحة إن مستشفيات المدينة تعاني نقصا حادا في الأدوية والوقود منذ أسابيع. "
    "وأضافت أن قوافل المساعدات لم تصل منذ شهر، ودعت المنظمات الدولية إلى ممر آمن لإجلاء الجرحى. "
    "من جهته نفى المتحدث العسكري استهداف المستشفى، وقال إن القصف طال مواقع للمسلحين. "
    "وفي سياق آخر، فاز الفريق المحلي في مباراة أمس وسط حضور جماهيري كبير. "
)
LENGTHS = (1, 4, 16, 64, 256)


def seconds(work: Callable[[], object], runs: int = 5) -> float:
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def main() -> None:
    start = time.perf_counter()
    rules = load_rules()
    print(f"first load of the rules        {time.perf_counter() - start:8.2f} s")
    print(f"load again (verbs remembered)  {seconds(load_rules, 3):8.2f} s")
    rules.detect("", NEWS, "ar")
    print("\ncharacters   milliseconds   microseconds per character")
    for times in LENGTHS:
        text = NEWS * times
        taken = seconds(lambda text=text: rules.detect("", text, "ar"))  # type: ignore[misc]
        print(f"{len(text):10,}   {1e3 * taken:12.2f}   {1e6 * taken / len(text):26.2f}")


if __name__ == "__main__":
    main()
