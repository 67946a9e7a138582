"""The network of the sync property: between the handheld and the server stands everything that stands there in a hospital.

Requests and answers get lost, come twice, late, cut at any byte; portals answer in the server's place, some of them by
imitating it. Nothing of it may make the handheld believe something, or the server hold something twice.
"""

import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import msgspec

from driver_app.services.ports import Response
from shared import problems, sync
from shared.checkpoint import Checkpoint, make_proof, sign_checkpoint
from shared.custody.envelope import RECEIPT_TYPE, WORK_TYPE, Envelope, seal
from shared.errors import Problem, Refused
from shared.keys import KeySigner
from shared.merkle import Tree, leaf_hash
from shared.work import Work
from tests.journeys.sync_phone import Killed
from tests.journeys.sync_route import route
from tests.journeys.sync_server import House, ServerDied

STRANGER = KeySigner(b"x" * 32)
ORIGIN = "handover.test/ledger"


@dataclass(frozen=True)
class Request:
    """A request on its way."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class Network:
    """A transport to a house. ``fault`` names what happens to the next request of kind ``upon`` (empty: of any); after it the
    network is well again."""

    def __init__(self, house: House, rng: random.Random, die: Callable[[], None]) -> None:
        self.house, self._rng, self._die = house, rng, die
        self.fault = self.upon = ""
        self.delayed: list[Request] = []
        self._answers: dict[str, Response] = {}
        self._indexes: dict[int, Envelope] = {}

    def request(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Response:
        """The transport's one method."""
        request = Request(method, path, headers, body)
        if not self.fault or self.upon not in ("", kind_of(request)):
            return self.pass_on(request)
        fault, self.fault = self.fault, ""
        return FAULTS[fault](self, request)

    def pass_on(self, request: Request) -> Response:
        """To the server and back."""
        try:
            answer = self.house.answer(request.method, request.path, request.headers, request.body)
        except ServerDied:
            if self._rng.random() < 0.3:
                return Response(502, {}, b"<html>502 Bad Gateway</html>")  # a proxy stands before it
            raise _unreachable("the server died") from None
        self._listen(request, answer)
        return answer

    def deliver_delayed(self) -> None:
        """What was held up arrives now, in any order; nobody waits for the answers any more."""
        late, self.delayed = self.delayed, []
        self._rng.shuffle(late)
        for request in late:
            with suppress(Refused):  # the server may be down again
                self.pass_on(request)

    def _listen(self, request: Request, answer: Response) -> None:
        """Whoever stands between can keep what he hears, to play it back or to imitate it."""
        if answer.status not in (200, 201):
            return
        self._answers[kind_of(request)] = answer
        if kind_of(request) == "events":
            sent = {e.sha256: e for e in msgspec.json.decode(request.body, type=sync.Push).envelopes}
            receipt = msgspec.json.decode(msgspec.json.decode(answer.body, type=Envelope).payload, type=sync.Receipt)
            self._indexes.update({a.index: sent[a.sha256] for a in receipt.accepted})

    # what can happen -----------------------------------------------------------------------------------------------------

    def lost_before(self, _request: Request) -> Response:
        raise _unreachable("request lost")

    def lost_after(self, request: Request) -> Response:
        self.pass_on(request)
        raise _unreachable("answer lost")

    def twice_first(self, request: Request) -> Response:
        """A proxy repeats the request, and gives back the first answer."""
        answer = self.pass_on(request)
        self.pass_on(request)
        return answer

    def twice_second(self, request: Request) -> Response:
        """A proxy repeats the request, and gives back the second answer: the refusal of a replay."""
        self.pass_on(request)
        return self.pass_on(request)

    def late(self, request: Request) -> Response:
        self.delayed.append(request)
        raise _unreachable("held up")

    def cut_request(self, request: Request) -> Response:
        body = request.body[: self._rng.randrange(len(request.body))] if request.body else b"?"
        return self.pass_on(Request(request.method, request.path, request.headers, body))

    def cut_answer(self, request: Request) -> Response:
        answer = self.pass_on(request)
        end = self._rng.randrange(len(answer.body)) if answer.body else 0
        return Response(answer.status, answer.headers, answer.body[:end])

    def bent_answer(self, request: Request) -> Response:
        """One byte of the answer is another."""
        answer = self.pass_on(request)
        body = bytearray(answer.body or b" ")
        place = self._rng.randrange(len(body))
        body[place] ^= self._rng.randrange(1, 256)
        return Response(answer.status, answer.headers, bytes(body))

    def portal(self, _request: Request) -> Response:
        return Response(200, {"Content-Type": "text/html"}, b"<html><body>Welcome to Hospital WiFi</body></html>")

    def portal_json(self, _request: Request) -> Response:
        return Response(
            self._rng.choice((200, 201)), {}, self._rng.choice((b'{"ok":true}', b"{}", b"[]", b"null", b""))
        )

    def redirect(self, _request: Request) -> Response:
        return Response(302, {"Location": "http://login.example"}, b"")

    def failure(self, _request: Request) -> Response:
        return Response(self._rng.choice((500, 502, 503)), {}, b"<html>Internal Server Error</html>")

    def false_refusal(self, request: Request) -> Response:
        """Somebody imitates a refusal of ours, and perhaps lies about the time."""
        kind = self._rng.choice((problems.SYNC_STALE, problems.SYNC_UNAUTHORISED, problems.SYNC_REPLAYED))
        away = timedelta(seconds=self._rng.randrange(-90_000, 90_000))
        refusal = sync.Refusal(Problem(kind.number, {"value": "1"}), self.house.clock.now() + away)
        return Response(401, {}, msgspec.json.encode(refusal))

    def replayed_answer(self, request: Request) -> Response:
        """A true answer of the server, to an earlier question of this kind."""
        kept = self._answers.get(kind_of(request))
        if kept is None:
            raise _unreachable("nothing to play back")
        if self._rng.random() < 0.5:
            self.pass_on(request)
        return kept

    def forged(self, request: Request) -> Response:
        """Somebody in between answers what the handheld would love to hear, under a key of his own."""
        match kind_of(request):
            case "events":
                return self._forged_receipt(request)
            case "blobs":
                return self._forged_blob_receipt(request)
            case "seals":
                return self._forged_seals(request)
            case "work":
                device = request.headers[sync.HEADER_DEVICE]
                work = Work(device, self.house.clock.now() + timedelta(days=1), route("stranger"), ())
                return _sealed(msgspec.json.encode(work), WORK_TYPE)
        answer = self.pass_on(request)
        enrolled = msgspec.json.decode(answer.body, type=sync.Enrolled)
        other = msgspec.structs.replace(enrolled, server_key=STRANGER.public_key())
        return Response(200, {}, msgspec.json.encode(other))

    def _forged_receipt(self, request: Request) -> Response:
        push = msgspec.json.decode(request.body, type=sync.Push)
        accepted = tuple(sync.Accepted(_seq(e), e.sha256, n) for n, e in enumerate(push.envelopes))
        after = accepted[-1].seq + 1 if accepted else 1
        receipt = sync.Receipt(push.device, push.nonce, accepted, (), after, self.house.clock.now())
        return _sealed(msgspec.json.encode(receipt), RECEIPT_TYPE)

    def _forged_blob_receipt(self, request: Request) -> Response:
        url = urlsplit(request.path)
        size = int(parse_qs(url.query).get("size", ["1"])[0])
        device, nonce = request.headers[sync.HEADER_DEVICE], request.headers[sync.HEADER_NONCE]
        digest = url.path.split("/")[3]
        receipt = sync.BlobReceipt(device, nonce, digest, size, self.house.clock.now())
        return _sealed(msgspec.json.encode(receipt), RECEIPT_TYPE, 201)

    def _forged_seals(self, request: Request) -> Response:
        seals = []
        for index in msgspec.json.decode(request.body, type=sync.SealRequest).indexes:
            tree = Tree([leaf_hash(b"%d" % n) for n in range(index)])
            if index in self._indexes:
                tree.append(leaf_hash(self._indexes[index].encode()))
                note = sign_checkpoint(Checkpoint(ORIGIN, index + 1, tree.root()), STRANGER)
                seals.append(sync.Seal(index, make_proof(index, tree.inclusion_proof(index), note).text()))
        return Response(200, {}, msgspec.json.encode(sync.Seals(tuple(seals))))

    def app_dies_before(self, _request: Request) -> Response:
        """The handheld's process is killed while it waits for a request that never arrived."""
        self._die()
        raise Killed

    def app_dies_after(self, request: Request) -> Response:
        """The handheld's process is killed while it waits for the answer to a request that did arrive."""
        self.pass_on(request)
        self._die()
        raise Killed


FAULTS: Mapping[str, Callable[[Network, Request], Response]] = {
    fault.__name__: fault
    for fault in (
        Network.lost_before,
        Network.lost_after,
        Network.twice_first,
        Network.twice_second,
        Network.late,
        Network.cut_request,
        Network.cut_answer,
        Network.bent_answer,
        Network.portal,
        Network.portal_json,
        Network.redirect,
        Network.failure,
        Network.false_refusal,
        Network.replayed_answer,
        Network.forged,
        Network.app_dies_before,
        Network.app_dies_after,
    )
}


class _Numbered(msgspec.Struct):
    seq: int


def _seq(envelope: Envelope) -> int:
    return msgspec.json.decode(envelope.payload, type=_Numbered).seq


def kind_of(request: Request) -> str:
    """``enrol``, ``events``, ``work``, ``seals`` or ``blobs``."""
    return urlsplit(request.path).path.split("/")[2]


def _unreachable(why: str) -> Refused:
    return Refused(problems.SYNC_UNREACHABLE, value=why)


def _sealed(payload: bytes, kind: str, status: int = 200) -> Response:
    return Response(status, {}, msgspec.json.encode(seal(payload, kind, STRANGER)))
