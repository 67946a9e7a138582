"""What the app is made of, below its screens."""

from dataclasses import dataclass
from pathlib import Path

from driver_app.hardware.choose import Hardware, choose
from driver_app.journal.sqlite import SqliteJournal
from driver_app.options import Options
from driver_app.services.bootstrap import Ports, Services, build
from driver_app.services.coldbox import ColdBox
from driver_app.services.ports import Transport
from driver_app.version import VERSION


@dataclass(frozen=True)
class Parts:
    """The services, the device, the downloads, and the folder for what the app may write; tests hand in their own."""

    services: Services
    hardware: Hardware
    coldbox: ColdBox
    data: Path


def compose(options: Options) -> Parts:
    """Build everything below the screens.

    Raises:
        Refused: KEYSTORE, JOURNAL_DAMAGED or DISK_FULL.
    """
    options.data.mkdir(parents=True, exist_ok=True)
    hardware = choose(options.data, options.clock, virtual=options.virtual)
    journal = SqliteJournal(options.data / "journal.db")
    services = build(
        Ports(
            journal=journal,
            clock=options.clock,
            pace=options.pace,
            keystore=hardware.keystore,
            connect=lambda url: _transport(options.server or url),
            app=VERSION,
        )
    )
    return Parts(services, hardware, ColdBox(hardware.radio, options.clock, services.readings, journal), options.data)


def _transport(url: str) -> Transport:
    """A way to the server. Its library is read with the first request: no screen waits for it."""
    from driver_app.services.http import HttpTransport

    return HttpTransport(url)
