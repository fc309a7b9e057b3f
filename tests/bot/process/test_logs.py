"""No secret reaches a log: not in a message, an argument, an exception or a chained one."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.locales.bidi import JOINER
from bot.process.logs import REDACTED, Redactor, set_up_logging
from bot.text import clean

TOKEN = "123456789:AAEhBP0av28_fake-fakefakefakefakefa"
NOTIFY = "mailto://desk:s3cretpass@mail.example.org/?to=a@example.org&key=abcdefgh1234"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(params=[io.StringIO, Terminal])
def log(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream: io.StringIO = request.param()
    set_up_logging("DEBUG", (TOKEN, NOTIFY), stream=stream)
    yield stream
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)


def written(log: io.StringIO) -> str:
    # A terminal's lines are wrapped: a secret must not be hidden by a line break either.
    return "".join(log.getvalue().split())


def test_a_token_is_replaced_wherever_it_stands(log: io.StringIO) -> None:
    logger = logging.getLogger("bot.test")
    logger.info("GET https://api.telegram.org/bot%s/getMe", TOKEN)
    logger.info("address %r", httpx.URL(f"https://api.telegram.org/bot{TOKEN}/getMe"))
    try:
        try:
            raise ValueError(f"bad {TOKEN}")
        except ValueError as cause:
            raise RuntimeError(NOTIFY) from cause
    except RuntimeError:
        logger.exception("it failed", stack_info=True)
    text = written(log)
    assert TOKEN not in text
    assert "s3cretpass" not in text
    assert "abcdefgh1234" not in text
    assert REDACTED in text
    assert "ValueError" in text


def test_a_token_that_nobody_named_is_replaced_too() -> None:
    other = "987654321:ZZZfakefakefakefakefakefakefakefake"
    assert other not in Redactor()(f"/bot{other}/sendMessage and {other}")
    assert "hunter2" not in Redactor()("smtp://desk:hunter2@mail.example.org")


def test_a_wrong_format_string_does_not_spill_its_arguments(log: io.StringIO) -> None:
    logging.getLogger("bot.test").info("%d chats", TOKEN)
    assert TOKEN not in written(log)


def test_httpx_does_not_log_each_request(log: io.StringIO) -> None:
    client = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200)))
    client.get(f"https://api.telegram.org/bot{TOKEN}/getMe")
    assert written(log) == ""


@given(before=st.text(), after=st.text())
def test_no_surrounding_text_hides_a_secret(before: str, after: str) -> None:
    assert TOKEN not in Redactor((TOKEN,))(before + TOKEN + after)


def test_text_without_secrets_is_left_alone() -> None:
    text = "feed sana-ar: 12 entries at 10:30:00, https://example.org/a?b=c 123:45"
    assert Redactor((TOKEN, NOTIFY))(text) == text


def test_an_address_that_was_made_no_link_hides_no_login_and_can_be_copied(
    log: io.StringIO,
) -> None:
    address = clean("'ftp://desk:anotherpass@feeds.example.org/rss'")
    assert JOINER in address
    logging.getLogger("bot.test").error("the old list stays in force: %s", address)
    assert "anotherpass" not in written(log)
    assert f"'ftp://{REDACTED}@feeds.example.org/rss'" in written(log)
