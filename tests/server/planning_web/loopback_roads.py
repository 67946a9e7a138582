"""A road router on loopback that speaks Valhalla's protocol and knows straight roads only, for pages that ask one."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from shared.geo import Position, distance

MADE = 1_790_812_800
"""2026-10-01, UTC."""


def encoded(places: list[Position]) -> str:
    """A polyline with six decimals."""
    text, before = "", (0, 0)
    for place in places:
        now = (round(place.lat * 1e6), round(place.lon * 1e6))
        for step in (now[0] - before[0], now[1] - before[1]):
            value = ~(step << 1) if step < 0 else step << 1
            while value >= 32:
                text, value = text + chr((32 | value & 31) + 63), value >> 5
            text += chr(value + 63)
        before = now
    return text


def _places(locations: list[dict[str, float]]) -> list[Position]:
    return [Position(one["lat"], one["lon"]) for one in locations]


def _leg(start: Position, end: Position) -> dict[str, object]:
    km = distance(start, end) / 1000
    drive = {"type": 1, "instruction": "Drive north on 长安街.", "street_names": ["长安街"]}
    return {
        "shape": encoded([start, end]),
        "maneuvers": [
            drive | {"length": km, "begin_shape_index": 0},
            {"type": 4, "instruction": "You have arrived.", "length": 0, "begin_shape_index": 1},
        ],
    }


def answer(path: str, question: dict[str, Any]) -> object:
    """What the router says: every road is straight, and driven at 10 m/s."""
    if path == "/status":
        return {"version": "3.9.1", "tileset_last_modified": MADE}
    if path == "/locate":
        return [{"edges": [{"correlated_lat": p.lat, "correlated_lon": p.lon}]} for p in _places(question["locations"])]
    if path == "/sources_to_targets":
        sources, targets = _places(question["sources"]), _places(question["targets"])
        metres = [[distance(a, b) for b in targets] for a in sources]
        durations = [[one / 10 for one in row] for row in metres]
        distances = [[one / 1000 for one in row] for row in metres]
        return {"sources_to_targets": {"durations": durations, "distances": distances}}
    assert path == "/route"
    places = _places(question["locations"])
    return {"trip": {"legs": list(map(_leg, places, places[1:])), "language": "en-US"}}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = json.dumps(answer(self.path, question)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Says nothing."""


@contextmanager
def loopback_roads() -> Iterator[str]:
    """The address of such a router, for as long as the block lasts."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()
