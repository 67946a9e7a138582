"""The road between handheld and server in a rehearsal: a TCP relay that can be closed, as a network is in a basement."""

import selectors
import socket
import threading
from contextlib import suppress

BUFFER = 64 * 1024


class Road:
    """Relays 127.0.0.1 → server until :meth:`close_off`; then whoever tries is turned away and whoever is through is cut."""

    def __init__(self, target_port: int) -> None:
        self._target = ("127.0.0.1", target_port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open = threading.Event()
        self._open.set()
        self._stopped = threading.Event()
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, name="road", daemon=True).start()

    @property
    def url(self) -> str:
        """Where the handheld reaches the server."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def close_off(self) -> None:
        """The network goes away."""
        self._open.clear()
        with self._lock:
            for pair in self._pairs:
                _shut(*pair)

    def open_up(self) -> None:
        """The network comes back."""
        self._open.set()

    def stop(self) -> None:
        """Take the road away for good."""
        self._stopped.set()
        self.close_off()
        self._listener.close()

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if not self._open.is_set():
                _shut(near)
                continue
            threading.Thread(target=self._relay, args=(near,), daemon=True).start()

    def _relay(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(self._target, timeout=5)
        except OSError:
            _shut(near)
            return
        pair = (near, far)
        with self._lock:
            self._pairs.add(pair)
        try:
            _pump(near, far)
        finally:
            with self._lock:
                self._pairs.discard(pair)
            _shut(near, far)
            near.close()
            far.close()


def _pump(near: socket.socket, far: socket.socket) -> None:
    """Carry bytes both ways until either side ends."""
    with selectors.DefaultSelector() as selector, suppress(OSError):
        selector.register(near, selectors.EVENT_READ, far)
        selector.register(far, selectors.EVENT_READ, near)
        while True:
            for key, _ in selector.select():
                source = key.fileobj
                assert isinstance(source, socket.socket)
                data = source.recv(BUFFER)
                if not data:
                    return
                key.data.sendall(data)


def _shut(*sockets: socket.socket) -> None:
    for one in sockets:
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
