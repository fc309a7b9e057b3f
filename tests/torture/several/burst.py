"""A burst of alerts goes out to several chats while the process that sends is killed again and
again, over PostgreSQL. Then each alert of each chat is accounted for, by what its chat could read.

    python -m tests.torture.several.burst --alerts 150 --kills 6

An alert is told by a card or by its id in a catch-up line; what came twice bears its mark. One that
is in neither must be a loss that was named to operators, and is a problem here all the same.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import signal
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

from tests.postgres import fresh
from tests.torture.books import audit, open_books, seat_chats
from tests.torture.crash import (
    PATIENCE,
    Result,
    Service,
    SlowTelegram,
    _environment,
    _settled,
    _until,
    print_result,
)
from tests.torture.newsroom import Newsroom, write_catalogue, write_rules


async def burst(folder: Path, where: str, *, alerts: int, kills: int, seed: int) -> Result:
    """Publish so many entries at once, kill the service while it tells of them, and audit."""
    chance, result = random.Random(seed), Result(seed)
    log = folder / "service.log"
    async with AsyncExitStack() as stack:
        telegram = SlowTelegram(random.Random(seed + 1))
        await stack.enter_async_context(telegram)
        newsroom = Newsroom(random.Random(seed + 2), 1.0)
        url = await newsroom.start()
        stack.push_async_callback(newsroom.stop)
        write_rules(folder / "rules")
        write_catalogue(folder / "feeds.yaml", url)
        books = await open_books(where)
        stack.push_async_callback(books.close)
        await seat_chats(books)
        environment = _environment(folder, telegram, log) | {"MARSAD_DATABASE_URL": where}
        service = Service(environment, log, nursery=True)
        await service.prepare()
        stack.push_async_callback(service.close)
        await service.start()
        # What a feed shows at first is history.
        await _until(lambda: newsroom.requests >= 6, PATIENCE, "the first polls")
        for _ in range(alerts):
            newsroom.publish_one()
        result.published = len(newsroom.published)
        result.loud = sum(entry.signal is not None for entry in newsroom.published)
        for _ in range(kills):
            telegram.sending.clear()
            with contextlib.suppress(TimeoutError):  # all is told already
                await asyncio.wait_for(telegram.sending.wait(), 30)
            await asyncio.sleep(chance.uniform(0, 0.6))
            result.killed_in_doubt += telegram.in_doubt > 0
            code = await service.end(signal.SIGKILL)
            if code != -signal.SIGKILL:
                result.problems.append(f"the service ended by itself with exit code {code}")
            result.kills += 1
            await service.start()
        out_of_time = await _settled(books, newsroom, PATIENCE, result)
        await service.end(signal.SIGTERM)
        result.tallies, found = await audit(
            books, newsroom, telegram, result.kills, starved=out_of_time
        )
        result.problems += found
    return result


def main() -> int:
    parser = argparse.ArgumentParser(description="Kill what sends in the middle of a burst.")
    parser.add_argument("--alerts", type=int, default=150)
    parser.add_argument("--kills", type=int, default=6)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="marsad-burst-") as folder, fresh() as where:
        made = burst(Path(folder), where, **vars(arguments))
        result = asyncio.run(made)
        print_result(result)
        if result.problems:
            print(*(Path(folder) / "service.log").read_text().splitlines()[-40:], sep="\n")
    return 1 if result.problems else 0


if __name__ == "__main__":
    sys.exit(main())
