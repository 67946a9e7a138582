"""The transport over HTTP, with httpx."""

from collections.abc import Mapping

import httpx

from driver_app.services.ports import Response
from shared import problems
from shared.errors import Refused

CONNECT = 5.0
"""Seconds (s) to reach the server."""
SILENCE = 15.0
"""Seconds (s) without a byte in either direction."""
LARGEST = 4 * 1024 * 1024
"""Bytes of an answer: more than any message of ours, so that a stranger cannot fill the memory."""


class HttpTransport:
    """One server over HTTP(S). Redirects are not followed: only captive portals send them."""

    def __init__(self, url: str, *, transport: httpx.BaseTransport | None = None) -> None:
        self._base = url.rstrip("/")
        self._client = httpx.Client(
            timeout=httpx.Timeout(SILENCE, connect=CONNECT),
            follow_redirects=False,
            headers={"User-Agent": "handover"},
            transport=transport,
        )

    def request(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Response:
        sent = {**headers, "Content-Type": "application/json" if method == "POST" else "application/octet-stream"}
        try:
            with self._client.stream(method, self._base + path, headers=sent, content=body) as answer:
                content = bytearray()
                for piece in answer.iter_bytes():
                    content += piece
                    if len(content) > LARGEST:
                        raise Refused(problems.SYNC_NOT_OURS, value=f"> {LARGEST} bytes")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Refused(problems.SYNC_UNREACHABLE, value=f"{self._base} ({type(error).__name__})") from error
        return Response(answer.status_code, dict(answer.headers), bytes(content))

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()
