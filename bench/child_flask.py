"""A bare Flask application under gunicorn, with the settings of `handover serve`: ``python -m bench.child_flask PORT``. It
reads what is posted to it and says that it has."""

import sys

from flask import Flask, request
from gunicorn.app.base import BaseApplication


def make() -> Flask:
    """The application."""
    app = Flask("bare")

    @app.post("/sync/events")
    def events() -> dict[str, int]:
        return {"bytes": len(request.get_data())}

    return app


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    def load_config(self) -> None:
        settings = {
            "bind": f"127.0.0.1:{int(sys.argv[1])}",
            "workers": 1,
            "threads": 24,
            "worker_class": "gthread",
            "timeout": 60,
            "graceful_timeout": 5,
            "keepalive": 15,
            "loglevel": "warning",
            "accesslog": None,
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return make()


if __name__ == "__main__":
    Server().run()
