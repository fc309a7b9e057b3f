"""Draws one picture: `python -m bot.charts.draw` reads what to draw as JSON and writes a PNG.

A process for each picture: what matplotlib takes is given back when it ends, and a picture that
goes wrong takes nothing with it. Matplotlib joins and orders Arabic by itself since 3.11.
"""

from __future__ import annotations

import gzip
import io
import json
import math
import resource
import sys
from importlib.resources import files
from typing import Any, Literal

from bot.charts.layout import Box, Circle, apart, names_beside

MEMORY = 2 * 2**30
SECONDS = 60
SMALLEST_SCALE = 8
INK, SOFT, GRID = "#1f2933", "#9aa5b1", "#e4e7eb"
LAND, SEA, BORDER = "#f0ede6", "#dbe7ef", "#b8b2a7"
LEVELS = {"critical": "#c62828", "alert": "#ef6c00", "watch": "#f9a825", "info": "#78909c"}
DARK_ON = frozenset({"watch"})
"""Levels whose colour is too light for white digits."""
BARS = "#2f6f9f"


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    wanted = json.load(sys.stdin)
    sys.stdout.buffer.write(picture(wanted))
    return 0


def picture(wanted: dict[str, Any]) -> bytes:
    """The PNG of a picture as `bot.charts.trend` or `bot.charts.places` describe it."""
    import matplotlib as mpl

    mpl.use("agg")
    mpl.rcParams["font.family"] = ["DejaVu Sans"]
    mpl.rcParams["axes.unicode_minus"] = False
    from matplotlib.figure import Figure

    trend = wanted["kind"] == "trend"
    figure = Figure(figsize=(7.2, 4.5) if trend else (7.2, 7.2), dpi=150 if trend else 120)
    axes = figure.add_subplot()
    (_trend if trend else _ground)(axes, wanted)
    align: Literal["right", "left"] = "right" if wanted["rtl"] else "left"
    axes.set_title(wanted["title"], loc=align, fontsize=13, color=INK, pad=22)
    axes.annotate(
        wanted["subtitle"],
        xy=(1 if wanted["rtl"] else 0, 1),
        xycoords="axes fraction",
        xytext=(0, 7),
        textcoords="offset points",
        ha=align,
        fontsize=9.5,
        color=SOFT if wanted["kind"] == "map" else INK,
    )
    figure.text(0.99, 0.012, wanted["source"], ha="right", fontsize=7.5, color=SOFT)
    figure.tight_layout(rect=(0, 0.03, 1, 1))
    if not trend:
        figure.draw_without_rendering()  # from here on what is where is known
        _bubbles(axes, wanted["points"])
    out = io.BytesIO()
    figure.savefig(out, format="png")
    return out.getvalue()


