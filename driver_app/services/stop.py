"""A stop: from arriving to leaving, with the moment the product is built around in the middle.

The receiver sees what arrived and how warm it got, decides line by line, and signs; each of these happens on top of the one
before: :mod:`~driver_app.services.stop_goods`, :mod:`~driver_app.services.stop_verdict`, and here decision and signature.
"""

from collections.abc import Sequence

from driver_app.journal.ports import Journal
from driver_app.services.decisions import Decided, check_decision, outcome_for, proposed, undecided
from driver_app.services.duty import Duty
from driver_app.services.kept import Draft
from driver_app.services.readings import Readings
from driver_app.services.receivers import Receivers
from driver_app.services.recorder import Recorder
from driver_app.services.scanning import Scanning
from driver_app.services.session import Session
from driver_app.services.signing import (
    PNG,
    VOID,
    Given,
    ReceiverDraft,
    SignatureDraft,
    content_of,
    controlled,
    decisions_key,
    drafts_of,
    receiver_key,
    signatures_key,
    strokes_json,
)
from driver_app.services.step import PLACE, Step, StepKind, Steps
from driver_app.services.stop_goods import SIGNATURE_ROOM
from driver_app.services.stop_verdict import StopVerdict
from driver_app.services.track import Track
from shared import problems
from shared.coldchain.verdict import Conformity
from shared.custody.events import HandoverSigned, LineOutcome, Reason, Signatory
from shared.custody.journey import Journey
from shared.custody.signing import MEANING, check_signatory, check_strokes
from shared.errors import Language, Refused
from shared.work import Line, Stop


