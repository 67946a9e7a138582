"""When the records of a logger were made that counts them and keeps no times.

Such a logger (Blue Maestro's Tempo Disc) says how many records it has, in every advertisement and before its log. Each
time that number is seen, the handheld's clock bounds the records around it: those counted were made before that moment,
the next one after it. A **sight** is one number and the time over which it was seen. From sights, and from nothing
else, follows when the records between two of them were made:

* *The number grew as time passed*: the records lie an interval apart, and each bound narrows all of them. Every record
  is placed in the middle of what is left, which is never wider than one interval: so it is within half an interval of
  the truth. The middle of the first and of the last record of a stretch are found on their own and the others put
  evenly between, so that a logger whose clock drifts steadily stays within the same bound.
* *The number grew by less than time passed* (by more than an interval): the logger paused in between. Which of the
  records were made before the pause and which after it, nobody can say: they get no time. Where sights are close
  together, as when the handheld listens all the way, no record falls between them, and the pause stands between two
  readings as the gap it was.
* *The number grew by more*: the sights contradict each other (a clock was set, a logger was exchanged), and are not used.

Where a logger missed fewer than two records between two sights, that cannot be told from none; it displaces what was
recorded in that stretch by less than the time it missed.
Before the first sight nothing bounds the records but their order: they are counted back from it, as if there had been
no pause.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import msgspec

WRAP = 0x10000
"""The running count has 16 bits and starts again at zero."""
DRIFT = 2e-4
"""How fast or slow a logger's clock may run against the handheld's: twice the ±100 ppm that a tuning-fork crystal (±20
ppm at 25 °C, -0.034 ppm/K²) keeps from -20 °C to 60 °C."""
_THINNED = 15
"""How many records may lie between two sights that are kept of an unbroken row."""


class Sight(msgspec.Struct, frozen=True):
    """A number of records, and the handheld's clock when it was first and last seen."""

    count: int
    first: datetime
    last: datetime


class Tally(msgspec.Struct, frozen=True):
    """What is known of a counting logger.

    ``count``, ``stored`` and ``at``: its running count, the records in its memory, and the handheld's clock, at the
    newest download that ran to its end (``None`` before the first). ``sights``: what it advertised since, oldest first.
    ``restarted``: when its memory was last seen to hold other records than those it holds now (it was cleared, or its
    battery changed); the sights are later. ``placed``: the running count of the newest record that got a time,
    and how many before it in a row got one too.
    """

    count: int | None = None
    stored: int | None = None
    at: datetime | None = None
    sights: tuple[Sight, ...] = ()
    restarted: datetime | None = None
    placed: tuple[int, int] | None = None

    def shifted(self, by: timedelta) -> "Tally":
        """The same, on a handheld's clock that was moved by so much."""
        sights = tuple(Sight(sight.count, sight.first + by, sight.last + by) for sight in self.sights)
        at, restarted = (None if instant is None else instant + by for instant in (self.at, self.restarted))
        return msgspec.structs.replace(self, at=at, sights=sights, restarted=restarted)

    def since(self, newer: "Tally") -> "Tally":
        """``newer``, what a download found, with those sights that are later than it."""
        at = newer.at
        later = tuple(sight for sight in self.sights if at is None or sight.first > at)
        fell = self.restarted if self.restarted is None or at is None or self.restarted > at else newer.restarted
        return msgspec.structs.replace(newer, sights=newer.sights + later, restarted=fell)

    def seen(self, count: int, at: datetime, interval: int) -> "Tally":
        """With one more look at the advertised number. ``interval`` (s) is how often the logger records.

        Of an unbroken row only some sights are kept: the ends bound what lies between.
        """
        if not self.sights:
            return msgspec.structs.replace(self, sights=(Sight(count, at, at),))
        *earlier, last = self.sights
        if at < last.last:  # the handheld's clock was set back
            return msgspec.structs.replace(self, sights=(Sight(count, at, at),))
        if count == last.count and at - last.last <= 2 * timedelta(seconds=interval):
            return msgspec.structs.replace(self, sights=(*earlier, Sight(count, last.first, at)))
        if count == last.count:  # nobody knows what it was in between
            return msgspec.structs.replace(self, sights=(*self.sights, Sight(count, at, at)))
        if (count - last.count) % WRAP >= WRAP // 2:
            return msgspec.structs.replace(self, sights=(Sight(count, at, at),), restarted=last.last)
        if earlier and _unbroken(earlier[-1], last, count, at, timedelta(seconds=interval)):
            earlier.append(Sight(count, at, at))
            return msgspec.structs.replace(self, sights=tuple(earlier))
        return msgspec.structs.replace(self, sights=(*self.sights, Sight(count, at, at)))


