"""Damage that the journal's own checks cannot see is said as well, with the event or the name it concerns."""

import msgspec
import pytest

from driver_app.journal.memory import MemoryJournal
from driver_app.journal.ports import Head
from driver_app.journal.soundness import check_entries
from driver_app.services.decisions import check_decision, outcome_for
from driver_app.services.recording import record_of
from shared import problems
from shared.custody import events as e
from shared.custody.journey import LineState
from tests.driver_app.services.day import ROUTE, Phone, refusing


@pytest.fixture
def phone() -> Phone:
    return Phone().ready()


@pytest.mark.parametrize("key", ["identity", "session", "language", "sync.flags", "clock.offset"])
def test_a_setting_that_cannot_be_read_stops_the_start_and_is_named(phone: Phone, key: str) -> None:
    phone.journal.put_setting(key, b"\xff")
    refused = refusing(phone.restart)
    assert refused.kind is problems.JOURNAL_DAMAGED
    assert key in refused.problem.values["reason"]


def test_a_draft_that_cannot_be_read_is_named(phone: Phone) -> None:
    phone.started().checked().precooled().loaded().departed().at_stop("S1")
    phone.journal.put_draft("stop.S1.decisions", b"[]")
    refused = refusing(phone.services.stop.decisions)
    assert refused.kind is problems.JOURNAL_DAMAGED
    assert "decisions" in refused.problem.values["reason"]


def test_an_entry_that_is_no_record_is_named_by_its_number(phone: Phone) -> None:
    phone.started()
    entry = msgspec.structs.replace(phone.journal.entries()[0], envelope=b"{}")
    refused = refusing(record_of, entry)
    assert (refused.kind, refused.problem.values["value"]) == (problems.JOURNAL_DAMAGED, "1")


def test_a_missing_entry_is_named_by_its_number(phone: Phone) -> None:
    phone.started().checked()
    refused = refusing(check_entries, Head(), phone.journal.entries(after=1))
    assert refused.problem.values == {"value": "1", "reason": "missing, 2 follows"}


class Forgetful(MemoryJournal):
    """Loses the record that a verdict was shown under."""

    forget = False

    def entry(self, sha256: str) -> None:  # type: ignore[override]
        return None if self.forget else super().entry(sha256)  # type: ignore[return-value]


def test_a_verdict_whose_record_is_gone_is_damage_and_is_not_shown_anew() -> None:
    journal = Forgetful()
    phone = Phone(journal).on_the_road().at_the_receiver("S1")
    journal.forget = True
    assert refusing(phone.services.stop.show).kind is problems.JOURNAL_DAMAGED
    assert len(phone.events(e.VerdictShown)) == 1


def test_more_than_is_on_board_cannot_be_refused(phone: Phone) -> None:
    """Three on the note, none loaded: there is nothing to refuse, it is short."""
    line = ROUTE.stops[0].lines()[0]
    outcome = outcome_for(line, accepted=0, refused=3, reason=e.Reason.DAMAGED)
    refused = refusing(check_decision, line, LineState(loaded=2, unloaded=2), outcome)
    assert refused.kind is problems.OUTCOME_QUANTITY
