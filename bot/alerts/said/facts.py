"""Where an entry's happening is and what it counts, in the shapes that are stored. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from babel import Locale

from bot.alerts.said.feed_places import places_with
from bot.feeds.parse.entry import SaidEvent
from storage.news.facts import Facts, StoredFigure, StoredPlace, StoredState

if TYPE_CHECKING:
    from rules import Detection, Gazetteer, Place, PlacesRead, PlaceTold, StateKind

LANGUAGES = ("ar", "en", "fr")
# Places of one state that an entry tells; a list of many is no report of each.
MOST_STATED = 3
# Beside the evidence, in the title, or said by the feed: what stands elsewhere is enough for a
# card, which shows its sentence, and too little for a word that stands alone.
SURELY_TOLD = frozenset({"clause", "sentence", "title", "feed"})
# An entry that names more places is a list of them: the nearest to the evidence stand first.
MOST_PLACES = 5
# «مئتا إصابة»: infected where an outbreak is told and nobody is harmed, else wounded.
OUTBREAK = "disease-outbreak"
HARM = frozenset({"civilian-harm", "attack-on-health-care"})
# Whoever is brought out or back is not displaced by it.
MOVED = frozenset({"evacuation", "displacement"})


def facts_of(
    gazetteer: Gazetteer,
    title: str,
    text: str,
    detections: Sequence[Detection],
    *,
    language: str | None,
    region: str | None,
    event: SaidEvent | None = None,
    kinds: Collection[StateKind] = (),
) -> Facts:
    """Places, figures and states of an entry, as the evidence of its detections tells; `event` is
    what the feed says of it besides, and beats what is read from the text. `kinds`: the states
    that are looked for. Where an entry gives tolls of what it tells, others are left out."""
    from rules import figures_of, places_in, standing_figures

    evidence = [each for detection in detections for each in detection.evidence]
    signals = {detection.signal for detection in detections}
    moved = {each.direction for each in detections if each.signal in MOVED}
    beside = set[str]()
    if OUTBREAK in signals and signals.isdisjoint(HARM):
        beside.add("wounded")
    if moved and "worsening" not in moved:
        beside.add("displaced")
    read = places_in(gazetteer, title, text, region=region)
    places = places_with(gazetteer, event, read.of(evidence).places)
    return Facts(
        tuple(stored_place(gazetteer, each) for each in places[:MOST_PLACES]),
        tuple(
            StoredFigure(f.what, f.value, f.max, f.at_least, f.vague, f.part)
            for f in standing_figures(figures_of(title, text, language))
            if f.what not in beside
        ),
        tuple(_states(read, event, detections, kinds)),
    )


def _states(
    read: PlacesRead,
    event: SaidEvent | None,
    detections: Sequence[Detection],
    kinds: Collection[StateKind],
) -> Iterator[StoredState]:
    """What is so of which place. Of two that contradict each other the better supported counts."""
    from rules import states_said

    told = set[tuple[str, str]]()
    for said in states_said(kinds, detections):
        places = places_with(read.gazetteer, event, read.of(said.evidence).places)
        for place in bearers(said.kind, places)[:MOST_STATED]:
            if (place.place.id, said.kind.id) not in told:
                told.add((place.place.id, said.kind.id))
                where = stored_place(read.gazetteer, place)
                yield StoredState(where, said.kind.id, said.value, said.denied, said.signal)


def bearers(kind: StateKind, places: Sequence[PlaceTold]) -> list[PlaceTold]:
    """The places of which a state is told: those it is of, where one is named, else all; none
    that is only guessed or whose name two places bear."""
    sure = [p for p in places if p.why in SURELY_TOLD and not p.others]
    own = [p for p in sure if p.place.kind == kind.of]
    # A crossing is no area that is besieged or left.
    areas = [p for p in sure if not (kind.covers_parts and p.place.kind == "crossing")]
    return own or [p for p in areas if kind.whole_countries or p.place.kind != "country"]


def stored_place(gazetteer: Gazetteer, told: PlaceTold) -> StoredPlace:
    """A place as a text tells it. Of two with one name only what they share is kept as sure."""
    place = told.place
    around = tuple(gazetteer.around(place))
    sure = (place, *around) if not told.others else tuple(p for p in around if p.id != place.adm1)
    within = [each.id for each in sure]
    if told.adm1 and told.adm1 not in within:
        within.append(told.adm1)
    return StoredPlace(
        *(place.id, place.country, told.adm1, place.kind, told.why),
        tuple(within),
        labels(gazetteer, place),
    )


def labels(gazetteer: Gazetteer, place: Place) -> dict[str, str]:
    """What to call a place, by language, from the place to its country: "Nyala, Sudan"."""
    around = [p for p in gazetteer.around(place) if p.kind in ("adm1", "country")]
    found = {}
    for language in LANGUAGES:
        names = dict.fromkeys(_named_once(place, around, language))
        found[language] = ("، " if language == "ar" else ", ").join(names)
    return found


def _named_once(place: Place, around: Sequence[Place], language: str) -> Iterator[str]:
    """The names of a place and of what it lies in. A town that bears its division's name is called
    as that is: "Naplouse", not "Nablus, Naplouse"; «الأبيض», not «الأبيض بشمال كردفان»."""
    division = next((p for p in around if p.kind == "adm1" and p.id != place.id), None)
    if division is not None and place.kind == "town" and _namesakes(place, division):
        called = division if _has_name(division, language) else place
        yield _name(called, language)
        around = [p for p in around if p is not division]
    elif division is not None and language == "ar":
        yield _name(place, language).removesuffix(f" ب{_name(division, language)}")
    else:
        yield _name(place, language)
    yield from (_name(each, language) for each in around)


def _namesakes(place: Place, division: Place) -> bool:
    """Whether two places share a Latin name, as look-ups compare them."""
    from rules.matching.places.gazetteer import key_of

    keys = ({key_of(name) for name in each.latin} for each in (place, division))
    return not next(keys).isdisjoint(next(keys))


def _has_name(place: Place, language: str) -> bool:
    return bool({"ar": place.ar, "fr": place.fr}.get(language, place.latin))


def _name(place: Place, language: str) -> str:
    """Countries as everybody calls them: «السودان», not «جمهورية السودان»."""
    if place.kind == "country":
        usual = Locale.parse(language).territories.get(place.country)
        return str(usual) if usual else place.name(language)
    return place.name(language)
