"""How much memory this process may have, and whether that is enough to start.

Below a certain limit nothing can be caught: compiled libraries abort while they are loaded.
"""

from __future__ import annotations

import resource
from dataclasses import dataclass
from pathlib import Path

# Measured on a whole poll: 360 MB are held, 600 to 900 MB of addresses are taken (threads and
# libraries reserve more than they use).
NEEDED = 400_000_000
LEAST_ADDRESSES = 500_000_000
CONTROL_GROUPS = Path("/sys/fs/cgroup")


@dataclass(frozen=True, slots=True)
class MemoryLimits:
    """In bytes; None where there is no limit. `held` is a control group's (systemd: MemoryMax=),
    `addresses` a shell's (ulimit -v).
    """

    held: int | None
    addresses: int | None


def memory_limits() -> MemoryLimits:
    """The limits of this process."""
    soft = [resource.getrlimit(kind)[0] for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA)]
    set_limits = [limit for limit in soft if limit != resource.RLIM_INFINITY]
    return MemoryLimits(_of_control_group(), min(set_limits, default=None))


def too_little(limits: MemoryLimits) -> str | None:
    """Why nothing can be started under these limits; None when it can be tried."""
    if limits.addresses is not None and limits.addresses < LEAST_ADDRESSES:
        return (
            f"the memory limit of {limits.addresses / 1e6:.0f} MB (ulimit -v) is too low to start "
            "Marsad: take it away, or set at least 1000 MB"
        )
    return None


def is_tight(limits: MemoryLimits) -> bool:
    """Whether the kernel may end the service in the middle of its work."""
    return limits.held is not None and limits.held < NEEDED


def _of_control_group(root: Path = CONTROL_GROUPS) -> int | None:
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="ascii").splitlines()
        own = next(line.removeprefix("0::/") for line in lines if line.startswith("0::/"))
        written = (root / own / "memory.max").read_text(encoding="ascii").strip()
    except (OSError, StopIteration, UnicodeDecodeError):
        return None
    return int(written) if written.isdecimal() else None
