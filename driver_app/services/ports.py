"""What the services need from outside, besides the journal and the clock."""

from collections.abc import Mapping
from typing import Protocol

import msgspec


class Response(msgspec.Struct, frozen=True):
    """An answer, from whoever answered: until a signature says otherwise it may be anybody's."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport(Protocol):
    """A way to one server."""

    def request(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Response:
        """Ask the server; ``path`` includes the query string and is relative to the server's URL. Redirects are not followed.

        Raises:
            Refused: SYNC_UNREACHABLE where no whole answer came, in bounded time.
        """
        ...
