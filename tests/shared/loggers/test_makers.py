"""Choosing how a logger is read by the name of its maker."""

from datetime import UTC, datetime

import pytest

from shared import problems
from shared.errors import Refused
from shared.loggers import nordic_uart
from shared.loggers.bluemaestro import BlueMaestroDownload
from shared.loggers.history import Point
from shared.loggers.makers import begin
from shared.loggers.ruuvi import RuuviDownload
from shared.loggers.service_data import full_uuid
from shared.loggers.values import address_bytes, address_text

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(("maker", "kind"), [("ruuvi", RuuviDownload), ("bluemaestro", BlueMaestroDownload)])
def test_each_maker_has_its_download(maker: str, kind: type) -> None:
    assert isinstance(begin(maker, now=NOW, point=Point(), interval=60), kind)


def test_a_maker_without_a_history_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        begin("bthome", now=NOW, point=Point(), interval=60)
    assert refusal.value.kind is problems.FRAME_UNKNOWN


def test_the_uart_uuids_are_in_the_form_that_stacks_compare() -> None:
    for uuid in (nordic_uart.SERVICE, nordic_uart.RX, nordic_uart.TX):
        assert full_uuid(uuid) == uuid


def test_an_address_goes_to_bytes_and_back() -> None:
    assert address_text(address_bytes("cb:b8:33:4c:88:4f")) == "CB:B8:33:4C:88:4F"
