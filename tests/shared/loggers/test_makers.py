"""Choosing how a logger is read by the name of its maker."""

from datetime import UTC, datetime

import pytest

from shared import problems
from shared.errors import Refused
from shared.loggers import nordic_uart
from shared.loggers.bluemaestro import BlueMaestroDownload
from shared.loggers.history import Point
from shared.loggers.laird import LairdDownload
from shared.loggers.makers import COMPANIES, HISTORIES, PLUGINS, SERVICES, UARTS, begin
from shared.loggers.ruuvi import RuuviDownload
from shared.loggers.values import Maker, address_bytes, address_text, full_uuid

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("maker", "kind"), [("ruuvi", RuuviDownload), ("bluemaestro", BlueMaestroDownload), ("laird", LairdDownload)]
)
def test_each_maker_has_its_download(maker: str, kind: type) -> None:
    assert isinstance(begin(maker, now=NOW, point=Point(), interval=60), kind)


def test_a_maker_without_a_history_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        begin("bthome", now=NOW, point=Point(), interval=60)
    assert refusal.value.kind is problems.LOGGER_NO_HISTORY


def test_every_maker_is_in_the_table_once() -> None:
    assert sorted(name for plugin in PLUGINS for name in plugin.names) == sorted(Maker)


def test_no_two_makers_read_the_same_company_or_service() -> None:
    assert len(COMPANIES) == sum(len(plugin.companies) for plugin in PLUGINS)
    assert len(SERVICES) == sum(len(plugin.services) for plugin in PLUGINS)


def test_makers_that_share_a_pipe_name_it_once() -> None:
    assert {uart.service for uart in UARTS} == {history.uart.service for history in HISTORIES.values()}
    assert len(UARTS) == 2


def test_the_uart_uuids_are_in_the_form_that_stacks_compare() -> None:
    assert nordic_uart.UART in UARTS
    for uuid in [uuid for uart in UARTS for uuid in (uart.service, uart.rx, uart.tx)] + list(SERVICES):
        assert full_uuid(uuid) == uuid


def test_an_address_goes_to_bytes_and_back() -> None:
    assert address_text(address_bytes("cb:b8:33:4c:88:4f")) == "CB:B8:33:4C:88:4F"
