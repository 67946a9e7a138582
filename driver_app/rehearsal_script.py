"""What a rehearsal plays, as JSON: who signs where, what goes wrong, and where the hands stop to have the app killed."""

import msgspec


class Receiver(msgspec.Struct, frozen=True):
    """Who signs at a site."""

    name: str
    role: str
    staff: str


class Visit(msgspec.Struct, frozen=True):
    """What happens at a site. ``failure`` is one of the app's reasons, or empty; ``language`` is switched to on arrival."""

    receiver: Receiver
    failure: str = ""
    photo: bool = False
    language: str = ""


class Hold(msgspec.Struct, frozen=True):
    """Where the hands stop and do nothing more: somebody is about to kill the app."""

    number: int
    screen: str


class Goods(msgspec.Struct, frozen=True):
    """What is known once the route is: the codes printed on each line's packs, and what happens at each stop, by id.

    At the stop numbered ``call``, before it is left, dispatch rings (0: nowhere): the driver waits for its ``answer``, the
    version of the route to be fetched (0: everything stays).
    """

    packs: dict[str, list[str]]
    visits: dict[str, Visit]
    hold: Hold | None = None
    call: int = 0
    answer: int | None = None


class Script(msgspec.Struct, frozen=True):
    """A day. ``goods`` is the file with its :class:`Goods`, ``pace`` the one with the pace of the rehearsal's clock, which
    the driver sets; on the road it runs ``speed`` times faster than usual."""

    enrolment: str
    handheld: str
    pin: str
    goods: str
    pace: str
    speed: float = 1.0
