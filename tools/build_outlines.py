"""Builds `bot/charts/outlines.json.gz`, the outlines of countries that /map is drawn on.

    python -m tools.build_outlines ne_110m_admin_0_countries.shp

The file is Natural Earth's, which is in the public domain; geopandas 0.14 carries it as
`geopandas/datasets/naturalearth_lowres/naturalearth_lowres.shp`. Points are kept to a hundredth of
a degree. The format of .shp is ESRI's: https://www.esri.com/library/whitepapers/pdfs/shapefile.pdf
"""

from __future__ import annotations

import gzip
import json
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

TARGET = Path("bot/charts/outlines.json.gz")
POLYGON = 5
_HEADER, _RECORD = 100, 8


def main(source: Path) -> int:
    rings = [
        [[round(x * 100), round(y * 100)] for x, y in ring]
        for ring in rings_in(source.read_bytes())
    ]
    text = json.dumps(rings, separators=(",", ":"))
    # The same bytes from the same file: no time in the header.
    TARGET.write_bytes(gzip.compress(text.encode(), mtime=0))
    sys.stdout.write(f"{TARGET}: {len(rings)} outlines, {TARGET.stat().st_size / 1000:.0f} kB\n")
    return 0


def rings_in(shapes: bytes) -> Iterator[list[tuple[float, float]]]:
    """The rings of every polygon of a .shp file."""
    at = _HEADER
    while at < len(shapes):
        words = struct.unpack_from(">i", shapes, at + 4)[0]
        body = at + _RECORD
        if struct.unpack_from("<i", shapes, body)[0] == POLYGON:
            parts, points = struct.unpack_from("<ii", shapes, body + 36)
            begins = struct.unpack_from(f"<{parts}i", shapes, body + 44)
            first = body + 44 + 4 * parts
            flat = struct.unpack_from(f"<{2 * points}d", shapes, first)
            for begin, end in zip(begins, (*begins[1:], points), strict=True):
                yield list(
                    zip(
                        flat[2 * begin : 2 * end : 2],
                        flat[2 * begin + 1 : 2 * end : 2],
                        strict=True,
                    )
                )
        at = body + 2 * words


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
