"""/metrics for Prometheus and /healthz for a supervisor, on loopback only."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from socketserver import ThreadingMixIn
from threading import Thread
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, make_wsgi_app

from bot.errors import CannotGoOn

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from bot.polling.health import Condition

LOOPBACK = "127.0.0.1"

log = logging.getLogger(__name__)


class Metrics:
    """What is counted, in a registry of its own: two services in one process do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.tick_seconds = Histogram(
            "marsad_tick_seconds",
            "How long a tick took.",
            registry=self.registry,
            buckets=(0.01, 0.1, 0.5, 1, 5, 15, 60),
        )
        self.last_tick = Gauge(
            "marsad_last_tick_timestamp_seconds",
            "When the last tick ended well, in Unix time.",
            registry=self.registry,
        )
        self.polls = Counter(
            "marsad_feed_polls", "Feeds polled, by result.", ["result"], registry=self.registry
        )
        self.entries = Counter("marsad_entries", "New entries seen.", registry=self.registry)
        self.alerts = Counter(
            "marsad_alerts", "Alerts and new versions of alerts.", registry=self.registry
        )
        self.reloads = Counter(
            "marsad_rules_reloads",
            "Reloads of the rules, by result.",
            ["result"],
            registry=self.registry,
        )
        self.outbox = Gauge(
            "marsad_outbox", "Deliveries in each state.", ["state"], registry=self.registry
        )
        self.edits = Gauge(
            "marsad_card_edits",
            "Edits of cards since the start, by what came of them.",
            ["outcome"],
            registry=self.registry,
        )
        self.feeds = Gauge(
            "marsad_feeds", "Feeds in each condition.", ["condition"], registry=self.registry
        )

        self.unstored = Gauge(
            "marsad_feeds_not_stored",
            "Feeds whose last poll could not be stored.",
            registry=self.registry,
        )
        self.problems = Gauge(
            "marsad_problems", "What /healthz names as wrong.", registry=self.registry
        )

    def gauges(
        self,
        outbox: Mapping[str, int],
        feeds: Mapping[Condition, int],
        edits: Mapping[str, int],
    ) -> None:
        """The state of the outbox and of the feeds, as just read from the database, and what came
        of edits so far."""
        for state, count in outbox.items():
            self.outbox.labels(state).set(count)
        for condition, count in feeds.items():
            self.feeds.labels(condition).set(count)
        for outcome, count in edits.items():
            self.edits.labels(outcome).set(count)


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    # Of who comes at once, the sixth would wait a second for another try to connect.
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Who asks nothing, or hangs up in the middle, is no error of ours."""
        log.debug("metrics: a request broke off", exc_info=True)


class _Quiet(WSGIRequestHandler):
    # Seconds of silence after which a connection ends, and with it its thread.
    timeout = 10

    def log_message(self, format: str, *args: Any) -> None:
        """A line for each scrape would bury the rest."""


class MetricsServer:
    """Serves until `close`. `problems` says what is wrong now, [] when all is well; it is called
    from another thread and must not touch the event loop.
    """

    def __init__(self, metrics: Metrics, port: int, problems: Callable[[], list[str]]) -> None:
        """Raises CannotGoOn when the port is taken. Port 0 takes a free one (see `port`)."""
        exposition = make_wsgi_app(metrics.registry)

        def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            path = environ.get("PATH_INFO")
            if path == "/metrics":
                served: Iterable[bytes] = exposition(environ, start_response)
                return served
            if path == "/healthz":
                found = problems()
                body = json.dumps({"ok": not found, "problems": found}, ensure_ascii=False)
                status = "503 Service Unavailable" if found else "200 OK"
                start_response(status, [("Content-Type", "application/json; charset=utf-8")])
                return [body.encode("utf-8")]
            start_response("404 Not Found", [("Content-Type", "text/plain; charset=utf-8")])
            return [b"Here are /metrics and /healthz.\n"]

        try:
            self._server = make_server(LOOPBACK, port, answer, _Server, _Quiet)
        except OSError as error:
            raise CannotGoOn(
                f"MARSAD_METRICS_PORT: port {port} cannot be used ({error.strerror}); "
                "write another one, or leave it out"
            ) from error
        self._thread = Thread(
            target=self._server.serve_forever, args=(0.1,), name="metrics", daemon=True
        )
        self._thread.start()
        log.info("metrics: http://%s:%d/metrics and /healthz", LOOPBACK, self.port)

    @property
    def port(self) -> int:
        return int(self._server.server_port)

    def close(self) -> None:
        """Stop serving and free the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)
