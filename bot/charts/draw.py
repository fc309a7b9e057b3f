"""Draws one picture: `python -m bot.charts.draw` reads what to draw as JSON and writes a PNG.

A process for each picture: what matplotlib takes is given back when it ends, and a picture that
goes wrong takes nothing with it. Matplotlib joins and orders Arabic by itself since 3.11.
"""

from __future__ import annotations

import gzip
import io
import json
import resource
import sys
from importlib.resources import files
from typing import Any, Literal

MEMORY = 2 * 2**30
SECONDS = 60
SMALLEST_SCALE = 8
INK, SOFT, GRID = "#1f2933", "#9aa5b1", "#e4e7eb"
LAND, SEA, BORDER = "#f0ede6", "#dbe7ef", "#b8b2a7"
LEVELS = {"critical": "#c62828", "alert": "#ef6c00", "watch": "#f9a825", "info": "#78909c"}
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
    (_trend if trend else _map)(axes, wanted)
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
        loc="upper right" if wanted["rtl"] else "upper left", frameon=False, fontsize=9, ncols=2
    )


def _map(axes: Any, wanted: dict[str, Any]) -> None:
    """A bubble for each place over the outlines of countries."""
    from matplotlib.collections import PolyCollection

    axes.set_facecolor(SEA)
    axes.add_collection(
        PolyCollection(outlines(), facecolors=LAND, edgecolors=BORDER, linewidths=0.8, zorder=1)
    )
    points = wanted["points"]
    # One alert is a small bubble, also where no place has more.
    most = max(SMALLEST_SCALE, *(point["n"] for point in points))
    for point in sorted(points, key=lambda each: -each["n"]):
        size = 70 + 1100 * point["n"] / most
        axes.scatter(
            point["lon"],
            point["lat"],
            s=size,
            color=LEVELS.get(point["level"], SOFT),
            alpha=0.72,
            edgecolors="white",
            linewidths=1,
            zorder=3,
        )
    west, south, east, north = _frame(points)
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    axes.set_aspect(1.15)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.set_xticks([])
    axes.set_yticks([])
    _names(axes, points, (east - west) / 100)
    handles = [
        axes.scatter([], [], s=60, color=LEVELS[level], label=name, alpha=0.72, edgecolors="white")
        for level, name in wanted["levels"].items()
    ]
    axes.legend(handles=handles, loc="lower left", fontsize=9, framealpha=0.85, edgecolor=GRID)


def _frame(points: list[dict[str, Any]]) -> tuple[float, float, float, float]:
    """West, south, east, north: all points with room around, never less than some degrees."""
    lons, lats = [each["lon"] for each in points], [each["lat"] for each in points]
    middle = ((min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2)
    half = max(max(lons) - min(lons), max(lats) - min(lats), 6.0) / 2 * 1.3
    return middle[0] - half, middle[1] - half, middle[0] + half, middle[1] + half


def _names(axes: Any, points: list[dict[str, Any]], unit: float) -> None:
    """Names beside the largest bubbles, none over another."""
    from matplotlib.patheffects import withStroke

    taken: list[tuple[float, float]] = []
    for point in sorted(points, key=lambda each: -each["n"]):
        at = (point["lon"], point["lat"])
        if any(abs(at[0] - x) < 12 * unit and abs(at[1] - y) < 3 * unit for x, y in taken):
            continue
        taken.append(at)
        axes.annotate(
            point["name"],
            at,
            ha="center",
            va="center",
            fontsize=9.5,
            color=INK,
            zorder=5,
            path_effects=[withStroke(linewidth=2.5, foreground="white")],
        )


def outlines() -> list[list[tuple[float, float]]]:
    """Rings of the countries' outlines (Natural Earth, public domain), degrees east and north."""
    packed = (files(__package__) / "outlines.json.gz").read_bytes()
    rings: list[list[tuple[float, float]]] = [
        [(x / 100, y / 100) for x, y in ring] for ring in json.loads(gzip.decompress(packed))
    ]
    return rings


if __name__ == "__main__":
    sys.exit(main())
