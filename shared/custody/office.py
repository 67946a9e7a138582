"""Custody events of the server's own chain: what surrounds a journey and is no step of it."""

from shared.custody.words import CustodyEvent
from shared.work import Route


class DeviceEnrolled(CustodyEvent, frozen=True):
    """A handheld's public key became known."""

    device: str
    public_key: bytes
    name: str


class DeviceRevoked(CustodyEvent, frozen=True):
    """A handheld may write no more."""

    device: str
    reason: str
    by: str


class RoutePublished(CustodyEvent, frozen=True):
    """A route as it was given to a driver, whole: orders, lines, vehicles, loggers and their qualifications that day."""

    route: Route
    device: str
    by: str


class DepartureOverridden(CustodyEvent, frozen=True):
    """A dispatcher let a route depart although a problem stood against it."""

    route_id: str
    problem: int
    subject: str
    reason: str
    by: str


class LotRecalled(CustodyEvent, frozen=True):
    """A lot was recalled."""

    product_id: str
    lot: str
    reason: str
    by: str


class CorrectionMade(CustodyEvent, frozen=True):
    """Somebody says that an earlier event is wrong, and why. The earlier event stays."""

    record: str
    reason: str
    by: str


class MessagePosted(CustodyEvent, frozen=True):
    """Dispatch wrote to the driver of a route."""

    route_id: str
    message_id: str
    text: str
    by: str
