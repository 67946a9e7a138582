"""When two verdicts say the same, and when they do not."""

from datetime import timedelta

import msgspec
import pytest

from server.proof.judging import difference, series_from
from shared.coldchain.excursions import Gap
from shared.coldchain.verdict import Conformity, Verdict
from shared.custody import events as e
from tests.server.proof.conftest import Bundles
from tests.server.proof.day import at, segment


@pytest.fixture(scope="module")
def warm(bundles: Bundles) -> Verdict:
    """The verdict of the refused line: one excursion."""
    shown = [entry.event for entry in bundles.day.ledger.entries if isinstance(entry.event, e.VerdictShown)]
    return next(one.verdict for event in shown for one in event.verdicts if one.line_id == "L4")


def test_a_verdict_is_the_same_as_itself(warm: Verdict) -> None:
    assert difference(warm, warm) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("conformity", Conformity.CONFORMANT),
        ("start", at(1)),
        ("end", at(23)),
        ("readings", 7),
        ("derived", False),
        ("loggers", ("LG-X",)),
        ("gaps", (Gap("LG-C", at(8), at(9)),)),
        ("uncalibrated", ("LG-C",)),
        ("lowest", 3.7),
        ("highest", 11.18),
        ("first", None),
        ("last", 4.5),
        ("mkt", 5.7),
        ("mkt", None),
        ("excursions", ()),
    ],
)
def test_every_field_of_a_verdict_counts(warm: Verdict, field: str, value: object) -> None:
    changed = msgspec.structs.replace(warm, **{field: value})
    found = difference(changed, warm)
    assert found is not None
    assert found.startswith(field)


@pytest.mark.parametrize(("field", "value"), [("peak", 9.9), ("readings", 1), ("start", at(8)), ("logger_id", "LG-A")])
def test_every_field_of_an_excursion_counts(warm: Verdict, field: str, value: object) -> None:
    (excursion,) = warm.excursions
    changed = msgspec.structs.replace(warm, excursions=(msgspec.structs.replace(excursion, **{field: value}),))
    found = difference(changed, warm)
    assert found is not None
    assert found.startswith("excursion")


@pytest.mark.parametrize(("field", "step"), [("highest", 1e-9), ("mkt", 1e-6)])
def test_the_last_bits_of_arithmetic_do_not_count(warm: Verdict, field: str, step: float) -> None:
    """Two processors may round exp and log differently; no reading differs by less than a hundredth."""
    assert difference(msgspec.structs.replace(warm, **{field: getattr(warm, field) + step}), warm) is None


def test_segments_join_into_one_series_and_what_was_sealed_first_stands() -> None:
    first = segment("LG-A", at(7), at(8))
    overlap = msgspec.structs.replace(segment("LG-A", at(7, 30), at(9)), interval=300)
    other = msgspec.structs.replace(overlap, temperatures=tuple(9900 for _ in overlap.temperatures))
    joined = series_from([first, other])["LG-A"]
    assert joined.interval == 60
    assert len(joined.readings) == 121
    by_time = {reading.at: reading.temperature for reading in joined.readings}
    assert by_time[at(7, 45)] != 99.0
    assert by_time[at(8, 1)] == 99.0
    assert [r.at for r in joined.readings] == [at(7) + timedelta(minutes=m) for m in range(121)]


def test_no_value_stays_none() -> None:
    none = msgspec.structs.replace(segment("LG-A", at(7), at(7)), temperatures=(None,), humidities=(None,))
    (reading,) = series_from([none])["LG-A"].readings
    assert (reading.temperature, reading.humidity) == (None, None)
