"""A chat's clock in words: its quiet hours, its digests, its time zone. Pure."""

from __future__ import annotations

from datetime import datetime, tzinfo

from babel import Locale
from babel.lists import format_list

from bot.locales import Texts
from bot.wall_time import last_quiet
from storage.readers.chat_clocks import EVERY_DAY, USUAL_DIGEST, ChatClock, QuietHours


def day_name(day: int, say: Texts) -> str:
    """The day's name; 0 is Monday."""
    return str(Locale.parse(say.language).days["format"]["wide"][day])


def minute_in_words(minute: int) -> str:
    """A minute of the day as clocks show it; its end is 24:00."""
    return f"{minute // 60:02}:{minute % 60:02}"


def quiet_in_words(quiet: QuietHours, say: Texts) -> str:
    """From when until when, and on which days."""
    begin, until = minute_in_words(quiet.begin), minute_in_words(quiet.until)
    if quiet.days == EVERY_DAY:
        return say("quiet.every_day", begin=begin, until=until)
    # The week begins on Monday here; where it begins on Saturday the days still stand together.
    days = [day_name(day, say) for day in _in_a_row(quiet.days)]
    listed = format_list(days, locale=Locale.parse(say.language))
    return say("quiet.on_days", begin=begin, until=until, days=listed)


def time_there(zone: tzinfo, say: Texts, now: datetime) -> str:
    """What time it is, with the zone's name."""
    return say.moment(now, zone, now, "card.today")


def _in_a_row(days: frozenset[int]) -> list[int]:
    """The days in their order, from the first after a gap on."""
    first = next((day for day in range(7) if day in days and (day - 1) % 7 not in days), 0)
    return [day % 7 for day in range(first, first + 7) if day % 7 in days]


def digest_lines(clock: ChatClock, say: Texts) -> list[str]:
    """When the daily digest and the weekly summary come."""
    lines = [say("digest.is_off")]
    if clock.digest_at is not None:
        lines = [say("digest.is_on", time=minute_in_words(clock.digest_at))]
    if clock.weekly_day is None:
        return [*lines, say("digest.weekly_off")]
    hour = minute_in_words(USUAL_DIGEST if clock.digest_at is None else clock.digest_at)
    day = day_name(clock.weekly_day, say)
    return [*lines, say("digest.weekly_on", day=day, time=hour)]


def quiet_line(hours: QuietHours | None, say: Texts, zone: tzinfo, now: datetime) -> str:
    """How the quiet hours are set, and until when they last if they have begun."""
    if hours is None:
        return say("quiet.none")
    line = say("quiet.set", hours=quiet_in_words(hours, say))
    found = last_quiet(hours, zone, now)
    if found and now < found.until:
        until = say.moment(found.until, zone, now, "card.short_time")
        line = f"{line} {say('quiet.now', until=until)}"
    return line


def clock_lines(clock: ChatClock, zone: tzinfo, say: Texts, now: datetime) -> list[str]:
    """All of a chat's clock, a line for each part; how to change it is not said."""
    there = say("timezone.set", time=time_there(zone, say, now))
    return [quiet_line(clock.quiet, say, zone, now), *digest_lines(clock, say), there]
