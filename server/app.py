"""The composition root: an application is made by an ordered list of named steps, and nowhere else."""

from flask import Flask, Response, g, request

from server import rowseal
from server.config import Config, load
from server.context import Context, make_context
from server.db import db, prepare_engine
from server.transaction import begin_writing

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def create_app(config: Config | None = None, ports: Context | None = None) -> Flask:
    """An application over ``config`` (default: from the environment), with ``ports`` (default: the real ones)."""
    app = Flask("server")
    ports = ports or make_context(config or load())
    for step in (configure, connect_database, own_transactions, explain_problems, add_accounts, add_areas):
        step(app, ports)
    return app


def configure(app: Flask, ports: Context) -> None:
    """Flask's own settings. Cookies are never readable by scripts, and only sent to our own pages."""
    config = ports.config
    app.extensions["handover"] = ports
    app.config.update(
        SECRET_KEY=config.secret_key,
        SQLALCHEMY_DATABASE_URI=config.database_url,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.secure_cookies,
        MAX_CONTENT_LENGTH=32 * 1024 * 1024,
    )


def connect_database(app: Flask, _ports: Context) -> None:
    """The database, with all models known to it."""
    import server.models  # noqa: F401  # registers every table; not at the top, as it needs `db` first

    db.init_app(app)
    rowseal.watch()
    with app.app_context():
        prepare_engine(db.engine)


def own_transactions(app: Flask, _ports: Context) -> None:
    """A request is a transaction: committed when its response is made and is no error, rolled back otherwise.

    A view that must keep what it did although it only reads or refuses (a used nonce, a failed login) says so in
    ``g.keep_changes``.
    """

    def begin() -> None:
        if request.method not in SAFE_METHODS and request.endpoint != "static":
            begin_writing()

    def finish(response: Response) -> Response:
        keep = g.get("keep_changes", request.method not in SAFE_METHODS and response.status_code < 400)
        if keep:
            db.session.commit()
        else:
            db.session.rollback()
        return response

    app.before_request(begin)
    app.after_request(finish)


def explain_problems(app: Flask, _ports: Context) -> None:
    """Refusals become numbered answers in the reader's language."""
    from server import answers

    answers.register(app)


def add_accounts(app: Flask, _ports: Context) -> None:
    """Who is signed in, and protection of forms. Before the areas, which ask for both."""
    from server.accounts import setup

    setup.register(app)


def add_areas(app: Flask, _ports: Context) -> None:
    """The pages and endpoints, area by area."""
    from server import areas

    for blueprint in areas.BLUEPRINTS:
        app.register_blueprint(blueprint)
