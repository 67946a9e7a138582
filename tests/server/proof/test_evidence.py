"""Which entries of the ledger show a stop, and which are nobody's business there."""

from collections import Counter

import msgspec
import pytest

from server.proof.evidence import Evidence, gather
from server.proof.incidents import incidents
from shared import problems
from shared.clock import from_ms
from shared.custody import events as e
from shared.errors import Refused
from shared.keys import KeySigner
from shared.work import Stop
from tests.server.proof.conftest import Bundles
from tests.server.proof.day import DEVICE, ROUTE, Day, at, segment
from tests.server.proof.memory_ledger import Chain, MemoryLedger
from tests.shared import story
from tests.shared.story import Story


@pytest.fixture(scope="module")
def told(bundles: Bundles) -> dict[str, Evidence]:
    return {name: gather(bundles.day.ledger, proof) for name, proof in bundles.day.proofs.items()}


def kinds(evidence: Evidence) -> Counter[str]:
    return Counter(type(entry.event).__name__ for entry in evidence.entries)


def test_a_proof_is_named_by_the_record_that_concluded_its_stop(told: dict[str, Evidence]) -> None:
    assert isinstance(told["accepted"].concluded.event, e.HandoverSigned)
    assert isinstance(told["failed"].concluded.event, e.StopFailed)
    assert all(evidence.proof_id == evidence.concluded.sha256 for evidence in told.values())


def test_the_whole_story_of_a_stop_is_there(told: dict[str, Evidence]) -> None:
    found = kinds(told["refused"])
    assert found.keys() >= {
        "DeviceEnrolled", "RoutePublished", "ShiftStarted", "VehicleChecked", "PrecoolingChecked", "LoggerAttached",
        "GoodsLoaded", "DepartureRefused", "DepartureOverridden", "VehicleDeparted", "PositionsSealed", "AlarmRaised",
        "AlarmAcknowledged", "ClockJumped", "StopArrived", "ScanRefused", "GoodsUnloaded", "DownloadFailed",
        "ReadingsSealed", "VerdictShown", "PhotoTaken", "HandoverSigned", "StopLeft", "RemarkMade", "VehicleReturned",
        "GoodsReturned", "CorrectionMade",
    }  # fmt: skip


def test_nothing_of_another_stop_is_there(told: dict[str, Evidence]) -> None:
    for evidence in told.values():
        stops = {getattr(entry.event, "stop_id", None) for entry in evidence.entries}
        assert stops == {None, evidence.stop.id}
        lines = {entry.event.line_id for entry in evidence.of(e.GoodsLoaded, e.GoodsUnloaded, e.GoodsReturned)}  # type: ignore[union-attr]
        assert lines == {line.id for line in evidence.stop.lines()}


def test_only_loggers_of_containers_the_goods_rode_in_speak(told: dict[str, Evidence]) -> None:
    assert {s.logger_id for s in told["accepted"].segments()} == {"LG-A", "LG-B", "LG-D", "LG-E"}
    assert {s.logger_id for s in told["refused"].segments()} == {"LG-A", "LG-B", "LG-C"}
    assert [c.id for c in told["failed"].containers()] == ["K-1"]


def test_readings_from_after_the_goods_had_left_are_not_there(told: dict[str, Evidence]) -> None:
    """The first stop's goods were handed over at 08:36: the segment fetched at 11:02 is somebody else's."""
    left = at(8, 41)
    assert all(from_ms(min(s.times)) <= left for s in told["accepted"].segments())


def test_the_return_belongs_to_a_stop_only_if_its_goods_came_back(told: dict[str, Evidence]) -> None:
    assert kinds(told["accepted"])["VehicleReturned"] == 0
    assert kinds(told["refused"])["VehicleReturned"] == 1
    assert kinds(told["failed"])["GoodsReturned"] == 1


def test_positions_are_those_of_the_visit(told: dict[str, Evidence]) -> None:
    assert kinds(told["accepted"])["PositionsSealed"] == 1
    assert kinds(told["failed"])["PositionsSealed"] == 0


def test_corrections_come_with_what_they_correct_and_corrections_of_corrections_too() -> None:
    day = Day()
    day.begin()
    day.third_stop()
    proof = day.proofs["failed"]
    first = day.decides(e.CorrectionMade(proof, "wrong reason", "q"), at(12))
    second = day.decides(e.CorrectionMade(first, "it was right after all", "q"), at(13))
    day.decides(e.CorrectionMade("ab" * 32, "of something else", "q"), at(13, 30))
    found = [entry.sha256 for entry in gather(day.ledger, proof).of(e.CorrectionMade)]
    assert found == [first, second]


def test_a_recall_of_one_of_its_lots_belongs_to_it() -> None:
    day = Day()
    day.begin()
    day.third_stop()
    day.decides(e.LotRecalled("P-INS", "B240802", "particles", "maker"), at(13))
    day.decides(e.LotRecalled("P-INS", "B999999", "particles", "maker"), at(13))
    evidence = gather(day.ledger, day.proofs["failed"])
    assert [entry.event.lot for entry in evidence.of(e.LotRecalled)] == ["B240802"]  # type: ignore[union-attr]


def test_what_the_device_did_before_its_shift_is_not_there() -> None:
    day = Day()
    jump = e.ClockJumped(at(4), at(4, 30), 1_800_000)
    day.ledger.append(day.handheld, jump, at(4, 30))
    day.journey = day.journey.apply(jump, at(4, 30))
    day.begin()
    day.third_stop()
    assert kinds(gather(day.ledger, day.proofs["failed"]))["ClockJumped"] == 0


