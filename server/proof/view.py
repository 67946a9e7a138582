"""A piece of evidence looked at in one language: its verdicts, and how instants, places and numbers are written."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from math import ceil
from zoneinfo import ZoneInfo

import msgspec

from server.proof import words
from server.proof.evidence import Evidence
from server.proof.judging import judge_line, series_from
from shared.coldchain.profiles import ProductRange
from shared.coldchain.verdict import Conformity, Verdict
from shared.custody import events as e
from shared.errors import Language
from shared.geo import Position, distance
from shared.work import Line, Name

TONES = {Conformity.CONFORMANT: "good", Conformity.NON_CONFORMANT: "bad", Conformity.UNKNOWN: "open"}
"""How a verdict is coloured; it is always written as well."""
OUTCOME_TONES = {e.Outcome.ACCEPTED: "good", e.Outcome.REFUSED: "bad", e.Outcome.PARTLY_ACCEPTED: "open"}
DASH = "—"


class Setting(msgspec.Struct, frozen=True):
    """Where a document is made, and under which checkpoint: ``size`` is ``None`` while the proof is not sealed."""

    organisation: str
    origin: str
    check_url: str
    rehearsal: bool
    server_key: str
    """Fingerprint of the server's key."""
    size: int | None
    root: str
    blobs: frozenset[str]
    """Blobs that have arrived and can be shown."""
    unprintable: frozenset[str] = frozenset()
    """Blobs that have arrived and are no picture anyone could print."""


class View:
    """What the sections of a document share."""

    def __init__(self, evidence: Evidence, setting: Setting, language: Language) -> None:
        self.evidence, self.setting, self.language = evidence, setting, language
        self.stop, self.route = evidence.stop, evidence.route
        self.zone = ZoneInfo(self.stop.site.zone)
        self.journey = evidence.folded.journey
        self.visit = self.journey.stop(self.stop.id)
        self.to = "～" if language == "zh" else "–"
        self.series = series_from(evidence.segments())
        self.done = evidence.concluded.record.at
        event = evidence.concluded.event
        # from the record itself, not from the journey: what was signed is shown also where the table did not allow it
        self.signed = event if isinstance(event, e.HandoverSigned) else None
        self.failed = event if isinstance(event, e.StopFailed) else None
        shown = self.visit.shown
        self.shown = {one.line_id: one.verdict for one in shown.verdicts} if shown else {}

    @property
    def judged(self) -> datetime:
        """Up to when the temperature was judged: the last verdict shown, else the conclusion of the stop."""
        return max((verdict.end for verdict in self.shown.values() if verdict.end is not None), default=self.done)

    def verdict(self, line: Line) -> tuple[Verdict, bool]:
        """The verdict to print, and whether the receiver was shown it."""
        shown = self.shown.get(line.id)
        if shown is not None:
            return shown, True
        return judge_line(self.journey, line, self.series, self.done), False

    def recomputed(self, line: Line) -> Verdict:
        """The verdict over the same time, with every reading that has arrived since."""
        verdict, _ = self.verdict(line)
        return judge_line(self.journey, line, self.series, verdict.end or self.done)

    # words and formats

    def word(self, name: str) -> str:
        return words.LABELS[name].text(self.language)

    def say(self, name: Name) -> str:
        return name.text(self.language)

    def instant(self, at: datetime | None) -> str:
        return DASH if at is None else f"{at.astimezone(self.zone):%Y-%m-%d %H:%M:%S}"

    def clock(self, at: datetime | None) -> str:
        """Time of day; with the day in front where it is not the route's."""
        if at is None:
            return DASH
        local = at.astimezone(self.zone)
        return f"{local:%H:%M:%S}" if local.date() == self.route.day else f"{local:%m-%d %H:%M:%S}"

    def minute(self, at: datetime) -> str:
        return f"{at.astimezone(self.zone):%H:%M}"

    def degrees(self, value: float | None) -> str:
        return DASH if value is None else f"{value:.2f}"

    def spread(self, values: Sequence[float | None], unit: str = " ℃") -> str:
        """The lowest to the highest of ``values``, in °C."""
        known = [value for value in values if value is not None]
        if not known:
            return DASH
        low, high = f"{min(known):.2f}", f"{max(known):.2f}"
        return (low if low == high else f"{low}{self.to}{high}") + unit

    def limits(self, limits: ProductRange) -> str:
        text = f"{limits.low:g}{self.to}{limits.high:g} ℃"
        if limits.humidity_low is not None and limits.humidity_high is not None:
            text += f", {limits.humidity_low:g}{self.to}{limits.humidity_high:g} %RH"
        return text

    def lasting(self, seconds: float) -> str:
        minutes = ceil(seconds / 60)
        return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60:02d} min"

    def picture(self, digest: str) -> dict[str, str]:
        """A picture by its hash, or what stands in its place."""
        if digest in self.setting.blobs:
            return {"picture": digest, "instead": ""}
        return {
            "picture": "",
            "instead": self.word("picture_broken" if digest in self.setting.unprintable else "picture_missing"),
        }

    def place(self, position: Position | None) -> str:
        if position is None:
            return self.word("no_position")
        accuracy = "" if position.accuracy is None else f" ±{position.accuracy:.0f} m"
        return f"{position.lat:.5f}, {position.lon:.5f}{accuracy} (WGS-84)"

    def off(self, position: Position | None) -> str:
        """How far from the site's centre a position is."""
        if position is None:
            return ""
        metres = distance(self.stop.site.fence.centre, position)
        return f" · {self.word('from_centre')} {metres:.0f} m"

    def each(self, values: Iterable[str]) -> str:
        """Different values once each."""
        return " / ".join(dict.fromkeys(values)) or DASH
