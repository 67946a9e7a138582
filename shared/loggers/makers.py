"""Every maker that is read here: the one table, and what is looked up in it.

A maker's plug-in is one module with a ``PLUGIN``; a new one is a module and a line here (``docs/loggers.md``).
"""

from datetime import datetime, timedelta

from shared import problems
from shared.errors import Refused
from shared.loggers import (
    bluemaestro,
    bthome,
    efento,
    ela,
    ess,
    laird,
    minew,
    pvvx,
    ruuvi,
    sensorpro,
    thermobeacon,
)
from shared.loggers.history import Download, Point
from shared.loggers.plugin import Decoder, History, Plugin, Start, Uart

PLUGINS: tuple[Plugin, ...] = (
    ruuvi.PLUGIN,
    bluemaestro.PLUGIN,
    laird.PLUGIN,
    bthome.PLUGIN,
    ess.PLUGIN,
    pvvx.PLUGIN,
    efento.PLUGIN,
    ela.PLUGIN,
    minew.PLUGIN,
    thermobeacon.PLUGIN,
    sensorpro.PLUGIN,
)
COMPANIES: dict[int, Decoder] = {code: decoder for plugin in PLUGINS for code, decoder in plugin.companies.items()}
"""Who reads the manufacturer specific data of which company identifier."""
SERVICES: dict[str, Decoder] = {uuid: decoder for plugin in PLUGINS for uuid, decoder in plugin.services.items()}
"""Who reads the service data of which UUID."""
HISTORIES: dict[str, History] = {
    plugin.names[0].value: plugin.history for plugin in PLUGINS if plugin.history is not None
}
"""The makers whose memory can be downloaded, by the name they have in :class:`shared.work.Logger`."""
UARTS: tuple[Uart, ...] = tuple({history.uart.service: history.uart for history in HISTORIES.values()}.values())
"""Every byte pipe that one of them speaks over."""


def begin(
    maker: str,
    *,
    now: datetime,
    point: Point,
    interval: int,
    whole: bool = False,
    shift: timedelta = timedelta(),
    erase: bool = False,
) -> Download:
    """A fresh attempt to read a logger's memory.

    Args:
        maker: one of :data:`HISTORIES`.
        now: the handheld's clock at this moment, an aware instant.
        point: what is durable already.
        interval: how often the logger records, s.
        whole: ask again for everything that is wanted, not only for what is newer than the newest reading.
        shift: how far the handheld's clock was moved since the known readings were taken.
        erase: let the logger forget what was fetched, once it is durable (where it can be told so).

    Raises:
        Refused: LOGGER_NO_HISTORY where no history of ``maker`` is read here.
    """
    history = HISTORIES.get(maker)
    if history is None:
        raise Refused(problems.LOGGER_NO_HISTORY, value=maker)
    return history.begin(Start(now, point, interval, whole, shift, erase))
