"""A server that was restored from a backup has forgotten half an upload: the handheld begins that upload again."""

from collections.abc import Callable

import msgspec

from driver_app.services.ports import Response
from shared import problems
from shared.clock import ManualClock
from shared.errors import Refused
from shared.sync import Refusal
from tests.driver_app.services.day import Phone, work
from tests.driver_app.services.server import FakeServer

JPEG = b"\xff\xd8\xff\xe0" + b"jpeg" * 100_000


def forgotten(server: FakeServer, answer: Callable[[], Response]) -> Response:
    """What the real server answers when it is asked about a blob it has no row of."""
    answer()
    refused = Refused(problems.BLOB_UNKNOWN, value="x")
    return Response(refused.kind.status, {}, msgspec.json.encode(Refusal(refused.problem, server.now())))


def test_an_upload_the_server_has_forgotten_begins_again() -> None:
    clock = ManualClock(work().issued)
    server = FakeServer(clock)
    phone = Phone(clock=clock, transport=server).ready().started()
    digest = phone.services.stop.photo(JPEG)
    while not server.partial:
        phone.services.sync.step()
    server.partial.clear()
    server.faults += [lambda _server, answer: answer(), forgotten]
    for _ in range(30):
        phone.services.sync.step()
        clock.advance(1)
    assert server.blobs == {digest: JPEG}
    assert phone.services.state.status().blobs_waiting == 0