def _unbroken(one: Sight, two: Sight, count: int, at: datetime, interval: timedelta) -> bool:
    """Whether the sight ``two`` says little that the one before it and the new one do not say."""
    records = (count - one.count) % WRAP
    even = abs(at - one.first - records * interval) <= interval / 2
    return even and records <= _THINNED and two.last - two.first <= interval and at - two.last <= interval


class Bound(msgspec.Struct, frozen=True):
    """The record with this number was made at or before ``at``, the next one after it. ``followed``: it was heard all
    the way from the bound before."""

    number: int
    at: datetime
    followed: bool = False


def bounds(tally: Tally, *, count: int, stored: int, now: datetime, interval: timedelta) -> tuple[Bound, ...] | None:
    """What is known of the numbers of a log that was asked for at ``now``, oldest first. ``count`` is the number of its
    newest record, ``stored`` how many records it holds. Numbers of older records may be negative: a count that came around
    is unrolled.

    An advertised number may be the running count itself, or the number of records in memory. The latter stands still once
    the memory is full, and starts anew when it is cleared; it is used where neither can have happened unseen. ``None`` where
    the logger may as well have stopped as its memory be full: that shows when it is read again, an interval later.
    """
    found: list[Bound] = []
    if tally.restarted is not None:
        # all that it holds was made after that; when it began is not known, as if it had stood still until then
        fell = tally.restarted
        found += [Bound(count - stored, fell - 2 * interval), Bound(count - stored, fell)]
    elif tally.count is not None and tally.at is not None:
        found.append(Bound(count - (count - tally.count) % WRAP, tally.at))
    offset = _offset(tally, count, stored, now, interval)
    if offset == _UNSURE:
        return None
    if offset is not None:
        for sight in tally.sights:
            number = count - (count - offset - sight.count) % WRAP
            found += [Bound(number, sight.first), Bound(number, sight.last)]
    found.append(Bound(count, now))
    chain = sorted((bound for bound in found if bound.at <= now), key=lambda bound: bound.at)
    return tuple(
        msgspec.structs.replace(two, followed=one is not None and _followed(tally, one.at, two.at))
        for one, two in zip([None, *chain], chain, strict=False)
    )


def _followed(tally: Tally, start: datetime, end: datetime) -> bool:
    """Whether the same number was heard all the way from one instant to another."""
    return any(sight.first <= start and end <= sight.last for sight in tally.sights)


_UNSURE = -1
"""No offset: those are never negative."""


def _offset(tally: Tally, count: int, stored: int, now: datetime, interval: timedelta) -> int | None:
    """What is to be added to an advertised number to get the number of the record; ``None`` where the sights say nothing,
    ``_UNSURE`` where that itself is not sure."""
    if not tally.sights:
        return None
    newest = tally.sights[-1]
    # one record may have been made since it was heard: what fits exactly comes first
    for late in (0, 1):
        if (count - newest.count) % WRAP == late and _may_be_the_count(tally, interval):
            return 0
        if stored - newest.count == late:
            break
    else:
        return None
    base = (count - stored) % WRAP
    if tally.restarted is not None:
        return base  # nothing was overwritten since it began anew
    if tally.count is not None and tally.stored is not None:
        # it counted on while its memory did not grow, or grew anew: the number it advertises says nothing of the count
        return base if (tally.count - tally.stored) % WRAP == base else None
    lately = newest.first >= now - 1.5 * interval
    if len(tally.sights) > 1 and lately:
        return base  # it grew just now
    return None if lately else _UNSURE


def _may_be_the_count(tally: Tally, interval: timedelta) -> bool:
    """Whether what was advertised first after the last download can be the running count: it goes on from there."""
    if tally.count is None or tally.at is None or tally.restarted is not None:
        return True
    first = tally.sights[0]
    return (first.count - tally.count) % WRAP * interval <= first.first - tally.at + 2 * interval


