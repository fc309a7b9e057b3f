"""The process that parses: reads documents from standard input, answers on standard output.

Started by `ParserPool`; ends when its input does, so also when the service dies.
"""

from __future__ import annotations

import resource
import sys
from typing import BinaryIO

from bot.feeds.parse.apart.pipe import decode_document, encode_parsed
from bot.feeds.parse.entry import Unreadable
from bot.feeds.parse.parser import parse


def main() -> None:
    limit_resources(int(sys.argv[1]))
    serve(sys.stdin.buffer, sys.stdout.buffer)


def serve(incoming: BinaryIO, outgoing: BinaryIO) -> None:
    """Parse until the input ends. What parsing cannot survive ends this process alone."""
    while (about := _message(incoming)) is not None and (body := _message(incoming)) is not None:
        document, now = decode_document(about, body)
        try:
            parsed = parse(document, now)
        except MemoryError:
            raise SystemExit(3) from None
        except Exception as error:  # noqa: BLE001 - a parser's bug costs one feed and no other
            parsed = Unreadable(
                f"the document cannot be read ({type(error).__name__})",
                "the document is hostile or broken: tell the publisher, or remove the feed",
            )
        for message in encode_parsed(parsed):
            outgoing.write(len(message).to_bytes(4, "big"))
            outgoing.write(message)
        outgoing.flush()


def _message(incoming: BinaryIO) -> bytes | None:
    header = incoming.read(4)
    return incoming.read(int.from_bytes(header, "big")) if len(header) == 4 else None


def limit_resources(memory_bytes: int) -> None:
    """Cap what this process may hold and write. Modules are loaded already."""
    for limit, value in (
        # Private memory, where addresses alone (threads' stacks, mapped libraries) do not count.
        (resource.RLIMIT_DATA, memory_bytes),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))


if __name__ == "__main__":
    main()