def test_an_event_that_the_table_does_not_allow_is_kept_and_named() -> None:
    day = Day()
    day.begin()
    day.third_stop()
    day.ledger.append(day.handheld, e.StopLeft(ROUTE, "T3", None), at(10, 9))
    evidence = gather(day.ledger, day.proofs["failed"])
    assert [problem.number for _, problem in evidence.folded.refused] == [problems.JOURNEY_ILLEGAL.number]


def test_an_empty_segment_of_a_logger_concerned_is_there() -> None:
    day = Day()
    day.begin()
    nothing = msgspec.structs.replace(segment("LG-A", at(8), at(8)), times=(), temperatures=(), humidities=())
    day.says(nothing, at(8))
    day.third_stop()
    assert gather(day.ledger, day.proofs["failed"]).segments() == [nothing]


@pytest.mark.parametrize("kind", [e.StopArrived, e.RoutePublished])
def test_a_record_that_concludes_nothing_is_no_proof(bundles: Bundles, kind: type) -> None:
    other = next(entry for entry in bundles.day.ledger.entries if isinstance(entry.event, kind))
    for name in (other.sha256, "ab" * 32):
        with pytest.raises(Refused) as refused:
            gather(bundles.day.ledger, name)
        assert refused.value.kind is problems.NOT_FOUND


def test_without_its_shift_or_its_route_a_proof_is_incomplete() -> None:
    day = Day()
    failed = e.StopFailed(ROUTE, "T3", e.Failure.CLOSED, "", None)
    proof = day.ledger.append(day.handheld, failed, at(10))
    with pytest.raises(Refused, match="ShiftStarted"):
        gather(day.ledger, proof)
    day = Day()
    day.ledger.append(day.handheld, e.ShiftStarted(ROUTE, 1, "D1", "V1", "ab" * 32, None), at(6))
    proof = day.ledger.append(day.handheld, failed, at(10))
    with pytest.raises(Refused, match="RoutePublished"):
        gather(day.ledger, proof)


def test_a_stop_that_the_published_route_does_not_have_is_incomplete() -> None:
    day = Day()
    day.decides(e.DeviceEnrolled(DEVICE, day.handheld.signer.public_key(), "7"), at(5))
    published = day.decides(e.RoutePublished(day.route, DEVICE, "d"), at(5))
    day.ledger.append(day.handheld, e.ShiftStarted(ROUTE, 1, "D1", "V1", published, None), at(6))
    proof = day.ledger.append(day.handheld, e.StopFailed(ROUTE, "T9", e.Failure.CLOSED, "", None), at(10))
    with pytest.raises(Refused, match="T9"):
        gather(day.ledger, proof)


# newer versions of the route ---------------------------------------------------------------------------------------------

T1, T2 = story.route().stops
ADDED = msgspec.structs.replace(story.stop(3, [story.line("L9", 2, "K")]), number=2)


def revised_day(*stops: Stop, told: bool = True) -> tuple[MemoryLedger, str]:
    """A day whose route got other stops while the vehicle was on its way to T1, and the proof of a stop that failed then:
    the added one where the handheld was ``told``, T1 where it was not."""
    ledger = MemoryLedger()
    handheld = Chain("H1", KeySigner(b"h" * 32))
    first = ledger.append(ledger.server, e.RoutePublished(story.route(), "H1", "d"), story.at(-60))
    for event, moment, _ in Story().depart().told:
        if isinstance(event, e.ShiftStarted):
            event = msgspec.structs.replace(event, published=first)
        ledger.append(handheld, event, moment)
    newer = msgspec.structs.replace(story.route(), version=2, stops=stops)
    second = ledger.append(ledger.server, e.RoutePublished(newer, "H1", "d"), story.at(30))
    where = "T1"
    if told:
        ledger.append(handheld, e.RouteRevised(story.R, 2, second), story.at(31))
        where = "T3"
    ledger.append(handheld, e.IncidentReported(story.R, e.Incident.TRAFFIC, "", (), None), story.at(39))
    ledger.append(handheld, story.arrived(where), story.at(40))
    proof = ledger.append(handheld, story.failed(where), story.at(41))
    ledger.append(handheld, e.IncidentReported(story.R, e.Incident.SPILL, "", (), None), story.at(50))
    return ledger, proof


def test_a_stop_that_was_added_on_the_road_is_proved_with_the_version_that_added_it() -> None:
    evidence = gather(*revised_day(T1, ADDED, T2))
    assert evidence.stop == ADDED
    assert kinds(evidence)["RoutePublished"] == 2
    assert kinds(evidence)["RouteRevised"] == 1
    assert evidence.folded.refused == ()


def test_a_withdrawn_stop_is_proved_with_the_version_that_the_driver_had() -> None:
    evidence = gather(*revised_day(T2, told=False))
    assert evidence.stop == T1
    assert kinds(evidence)["RoutePublished"] == 1


def test_what_happened_on_the_road_belongs_to_the_stops_that_come_after_it() -> None:
    evidence = gather(*revised_day(T1, ADDED, T2))
    reported = [entry.event for entry in evidence.of(e.IncidentReported)]
    assert [event.kind for event in reported if isinstance(event, e.IncidentReported)] == [e.Incident.TRAFFIC]
    [said] = [one for one in incidents(evidence, "zh") if one.title == "途中事件"]
    assert said.text == "交通拥堵"