def place(known: Sequence[Bound], *, records: int, interval: timedelta) -> list[datetime | None]:
    """When each of the newest ``records`` records was made, oldest first; ``None`` for those that nobody can say it of.
    The last of ``known`` is the moment of the download, and its number that of the newest record.

    Where the bounds contradict each other, all but those since the contradiction are left out.
    """
    chain = _consistent(known, interval)
    newest = chain[-1].number
    seen = _seen(chain)
    times: dict[int, datetime | None] = {}
    for one, two in pairwise(seen):
        times |= _between(one, two, interval)
    number = chain[0].number
    at = _before(chain[0], times.get(number + 1), interval)
    for step in range(max(0, number - (newest - records))):
        times[number - step] = at - step * interval
    unsure = _may_be_another_memory(chain, newest - records, interval)
    return [
        None if unsure is not None and number <= unsure else times.get(number)
        for number in range(newest - records + 1, newest + 1)
    ]


def _seen(chain: Sequence[Bound]) -> list[Sight]:
    """The same as sights: each number once, from when to when."""
    found: list[Sight] = []
    for bound in chain:
        if found and found[-1].count == bound.number:
            found[-1] = Sight(bound.number, found[-1].first, bound.at)
        else:
            found.append(Sight(bound.number, bound.at, bound.at))
    return found


def _may_be_another_memory(chain: Sequence[Bound], base: int, interval: timedelta) -> int | None:
    """The number up to which the records may be others than those that were counted before.

    Where a pause was found, the memory may as well have been cleared then, unheard, and have filled up again to a higher
    number; unless it holds more than could have been recorded since. ``base`` is the number before the oldest record.
    """
    for one, two in reversed(list(pairwise(chain))):
        count, passed = two.number - one.number, two.at - one.at
        paused = not two.followed and passed - count * interval > interval + _slack(count, interval)
        if paused and one.number > base and (two.number - base) * interval <= passed + interval:
            return two.number
    return None


def _slack(records: int, interval: timedelta) -> timedelta:
    """How far a drifting clock may have come off over so many records."""
    return records * interval * DRIFT


def _consistent(known: Sequence[Bound], interval: timedelta) -> list[Bound]:
    """The newest bounds that agree with each other: numbers that do not fall, and no more records than time allows."""
    chain = [known[-1]]
    for bound in reversed(known[:-1]):
        later = chain[0]
        count = later.number - bound.number
        passed = later.at - bound.at
        if count < 0 or passed < timedelta() or count * interval - passed > interval + _slack(count, interval):
            break
        chain.insert(0, bound)
    return chain


def _between(one: Sight, two: Sight, interval: timedelta) -> dict[int, datetime | None]:
    """The records after ``one`` up to ``two``.

    The first of them was made after ``one`` was last seen, and within an interval of its being first seen; unless ``one``
    was seen for longer than that: then the logger stood still before it. The last of them was made before ``two`` was first
    seen, and less than an interval before it was last seen; unless that too was seen for longer.
    """
    count = two.count - one.count
    numbers = range(one.count + 1, two.count + 1)
    slack, rest = _slack(count, interval), (count - 1) * interval
    if two.first - one.last - count * interval > interval + slack:  # it paused, who knows when
        return dict.fromkeys(numbers)
    first = [one.last, two.first - rest + slack]
    last = [one.last + rest - slack, two.first]
    if one.first + interval > one.last:
        first[1] = min(first[1], one.first + interval)
        last[1] = min(last[1], one.first + interval + rest + slack)
    if two.last - interval < two.first:
        first[0] = max(first[0], two.last - interval - rest - slack)
        last[0] = max(last[0], two.last - interval)
    width = max(first[1] - first[0], last[1] - last[0])
    if width > interval + 2 * slack or first[0] > first[1] or last[0] > last[1]:
        return dict.fromkeys(numbers)
    begin, end = first[0] + (first[1] - first[0]) / 2, last[0] + (last[1] - last[0]) / 2
    step = (end - begin) / max(1, count - 1)
    return {number: begin + index * step for index, number in enumerate(numbers)}


def _before(bound: Bound, following: datetime | None, interval: timedelta) -> datetime:
    """When the record of the oldest bound was made: within the interval before it; an interval before the next one, where
    that is known and no pause lies between."""
    if following is None or following - interval > bound.at:
        return bound.at - interval / 2
    return max(bound.at - interval, following - interval)
