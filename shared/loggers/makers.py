"""The makers whose history can be downloaded, by the name they have in :class:`shared.work.Logger`."""

from datetime import datetime, timedelta

from shared import problems
from shared.errors import Refused
from shared.loggers.bluemaestro import BlueMaestroDownload
from shared.loggers.history import Download, Point
from shared.loggers.ruuvi import RuuviDownload
from shared.loggers.values import Maker


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
        maker: ``ruuvi`` or ``bluemaestro``.
        now: the handheld's clock at this moment, an aware instant.
        point: what is durable already.
        interval: how often the logger records, s.
        whole: ask again for everything that is wanted, not only for what is newer than the newest reading.
        shift: how far the handheld's clock was moved since the known readings were taken.
        erase: let the logger forget what was fetched, once it is durable (where it needs telling).

    Raises:
        Refused: FRAME_UNKNOWN where no history of ``maker`` is read here.
    """
    if maker == Maker.RUUVI:
        return RuuviDownload(now=now, point=point, interval=interval, whole=whole, shift=shift)
    if maker == Maker.BLUE_MAESTRO:
        return BlueMaestroDownload(now=now, point=point, interval=interval, erase=erase)
    raise Refused(problems.FRAME_UNKNOWN, value=maker)
