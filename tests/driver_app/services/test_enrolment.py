"""Enrolling, over a transport and over real HTTP on the loopback."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec
import pytest

from driver_app.services.http import LARGEST, HttpTransport
from driver_app.services.ports import Response
from driver_app.services.step import StepKind
from shared import problems
from shared.clock import ManualClock
from shared.codes import own
from shared.keys import KeySigner
from tests.driver_app.services.day import DEVICE, NIGHT, ORIGIN, QR, SERVER, Phone, refusing, signed, work
from tests.driver_app.services.server import FakeServer, answer_lost, captive_portal, request_lost


@pytest.fixture
def phone() -> Phone:
    clock = ManualClock(NIGHT)
    return Phone(clock=clock, transport=FakeServer(clock))


def test_a_qr_code_makes_a_handheld_known_and_pins_whom_it_believes(phone: Phone) -> None:
    seen: list[StepKind] = []
    phone.services.steps.subscribe(lambda step: seen.append(step.kind))
    assert phone.services.enrolment.read(QR).organisation == "演示 Demo"
    identity = phone.services.enrolment.enrol(f" {QR}\n", " H-7 ")
    assert (identity.device, identity.origin, identity.server_key) == (DEVICE, ORIGIN, SERVER.public_key())
    assert (identity.url, identity.name) == ("http://127.0.0.1:8000", "H-7")
    assert seen == [StepKind.SIGN_IN]
    assert phone.restart().enrolment.identity == identity


@pytest.mark.parametrize(
    "text", ["", "HANDOVER1:E:x", "(01)06901234567892", own.ReceiptCode("0" * 64, "p", "http://a").text]
)
def test_what_is_no_enrolment_code_is_refused(phone: Phone, text: str) -> None:
    assert refusing(phone.services.enrolment.enrol, text, "H").problem.number // 1000 == 1
    assert phone.services.enrolment.identity is None


def test_a_code_that_was_used_is_refused_by_the_server(phone: Phone) -> None:
    assert isinstance(phone.transport, FakeServer)
    phone.transport.codes.clear()
    assert refusing(phone.services.enrolment.enrol, QR, "H").kind is problems.ENROLMENT_CODE
    assert phone.services.steps.current().kind is StepKind.ENROL


def test_an_answer_with_another_key_than_the_codes_is_not_believed(phone: Phone) -> None:
    assert isinstance(phone.transport, FakeServer)
    phone.transport.signer = KeySigner(b"m" * 32)
    assert refusing(phone.services.enrolment.enrol, QR, "H").kind is problems.SYNC_RECEIPT_FORGED
    assert phone.services.enrolment.identity is None


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (request_lost, problems.SYNC_UNREACHABLE),
        (answer_lost, problems.SYNC_UNREACHABLE),
        (captive_portal, problems.SYNC_NOT_OURS),
        (lambda _server, _answer: Response(503, {}, b"busy"), problems.SYNC_NOT_OURS),
    ],
)
def test_enrolling_can_be_tried_again_after_anything(phone: Phone, fault: object, kind: object) -> None:
    assert isinstance(phone.transport, FakeServer)
    phone.transport.faults.append(fault)  # type: ignore[arg-type]
    assert refusing(phone.services.enrolment.enrol, QR, "H").kind is kind
    assert phone.services.enrolment.enrol(QR, "H").device == DEVICE


def test_a_handheld_that_has_recorded_stays_who_it_is(phone: Phone) -> None:
    phone.ready()
    assert phone.services.enrolment.enrol(QR, "H").device == DEVICE  # nothing recorded yet
    phone.started()
    refused = refusing(phone.services.enrolment.enrol, QR, "H")
    assert (refused.kind, refused.problem.values["value"]) == (problems.DUPLICATE, DEVICE)


# over HTTP ------------------------------------------------------------------------------------------------------------


class Handler(BaseHTTPRequestHandler):
    """The fake server behind a real socket, with a few doors that lead nowhere."""

    server: "Loopback"

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        match self.path:
            case "/cut":
                self.send_response(200)
                self.send_header("Content-Length", "100")
                self.end_headers()
                self.wfile.write(b"half")
                return
            case "/flood":
                self._send(Response(200, {}, bytes(LARGEST + 1)))
                return
            case "/redirect":
                self._send(Response(302, {"Location": "/flood"}, b""))
                return
        self._send(self.server.fake.request(self.command, self.path, dict(self.headers), body))

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        self.wfile.write(response.body)

    do_GET = do_POST = do_PUT = _serve  # noqa: N815  (the names the standard library calls)

    def log_message(self, format: str, *args: object) -> None:
        """Tests say what they have to say themselves."""


class Loopback(ThreadingHTTPServer):
    def __init__(self, fake: FakeServer) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.fake = fake

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up on a flood is what is tested."""


@pytest.fixture
def loopback(phone: Phone) -> Iterator[Loopback]:
    assert isinstance(phone.transport, FakeServer)
    server = Loopback(phone.transport)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_day_goes_over_real_http(phone: Phone, loopback: Loopback) -> None:
    url = f"http://127.0.0.1:{loopback.server_port}"
    transport = HttpTransport(url)
    loopback.fake.work = signed(work())
    wired = Phone(clock=phone.clock, transport=transport)
    code = own.Enrolment(url, "ABCDEF123456", own.server_key(SERVER.public_key()))
    wired.services.enrolment.enrol(code.text, "H")
    wired.services.sync.step()
    wired.services.session.sign_in("D1", "246810")
    wired.started()
    digest = wired.services.stop.photo(b"\xff\xd8" + bytes(300_000))
    for _ in range(12):
        wired.services.sync.step()
        wired.clock.advance(5)
    status = wired.services.state.status()
    assert (status.sealed, status.blobs_waiting) == (2, 0)
    assert len(loopback.fake.blobs[digest]) == 300_002
    transport.close()


def test_an_answer_that_ends_in_the_middle_is_no_answer(loopback: Loopback) -> None:
    transport = HttpTransport(f"http://127.0.0.1:{loopback.server_port}/")
    assert refusing(transport.request, "GET", "/cut", {}, b"").kind is problems.SYNC_UNREACHABLE
    assert refusing(transport.request, "GET", "/flood", {}, b"").kind is problems.SYNC_NOT_OURS
    assert transport.request("GET", "/redirect", {}, b"").status == 302
    transport.close()


def test_where_nobody_listens_the_server_is_unreachable() -> None:
    transport = HttpTransport("http://127.0.0.1:9")
    assert refusing(transport.request, "GET", "/", {}, b"").kind is problems.SYNC_UNREACHABLE
    transport.close()


def test_a_refusal_carries_its_problem_over_http(phone: Phone, loopback: Loopback) -> None:
    loopback.fake.codes.clear()
    wired = Phone(clock=phone.clock, transport=HttpTransport(f"http://127.0.0.1:{loopback.server_port}"))
    refused = refusing(wired.services.enrolment.enrol, QR, "H")
    assert refused.problem == msgspec.structs.replace(refused.problem, number=problems.ENROLMENT_CODE.number)
    assert isinstance(wired.transport, HttpTransport)
    wired.transport.close()
