"""What a topic's mutes of a story, a signal or a place hold back. Pure.

A mute of a signal or a place never holds what is critical. A mute of a story does: whoever muted
it knows of that very happening. It lets through only what is graver than what they knew then.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from bot.alerts.decide import Audience, rank
from bot.alerts.routing.route import News
from storage.alerts import Alert
from storage.news.facts import StoredPlace
from storage.readers.chats import Chat
from storage.readers.mutes import Mute
from storage.readers.subscriptions import chosen_by
from storage.sending.outbox import NewDelivery


def hold_back(
    rows: Sequence[NewDelivery],
    alert: Alert,
    news: Sequence[News],
    audience: Audience,
    chats: Sequence[Chat],
    mutes: Mapping[int, Sequence[Mute]],
) -> tuple[NewDelivery, ...]:
    """The deliveries, each due at the end of the mute that holds it, if one does. A topic is judged
    by its own mutes, and by the signals that its own subscriptions chose."""
    if not mutes:
        return tuple(rows)
    muted = {chat.id: chat for chat in chats if chat.id in mutes}
    told = [each.signal for each in news]

    def held(row: NewDelivery) -> NewDelivery:
        mine = [each for each in mutes.get(row.chat_id, ()) if each.is_of(row.thread_id)]
        chat, signals = muted.get(row.chat_id), told
        if audience == "everyone" and chat is not None:
            of_topic = chosen_by(chat.topic(row.thread_id))
            signals = [each for each in told if each in of_topic]
        by = holding(mine, alert, signals, row.level)
        return row if by is None else row._replace(not_before=by.until, mute_id=by.id)

    return tuple(held(row) for row in rows)


def holding(
    mutes: Sequence[Mute], alert: Alert, signals: Collection[str], level: str
) -> Mute | None:
    """The mute that holds back news of these signals at this level; None when it goes out.

    Of mutes that only together cover all signals and places of it, the one that ends first.
    """
    for mute in mutes:
        of_story = mute.target.alert_id == alert.id
        if of_story and rank(level) <= rank(mute.target.level):
            return mute
    if level == "critical" or not signals or not alert.places:
        return None
    by: list[Mute] = []
    for place in finest(alert.places):
        for signal in signals:
            covering = [mute for mute in mutes if _covers(mute, signal, place)]
            if not covering:
                return None
            by.append(max(covering, key=lambda mute: mute.until))
    return min(by, key=lambda mute: mute.until)


def concerning(mutes: Sequence[Mute], alert: Alert) -> list[Mute]:
    """Those of a chat's mutes that are about this alert's story, its first place, or one of its
    signals there."""
    first = finest(alert.places)[:1]
    return [
        mute
        for mute in mutes
        if mute.target.alert_id == alert.id
        or any(_covers(mute, each.signal, place) for each in alert.signals for place in first)
    ]


def finest(places: Sequence[StoredPlace]) -> list[StoredPlace]:
    """The places that no other of them lies in, in their order."""
    around = {each for place in places for each in place.within if each != place.place_id}
    return [place for place in places if place.place_id not in around]


def _covers(mute: Mute, signal: str, place: StoredPlace) -> bool:
    target = mute.target
    if target.alert_id is not None or target.place_id not in place.within:
        return False
    return target.signal in ("", signal)
