"""`handover serve` and `handover worker`."""

import gc
import os
import signal
import subprocess
import sys
from threading import Event
from types import FrameType
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from flask import Flask


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--processes", default=1, show_default=True, help="web processes")
@click.option("--threads", default=24, show_default=True, help="requests at once per process; each live page holds one")
@click.option(
    "--worker/--no-worker", "with_worker", default=True, show_default=True, help="also run a worker beside it"
)
def serve(host: str, port: int, processes: int, threads: int, with_worker: bool) -> None:
    """Serve the pages and the handhelds."""
    from gunicorn.app.base import BaseApplication

    from server.app import create_app
    from server.commands.keeping import upgrade_database

    upgrade_database()

    class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
        def load_config(self) -> None:
            settings = {
                "bind": f"{host}:{port}",
                "workers": processes,
                "threads": threads,
                "worker_class": "gthread",
                "timeout": 60,
                "graceful_timeout": 5,
                "keepalive": 15,
                "loglevel": os.environ.get("HANDOVER_LOG", "warning"),
                "accesslog": None,
            }
            for name, value in settings.items():
                self.cfg.set(name, value)

        def load(self) -> object:
            return settled(create_app())

    beside = subprocess.Popen([sys.executable, "-m", "server.cli", "worker"]) if with_worker else None
    try:
        Server().run()
    finally:
        if beside is not None:
            beside.terminate()
            beside.wait(10)


@click.command()
def worker() -> None:
    """Follow the ledger: bring the views up to date and seal checkpoints, until told to stop."""
    from server.app import create_app
    from server.worker import Worker

    stop = Event()

    def finish(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, finish)
    signal.signal(signal.SIGINT, finish)
    Worker(settled(create_app())).run(stop)


def settled(app: "Flask") -> "Flask":
    """The application, with what was loaded for it out of the garbage collector's way: it stays, and going through it again
    and again takes a quarter of a request."""
    gc.collect()
    gc.freeze()
    return app
