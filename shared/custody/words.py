"""What all custody events are made of: their base, and the closed vocabularies they speak in."""

from enum import StrEnum

import msgspec


class CustodyEvent(msgspec.Struct, frozen=True, tag_field="type", tag=True):
    """The base of all events; the tag ``type`` is the class name."""


class Outcome(StrEnum):
    """What became of a line at the handover."""

    ACCEPTED = "accepted"
    PARTLY_ACCEPTED = "partly_accepted"
    REFUSED = "refused"


class Reason(StrEnum):
    """Why goods were not (all) accepted."""

    TEMPERATURE = "temperature"
    DAMAGED = "damaged"
    WRONG_GOODS = "wrong_goods"
    EXPIRED = "expired"
    SHORT = "short"
    OVER = "over"
    DOCUMENTS = "documents"
    RECALLED = "recalled"
    OTHER = "other"


class Failure(StrEnum):
    """Why a stop failed."""

    CLOSED = "closed"
    NOBODY = "nobody"
    NO_ACCESS = "no_access"
    REFUSED_ALL = "refused_all"
    OTHER = "other"


class ArrivedBy(StrEnum):
    """How arrival was noticed."""

    GEOFENCE = "geofence"
    HAND = "hand"


class Entry(StrEnum):
    """How a code came in; typing is the last resort and stays marked."""

    CAMERA = "camera"
    SCANNER = "scanner"
    TYPED = "typed"