class StopVisit(StopVerdict):
    """What the screens of a stop do. All but :meth:`arrive` and :meth:`remark` speak of the open stop."""

    def __init__(
        self,
        journal: Journal,
        duty: Duty,
        recorder: Recorder,
        scanning: Scanning,
        steps: Steps,
        track: Track,
        readings: Readings,
        session: Session,
        receivers: Receivers,
    ) -> None:
        super().__init__(journal, duty, recorder, scanning, steps, track, readings)
        self._session, self._receivers = session, receivers

    # decisions ---------------------------------------------------------------------------------------------------------

    def _decided(self, stop_id: str) -> Draft[dict[str, Decided]]:
        return Draft(self._journal, decisions_key(stop_id), dict[str, Decided])

    def decisions(self) -> tuple[LineOutcome, ...]:
        """One decision per line, in order: the receiver's, or what stands until there is one (all that was scanned out is
        accepted, the rest short)."""
        journey, stop = self._duty.journey, self.stop
        decided = self._decided(stop.id).get() or {}
        return tuple(
            decided[line.id].outcome if line.id in decided else proposed(line, journey.line(line.id))
            for line in stop.lines()
        )

    def undecided(self) -> tuple[str, ...]:
        """The ids of lines that want a decision of their own, for their verdict is not conformant."""
        stop = self.stop
        return tuple(line.id for line in undecided(stop.lines(), self._decided(stop.id).get() or {}, self.shown()))

    def outcome(
        self,
        line_id: str,
        *,
        accepted: int,
        refused: int = 0,
        short: int = 0,
        over: int = 0,
        reason: Reason | None = None,
        note: str = "",
    ) -> LineOutcome:
        """A decision from its parts, for :meth:`decide`; it need not hold yet.

        Raises:
            Refused: NOT_FOUND where the stop has no such line.
        """
        line = self._line(line_id)
        return outcome_for(
            line, accepted=accepted, refused=refused, short=short, over=over, reason=reason, note=note.strip()
        )

    def decide(self, outcome: LineOutcome) -> None:
        """Keep the receiver's decision on a line. Signatures given so far are void.

        Raises:
            Refused: OUTCOME_QUANTITY, OUTCOME_REASON, NOT_FOUND, JOURNEY_ILLEGAL.
        """
        with self._duty.lock:
            journey, stop = self._arrived(HandoverSigned.__name__)
            check_decision(self._line(outcome.line_id), journey.line(outcome.line_id), outcome)
            self._decide(stop, [outcome])

    def accept_all(self) -> None:
        """Decide every line whose verdict is conformant as it was scanned out. The others want a decision of their own.

        Raises:
            Refused: JOURNEY_ILLEGAL.
        """
        with self._duty.lock:
            journey, stop = self._arrived(HandoverSigned.__name__)
            open_lines = {line.id for line in undecided(stop.lines(), {}, self.shown())}
            lines = [line for line in stop.lines() if line.id not in open_lines]
            self._decide(stop, [proposed(line, journey.line(line.id)) for line in lines])

    def _decide(self, stop: Stop, outcomes: Sequence[LineOutcome]) -> None:
        # the signatures go first: dying in between costs a signature, never lets one stand under what nobody saw
        given = self._signed(stop.id).get()
        if given is not None:
            self._signed(stop.id).put(SignatureDraft(VOID, given.given))
        verdicts = self.shown()
        under = {line_id: verdict.conformity for line_id, verdict in verdicts.items()}
        fresh = {o.line_id: Decided(o, under.get(o.line_id, Conformity.UNKNOWN)) for o in outcomes}
        self._decided(stop.id).put({**(self._decided(stop.id).get() or {}), **fresh})

    def _line(self, line_id: str) -> Line:
        line = next((line for line in self.stop.lines() if line.id == line_id), None)
        if line is None:
            raise Refused(problems.NOT_FOUND, what="明细 line", value=line_id)
        return line

    def receiver(self, position: int = 0) -> ReceiverDraft:
        """What was typed about a signatory so far."""
        return self._receiver(self.stop.id, position).get() or ReceiverDraft()

    def put_receiver(self, draft: ReceiverDraft, position: int = 0) -> None:
        """Keep what was typed about a signatory."""
        self._receiver(self.stop.id, position).put(draft)

    def _receiver(self, stop_id: str, position: int) -> Draft[ReceiverDraft]:
        return Draft(self._journal, receiver_key(stop_id, position), ReceiverDraft)

    # signing -----------------------------------------------------------------------------------------------------------

    def begin_signing(self) -> Step:
        """Go to the signature, once everything it will stand under is there, and there is room to keep it.

        Raises:
            Refused: JOURNEY_ILLEGAL before the verdict was shown; DECISION_NEEDED; OUTCOME_QUANTITY; OUTCOME_REASON;
                DISK_FULL.
        """
        with self._duty.lock:
            self._check_content()
            return self._steps.put(StepKind.SIGN)

    def _check_content(self) -> tuple[Journey, Stop]:
        journey, stop = self._arrived(HandoverSigned.__name__)
        if journey.stop(stop.id).shown is None:
            raise Refused(problems.JOURNEY_ILLEGAL, state="verdict not shown", value=HandoverSigned.__name__)
        waiting = [self._line(line_id) for line_id in self.undecided()]
        if waiting:
            names = ", ".join(f"{line.product.name.zh} {line.lot}" for line in waiting)
            raise Refused(problems.DECISION_NEEDED, value=names)
        for line, outcome in zip(stop.lines(), self.decisions(), strict=True):
            check_decision(line, journey.line(line.id), outcome)
        self._journal.enough_room(SIGNATURE_ROOM)
        return journey, stop

    def signatories_needed(self) -> int:
        """How many people sign: two where packs of a controlled medicine (麻精药品) are accepted."""
        accepted = {outcome.line_id for outcome in self.decisions() if outcome.accepted}
        return 2 if any(line.id in accepted for line in controlled(self.stop.lines())) else 1

    def meaning(self, position: int = 0, language: Language | None = None) -> str:
        """The sentence a signatory puts their name under, shown above the pad."""
        return MEANING[min(position, 1)][language or self._session.language]

    def put_signature(
        self,
        position: int,
        *,
        name: str,
        role: str,
        staff_number: str,
        strokes: Sequence[Sequence[tuple[float, float]]],
        picture: bytes,
    ) -> Signatory:
        """Take a signature: the strokes (points in 0 … 1 of the pad) and their picture (PNG). ``position`` 0 is the receiver,
        1 the second person. It counts until anything it stands under changes.

        Raises:
            Refused: SIGNATURE_EMPTY, RECEIVER_UNNAMED, SIGNATURE_REUSED (these strokes were used before, anywhere),
                SECOND_SIGNATORY (the second has the first's name), FIELD_INVALID, and what :meth:`begin_signing` raises.
        """
        with self._duty.lock:
            journey, stop = self._check_content()
            needed = self.signatories_needed()
            if not 0 <= position < needed:
                raise Refused(problems.FIELD_INVALID, field="position", value=position, reason=f"0…{needed - 1}")
            check_strokes(strokes)
            if not picture.startswith(PNG):
                raise Refused(problems.FIELD_INVALID, field="picture", value=picture[:8].hex(), reason="PNG")
            written = strokes_json(strokes)
            given = list(self._standing_signatures(journey, stop))
            signatory = Signatory(
                name.strip(),
                role.strip(),
                staff_number.strip(),
                self.meaning(position),
                self._journal.store_blob(written),
                self._journal.store_blob(picture),
            )
            check_signatory(signatory)
            self._check_fresh(journey, signatory, [g for i, g in enumerate(given) if i != position])
            given[position] = Given(signatory, len(written), len(picture))
            self._signed(stop.id).put(SignatureDraft(self._content(journey, stop), tuple(given)))
            return signatory

    def _check_fresh(self, journey: Journey, signatory: Signatory, others: Sequence[Given | None]) -> None:
        """Refuse strokes that were used before: on this route, on any other in the journal, or by the other signatory."""
        beside = [other.signatory for other in others if other is not None]
        used = signatory.strokes in journey.signatures or self._journal.blob(signatory.strokes) is not None
        if used or signatory.strokes in {other.strokes for other in beside}:
            raise Refused(problems.SIGNATURE_REUSED, value=signatory.strokes)
        if any(other.name == signatory.name for other in beside):
            raise Refused(problems.SECOND_SIGNATORY, value=signatory.name)

    def _signed(self, stop_id: str) -> Draft[SignatureDraft]:
        return Draft(self._journal, signatures_key(stop_id), SignatureDraft)

    def _content(self, journey: Journey, stop: Stop) -> str:
        return content_of(journey.stop(stop.id).shown_record, self.decisions())

    def _standing_signatures(self, journey: Journey, stop: Stop) -> tuple[Given | None, ...]:
        draft = self._signed(stop.id).get()
        needed = self.signatories_needed()
        if draft is None or draft.content != self._content(journey, stop):
            return (None,) * needed
        return (*draft.given, *(None,) * needed)[:needed]

    def signatures(self) -> tuple[Signatory | None, ...]:
        """The signatures that stand, by position; ``None`` where one is missing or void."""
        standing = self._standing_signatures(self._duty.journey, self.stop)
        return tuple(None if given is None else given.signatory for given in standing)

    def sign(self) -> str:
        """Record the handover under the signatures that stand.

        Raises:
            Refused: SIGNATURE_VOID where something changed after the pen, SIGNATURE_EMPTY where nobody signed,
                SECOND_SIGNATORY where the second is missing, and what :meth:`begin_signing` raises.
        """
        with self._duty.lock:
            journey, stop = self._check_content()
            given = [g for g in self._standing_signatures(journey, stop) if g is not None]
            if len(given) < self.signatories_needed():
                raise self._unsigned(stop, len(given))
            self._track.seal()
            event = HandoverSigned(
                journey.route.id,
                stop.id,
                self.decisions(),
                tuple(g.signatory for g in given),
                journey.stop(stop.id).shown_record,
                self._track.latest(),
                self._session.language,
            )
            blobs = [blob for g in given for blob in g.blobs()]
            record = self._recorder.record(event, blobs=blobs, drop_drafts=(PLACE, *drafts_of(stop.id)))
            for who in reversed(event.signatories):
                self._receivers.remember(stop.site.id, ReceiverDraft(who.name, who.role, who.staff_number))
            return record

    def known_receivers(self) -> tuple[ReceiverDraft, ...]:
        """Who has received at this site before and has not signed here yet, the last one first."""
        beside = {signatory.name for signatory in self.signatures() if signatory is not None}
        return tuple(person for person in self._receivers.of(self.stop.site.id) if person.name not in beside)

    def _unsigned(self, stop: Stop, standing: int) -> Refused:
        draft = self._signed(stop.id).get()
        if draft is not None and draft.content != self._content(self._duty.journey, stop):
            names = ", ".join(given.signatory.name for given in draft.given if given is not None)
            return Refused(problems.SIGNATURE_VOID, value=names)
        if standing:
            names = ", ".join(f"{line.product.name.zh} {line.lot}" for line in controlled(stop.lines()))
            return Refused(problems.SECOND_SIGNATORY, value=names)
        return Refused(problems.SIGNATURE_EMPTY, value="0 / 0.00")
