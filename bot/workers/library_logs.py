"""What Procrastinate and psycopg log when the server goes away, in one plain line each.

They write a traceback for each connection that broke. A server that restarts is no bug.
"""

from __future__ import annotations

import logging

from procrastinate.exceptions import ConnectorException

# A filter stands at one logger: it is not asked about those below it.
LOGGERS = (
    "asyncio",  # of a job whose end could not be written down: others find it stalled
    "procrastinate.manager",
    "procrastinate.periodic",
    "procrastinate.utils",
    "procrastinate.worker",
    "psycopg",
    "psycopg.pool",
)


def keep_to_lines(worker: str) -> None:
    """Have the libraries' records of lost connections in one line each; `worker` is its name for
    Procrastinate."""
    for name in (*LOGGERS, f"procrastinate.worker.{worker}"):
        logger = logging.getLogger(name)
        if in_one_line not in logger.filters:
            logger.addFilter(in_one_line)


def in_one_line(record: logging.LogRecord) -> bool:
    """Always true: nothing is dropped. The traceback of any other error stays."""
    error = record.exc_info[1] if record.exc_info else None
    said = record.getMessage()
    if isinstance(error, ConnectorException):
        record.exc_info = None
        said = f"{said}: {error.__cause__ or error}"
    record.msg, record.args = " ".join(said.split()), ()
    return True
