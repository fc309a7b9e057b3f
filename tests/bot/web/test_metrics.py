"""/metrics and /healthz, on loopback."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from bot.errors import CannotGoOn
from bot.web.metrics import Metrics, MetricsServer, _Quiet


@pytest.fixture
def problems() -> list[str]:
    return []


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def server(metrics: Metrics, problems: list[str]) -> Iterator[MetricsServer]:
    serving = MetricsServer(metrics, 0, lambda: problems)
    yield serving
    serving.close()


def get(server: MetricsServer, path: str) -> httpx.Response:
    return httpx.get(f"http://127.0.0.1:{server.port}{path}", trust_env=False)


def test_what_was_counted_is_served(server: MetricsServer, metrics: Metrics) -> None:
    metrics.entries.inc(3)
    metrics.gauges({"pending": 2}, {"ok": 5}, {"edited": 4})
    text = get(server, "/metrics").text
    assert "marsad_entries_total 3.0" in text
    assert 'marsad_outbox{state="pending"} 2.0' in text
    assert 'marsad_feeds{condition="ok"} 5.0' in text
    assert 'marsad_card_edits{outcome="edited"} 4.0' in text


def test_health_turns_bad_with_a_reason(server: MetricsServer, problems: list[str]) -> None:
    assert get(server, "/healthz").status_code == 200
    problems.append("no tick since noon")
    answer = get(server, "/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"ok": False, "problems": ["no tick since noon"]}


def test_nothing_else_is_served(server: MetricsServer) -> None:
    assert get(server, "/").status_code == 404


def test_a_taken_port_is_told_by_its_setting(server: MetricsServer, metrics: Metrics) -> None:
    with pytest.raises(CannotGoOn, match="MARSAD_METRICS_PORT"):
        MetricsServer(metrics, server.port, list)


def test_slow_clients_keep_nobody_from_the_health(
    server: MetricsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_Quiet, "timeout", 0.5)
    with ExitStack() as stack:
        slow = [
            stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=9))
            for _ in range(200)
        ]
        for number, each in enumerate(slow):
            each.sendall(b"GET /healthz HTTP/1.1\r\nX: "[: number % 28])
        assert get(server, "/healthz").status_code == 200
        # Each is let go, and its thread with it.
        assert all(not each.recv(1) for each in slow)
