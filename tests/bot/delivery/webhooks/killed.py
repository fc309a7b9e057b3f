"""What sends webhooks, as a process that a test kills: `python -m … FILE URL`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from bot.clock import utc_now
from bot.delivery.webhooks.deciding import WebhookPolicy
from storage.opening import open_database
from tests.bot.delivery.webhooks.conftest import sending_to


async def main(file: Path, url: str) -> None:
    database = await open_database(file)
    sending = await sending_to(database, utc_now, url, policy=WebhookPolicy())
    await sending.run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
