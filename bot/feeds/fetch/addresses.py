"""Which network addresses a feed may make Marsad connect to. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Refused although `is_global` says yes for some of them. Sources: the IANA special-purpose
# address registries; cloud providers' documentation for the metadata addresses.
_REFUSED: tuple[tuple[str, str], ...] = (
    ("0.0.0.0/8", "unspecified"),
    ("127.0.0.0/8", "loopback"),
    ("169.254.0.0/16", "link-local, where clouds keep their metadata"),
    ("100.64.0.0/10", "shared by a provider's customers"),
    ("168.63.129.16/32", "a cloud's metadata"),
    ("192.0.0.0/24", "kept for protocols, and a cloud's metadata"),
    ("192.88.99.0/24", "a 6to4 relay"),
    ("224.0.0.0/4", "multicast"),
    ("240.0.0.0/4", "reserved"),
    ("::/128", "unspecified"),
    ("::1/128", "loopback"),
    ("::ffff:0:0/96", "an IPv4 address in disguise"),
    ("::ffff:0:0:0/96", "an IPv4 address in disguise"),  # SIIT, RFC 2765
    ("::/96", "an IPv4 address in disguise"),
    ("64:ff9b:1::/48", "NAT64"),
    ("100::/64", "discarded"),
    ("2001::/23", "kept for protocols (Teredo, ORCHID, benchmarks)"),
    ("2001:db8::/32", "for documentation"),
    ("2002::/16", "6to4"),
    ("3fff::/20", "for documentation"),
    ("5f00::/16", "for segment routing"),
    ("fe80::/10", "link-local"),
    ("fec0::/10", "site-local"),
    ("ff00::/8", "multicast"),
)
# How a network without IPv4 reaches it (RFC 6052): its name servers give these for every host that
# has no IPv6 address, and the gateway connects to the IPv4 address at their end.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
REFUSED_NETWORKS: tuple[tuple[Network, str], ...] = tuple(
    (ipaddress.ip_network(network), reason) for network, reason in _REFUSED
)


@dataclass(frozen=True, slots=True)
class AllowList:
    """Hosts and networks that the operator trusts although they are not public."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()

    @classmethod
    def of(cls, items: Iterable[str]) -> AllowList:
        """From "10.0.0.0/8", "127.0.0.1", "feeds.intranet". Raises ValueError for a bad item."""
        hosts: set[str] = set()
        networks: list[Network] = []
        for item in filter(None, (item.strip() for item in items)):
            try:
                networks.append(ipaddress.ip_network(item, strict=False))
            except ValueError:
                if "/" in item or ":" in item:
                    raise ValueError(
                        f"{item!r} is neither a host name nor a network: write one such as "
                        "'feeds.intranet', '10.1.2.3' or '10.0.0.0/8' (no port, no scheme)"
                    ) from None
                hosts.add(item.casefold().rstrip("."))
        return cls(frozenset(hosts), tuple(networks))

    def covers(self, host: str, address: Address) -> bool:
        return host.casefold().rstrip(".") in self.hosts or any(
            address in network for network in self.networks
        )


def refusal(host: str, address: Address, allow: AllowList) -> str | None:
    """Why `address`, which `host` resolved to, must not be connected to; None when it may be.
    That of a NAT64 gateway is as good as the IPv4 address in it."""
    if address in _NAT64:
        address = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if allow.covers(host, address):
        return None
    for network, reason in REFUSED_NETWORKS:
        if address in network:
            return reason
    # ISATAP (RFC 5214) hides an IPv4 address in the lower half of an IPv6 one.
    if address.version == 6 and (int(address) >> 32) & 0xFCFFFFFF == 0x5EFE:
        return "an IPv4 address in disguise"
    if address.is_private:
        return "private"
    return None if address.is_global else "not a public address"
