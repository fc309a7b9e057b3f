"""A server that restarts leaves a line in the log for each connection, and no traceback."""

from __future__ import annotations

import logging

import psycopg
import pytest
from procrastinate.exceptions import ConnectorException

from bot.workers.library_logs import keep_to_lines


def test_a_broken_connection_is_one_line_and_a_bug_keeps_its_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    keep_to_lines("marsad")
    keep_to_lines("marsad")
    broke = ConnectorException()
    broke.__cause__ = psycopg.OperationalError("server closed the connection\n\tunexpectedly")
    worker = logging.getLogger("procrastinate.worker.marsad")
    worker.error(f"Side task listener failed with exception: {broke}, stopping", exc_info=broke)
    said = "error connecting in 'pool-1': no such file\n\tIs the server running?"
    logging.getLogger("psycopg.pool").warning(said)
    bug = ZeroDivisionError("a bug")
    logging.getLogger("procrastinate.utils").error("listener error: %r", bug, exc_info=bug)

    first, second, third = caplog.records
    assert first.exc_info is None
    assert first.getMessage().endswith("stopping: server closed the connection unexpectedly")
    assert (
        second.getMessage() == "error connecting in 'pool-1': no such file Is the server running?"
    )
    assert third.exc_info is not None
    assert third.exc_info[1] is bug
    assert not any("\n" in each.getMessage() for each in caplog.records)
