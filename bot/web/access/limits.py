"""How often one address may ask. Pure but for what it remembers."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests at once, and so many more in each minute."""

    at_once: int
    per_minute: float


READING = Rate(120, 120)
SIGNING_IN = Rate(10, 6)
EXPORTING = Rate(12, 6)


class Limits:
    """A bucket for each address, that fills as time passes."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._buckets: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    def wait(self, address: str, now: datetime) -> timedelta | None:
        """None for a request that may be answered; else after how long the next one may."""
        who = network_of(address)
        left, at = self._buckets.pop(who, (float(self._rate.at_once), now))
        minutes = max((now - at).total_seconds(), 0) / 60
        left = min(left + minutes * self._rate.per_minute, float(self._rate.at_once))
        refused = left < 1
        self._buckets[who] = (left if refused else left - 1, now)
        if len(self._buckets) > MOST_REMEMBERED:
            self._buckets.popitem(last=False)
        return timedelta(minutes=(1 - left) / self._rate.per_minute) if refused else None


def network_of(address: str) -> str:
    """Who has one IPv6 address has a network of them; an IPv4 address that came in through a socket
    for both stands for itself."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv6Address):
        if known.ipv4_mapped:
            return str(known.ipv4_mapped)
        return str(ipaddress.ip_network(f"{known}/64", strict=False))
    return address
