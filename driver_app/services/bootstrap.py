"""Building the services from their ports: the whole wiring on one page."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from driver_app.journal.ports import Journal
from driver_app.services.arrival import Arrival
from driver_app.services.duty import Duty
from driver_app.services.enrolment import Enrolment
from driver_app.services.heard import Alarms, Heard
from driver_app.services.identity import IdentityStore
from driver_app.services.live import LiveReport
from driver_app.services.load import Load
from driver_app.services.outbox import Outbox
from driver_app.services.ports import Transport
from driver_app.services.reader import ReaderSettings
from driver_app.services.readings import Readings
from driver_app.services.receivers import Receivers
from driver_app.services.recorder import Recorder
from driver_app.services.rest import Rest
from driver_app.services.road import Road
from driver_app.services.scanning import Scanning
from driver_app.services.session import Session
from driver_app.services.shift import Shift
from driver_app.services.state import SyncState
from driver_app.services.step import Steps
from driver_app.services.stop import StopVisit
from driver_app.services.storage import Storage
from driver_app.services.sync import Sync
from driver_app.services.track import Track
from driver_app.services.trips import Trips
from driver_app.services.troubles import Troubles
from shared.clock import Clock
from shared.ids import Randomness
from shared.keys import Signer


@dataclass(frozen=True)
class Ports:
    """What the services need from outside.

    ``clock``'s monotonic time must count the time the device sleeps (``CLOCK_BOOTTIME`` on Linux and Android); otherwise
    every sleep looks like a clock that jumped. ``pace`` is what network waits are measured by; by default ``clock``, while
    a rehearsal that runs its day faster gives the real one.
    """

    journal: Journal
    clock: Clock
    keystore: Signer
    connect: Callable[[str], Transport]
    app: str
    randomness: Randomness = secrets.token_bytes
    pace: Clock | None = None


@dataclass(frozen=True)
class Services:
    """Everything a screen may call."""

    journal: Journal
    recorder: Recorder
    duty: Duty
    enrolment: Enrolment
    session: Session
    steps: Steps
    track: Track
    trips: Trips
    heard: Heard
    alarms: Alarms
    reader: ReaderSettings
    readings: Readings
    receivers: Receivers
    rest: Rest
    road: Road
    shift: Shift
    load: Load
    stop: StopVisit
    storage: Storage
    arrival: Arrival
    sync: Sync
    state: SyncState
    troubles: Troubles


def build(ports: Ports) -> Services:
    """The services over these ports, standing where the journal says they stood.

    Raises:
        Refused: JOURNAL_DAMAGED where the journal cannot be read.
    """
    journal, clock, signer = ports.journal, ports.clock, ports.keystore
    identities = IdentityStore(journal)
    duty = Duty(journal, identities)
    session = Session(journal, duty, clock)
    recorder = Recorder(journal, duty, clock, signer, app=ports.app, identity=identities, actor=lambda: _actor(session))
    duty.record_with(recorder.record)
    enrolment = Enrolment(journal, identities, signer, ports.connect)
    trips = Trips(journal, duty)
    steps = Steps(journal, duty, session, recorder, lambda: identities.current() is not None, trips)
    enrolment.subscribe(steps.look)
    troubles = Troubles()
    track = Track(duty, recorder, clock, troubles)
    heard = Heard(clock)
    readings = Readings(journal, duty, recorder)
    scanning = Scanning(duty, recorder, clock)
    receivers = Receivers(journal)
    stop = StopVisit(journal, duty, recorder, scanning, steps, track, readings, session, receivers)
    state = SyncState(journal, duty, recorder)
    for problem in duty.flagged:
        state.flag(problem)
    pace = ports.pace or clock
    sync = Sync(
        journal,
        identities,
        duty,
        recorder,
        Outbox(journal, state),
        LiveReport(journal, duty, track, pace),
        state,
        signer,
        clock,
        pace,
        ports.randomness,
        ports.connect,
    )
    return Services(
        journal=journal,
        recorder=recorder,
        duty=duty,
        enrolment=enrolment,
        session=session,
        steps=steps,
        track=track,
        trips=trips,
        heard=heard,
        alarms=Alarms(journal, duty, recorder, heard, troubles),
        reader=ReaderSettings(journal),
        readings=readings,
        receivers=receivers,
        rest=Rest(journal, duty, recorder, track, clock, troubles),
        road=Road(journal, duty, recorder, track, clock, ports.randomness),
        shift=Shift(duty, recorder, session, steps, track, heard, clock, trips),
        load=Load(journal, duty, recorder, scanning, steps, trips),
        stop=stop,
        storage=Storage(journal),
        arrival=Arrival(duty, steps, stop, track, clock, troubles),
        sync=sync,
        state=state,
        troubles=troubles,
    )


def _actor(session: Session) -> str:
    person = session.actor()
    return "" if person is None else person.id