def _trend(axes: Any, wanted: dict[str, Any]) -> None:
    """Bars by day; a line for what is usual on such a day. In Arabic time runs to the left."""
    counts, usual = wanted["counts"], wanted["usual"]
    places = range(len(counts))
    axes.bar(places, counts, color=BARS, width=0.72, label=wanted["bars"], zorder=2)
    axes.step(
        places, usual, where="mid", color="#ef6c00", linewidth=1.8, label=wanted["line"], zorder=3
    )
    step = max(1, round(len(counts) / 8))
    shown = [*range(len(counts) - 1, -1, -step)][::-1]
    axes.set_xticks(shown, [wanted["days"][n] for n in shown], fontsize=8.5, color=INK)
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.tick_params(axis="y", labelsize=8.5, colors=INK, length=0)
    axes.tick_params(axis="x", length=0)
    axes.grid(axis="y", color=GRID, zorder=0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(SOFT)
    axes.set_ylim(0, max(1, *counts, *usual) * 1.25)
    if wanted["rtl"]:
        axes.invert_xaxis()
        axes.yaxis.tick_right()
    axes.legend(
        loc="upper right" if wanted["rtl"] else "upper left",
        markerfirst=not wanted["rtl"],
        frameon=False,
        fontsize=9,
        ncols=2,
    )


def _ground(axes: Any, wanted: dict[str, Any]) -> None:
    """The outlines of countries, and what the colours mean."""
    from matplotlib.collections import PolyCollection

    axes.set_facecolor(SEA)
    axes.add_collection(
        PolyCollection(outlines(), facecolors=LAND, edgecolors=BORDER, linewidths=0.8, zorder=1)
    )
    west, south, east, north = _frame(wanted["points"])
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    axes.set_aspect(1.15)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.set_xticks([])
    axes.set_yticks([])
    handles = [
        axes.scatter([], [], s=60, color=LEVELS[level], label=name, edgecolors="white")
        for level, name in wanted["levels"].items()
    ]
    axes.legend(
        handles=handles,
        loc="lower left",
        markerfirst=not wanted["rtl"],
        fontsize=9,
        framealpha=0.85,
        edgecolor=GRID,
    )


def _frame(points: list[dict[str, Any]]) -> tuple[float, float, float, float]:
    """West, south, east, north: all points with room around, never less than some degrees."""
    lons, lats = [each["lon"] for each in points], [each["lat"] for each in points]
    middle = ((min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2)
    half = max(max(lons) - min(lons), max(lats) - min(lats), 6.0) / 2 * 1.3
    return middle[0] - half, middle[1] - half, middle[0] + half, middle[1] + half


def _bubbles(axes: Any, points: list[dict[str, Any]]) -> None:
    """A bubble for each place with its number in it; beside it the name, where there is room."""
    from matplotlib.patheffects import withStroke
    from matplotlib.transforms import Affine2D

    figure = axes.figure
    points = sorted(points, key=lambda each: -each["n"])
    # One alert is a small bubble, also where no place has more.
    most = max(SMALLEST_SCALE, *(point["n"] for point in points))
    in_points = axes.transData + Affine2D().scale(72 / figure.dpi)
    places = in_points.transform([(each["lon"], each["lat"]) for each in points])
    radii = [7 + 11 * math.sqrt(each["n"] / most) for each in points]
    circles = apart([Circle(x, y, r) for (x, y), r in zip(places, radii, strict=True)])
    ground = Affine2D().scale(figure.dpi / 72)
    for point, circle, (x, y) in zip(points, circles, places, strict=True):
        colour = LEVELS.get(point["level"], SOFT)
        if math.hypot(circle.x - x, circle.y - y) > circle.radius / 2:
            line, dot = {"color": INK, "linewidth": 0.8}, {"marker": ".", "markevery": [0]}
            axes.plot([x, circle.x], [y, circle.y], transform=ground, zorder=2, **line, **dot)
        size = (2 * circle.radius) ** 2
        axes.scatter(
            *(circle.x, circle.y),
            s=size,
            color=colour,
            edgecolors="white",
            linewidths=1,
            zorder=3,
            transform=ground,
        )
        axes.text(
            *(circle.x, circle.y, point["count"]),
            transform=ground,
            ha="center",
            va="center_baseline",
            fontsize=9,
            fontweight="bold",
            color=INK if point["level"] in DARK_ON else "white",
            zorder=4,
        )
    texts = [
        axes.text(
            *(0, 0, point["name"]),
            transform=ground,
            ha="center",
            va="center",
            fontsize=9.5,
            color=INK,
            zorder=5,
            path_effects=[withStroke(linewidth=2.5, foreground="white")],
        )
        for point in points
    ]
    sizes = [_size(text.get_window_extent(), figure.dpi) for text in texts]
    legend = axes.get_legend().get_window_extent()
    boxes = names_beside(
        circles, sizes, _box(axes.get_window_extent(), figure.dpi), [_box(legend, figure.dpi)]
    )
    for text, box in zip(texts, boxes, strict=True):
        if box is None:
            text.remove()
        else:
            text.set_position(((box.left + box.right) / 2, (box.bottom + box.top) / 2))


def _size(extent: Any, dpi: float) -> tuple[float, float]:
    return extent.width * 72 / dpi, extent.height * 72 / dpi


def _box(extent: Any, dpi: float) -> Box:
    unit = 72 / dpi
    return Box(extent.x0 * unit, extent.y0 * unit, extent.x1 * unit, extent.y1 * unit)


def outlines() -> list[list[tuple[float, float]]]:
    """Rings of the countries' outlines (Natural Earth, public domain), degrees east and north."""
    packed = (files(__package__) / "outlines.json.gz").read_bytes()
    rings: list[list[tuple[float, float]]] = [
        [(x / 100, y / 100) for x, y in ring] for ring in json.loads(gzip.decompress(packed))
    ]
    return rings


if __name__ == "__main__":
    sys.exit(main())
