"""One reading of the authorities serves all connections, unless the environment names others."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import certifi
import pytest

from bot.feeds.fetch.addresses import AllowList
from bot.feeds.fetch.transport import CheckedTransport
from bot.telegram.app import build_application
from bot.tls import tls_context
from rules import RuleSet


def rules_of_none() -> RuleSet:
    raise AssertionError("nobody reads")


@pytest.fixture(autouse=True)
def nothing_read_yet(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    tls_context.cache_clear()
    yield
    tls_context.cache_clear()


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files of authorities that were read."""
    files: list[str] = []
    made = ssl.create_default_context

    def noting(*given: object, **named: str) -> ssl.SSLContext:
        files.append(named["cafile"])
        return made(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(ssl, "create_default_context", noting)
    return files


def test_feeds_and_telegram_read_the_authorities_once(read: list[str]) -> None:
    CheckedTransport(AllowList())
    build_application(
        token="123456:" + "A" * 35,
        base_url="https://api.telegram.org/bot",
        operators=(),
        timezone=UTC,
        database=None,  # type: ignore[arg-type]  # nothing is asked of it
        rules=rules_of_none,
        catalogue=tuple,
    )

    assert read == [certifi.where()]


def test_the_environment_names_others_for_telegram_and_not_for_feeds(
    read: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own = tmp_path / "own.pem"
    own.write_bytes(Path(certifi.where()).read_bytes())
    monkeypatch.setenv("SSL_CERT_FILE", str(own))

    assert tls_context(by_environment=True) is not tls_context(by_environment=False)
    assert read == [str(own), certifi.where()]
