"""Step of the composition root: sessions, languages, protection of forms, and what every page may use."""

from datetime import timedelta
from secrets import token_urlsafe

from flask import Flask, Response, g, request, url_for
from flask_wtf.csrf import CSRFProtect

from server import i18n
from server.accounts import access
from server.accounts.menu import menu
from server.accounts.routes import blueprint
from server.accounts.schemas import ROLE_NAMES, Role
from server.context import Context

SIGNED_REQUESTS = "/sync/"
"""Handhelds sign each request with their own key; they have no cookie that a foreign page could ride on."""
SESSION_HOURS = 12
"""A working day: nobody is thrown out in the middle, nobody is in for ever."""


def register(app: Flask) -> None:
    """Install accounts into ``app``, before the areas."""
    ports: Context = app.extensions["handover"]
    app.config.update(
        PERMANENT_SESSION_LIFETIME=timedelta(hours=SESSION_HOURS),
        SESSION_COOKIE_NAME="handover",
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
        WTF_CSRF_SSL_STRICT=True,
    )
    i18n.register(app)
    _protect_forms(app)
    _add_headers(app, ports)
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(
        signed_in=access.signed_in,
        may=access.may,
        menu=menu,
        Role=Role,
        role_names=ROLE_NAMES,
        csp_nonce=csp_nonce,
        vendor=lambda path: url_for("static", filename=f"vendor/{path}"),
        organisation=ports.config.organisation,
        rehearsal=ports.config.rehearsal is not None,
    )


def _protect_forms(app: Flask) -> None:
    csrf = CSRFProtect(app)

    def check() -> None:
        if request.endpoint is not None and not request.path.startswith(SIGNED_REQUESTS):
            csrf.protect()

    app.before_request(check)


def csp_nonce() -> str:
    """What a page's own ``<script nonce="…">`` has to carry; fresh for each request."""
    if "csp_nonce" not in g:
        g.csp_nonce = token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def _add_headers(app: Flask, ports: Context) -> None:
    tiles = ports.config.tiles_url
    origin = "/".join(tiles.split("/")[:3]).replace("{s}", "*") if tiles else ""

    def add(response: Response) -> Response:
        if response.mimetype != "text/html":
            response.headers.setdefault("X-Content-Type-Options", "nosniff")
            return response
        response.headers["Content-Security-Policy"] = "; ".join(
            (
                "default-src 'self'",
                f"script-src 'self' 'nonce-{csp_nonce()}'",
                "style-src 'self' 'unsafe-inline'",  # chart and map libraries set sizes on their elements
                f"img-src 'self' data: blob: {origin}".rstrip(),
                f"connect-src 'self' {origin}".rstrip(),
                "worker-src 'self' blob:",
                "object-src 'none'",
                "base-uri 'self'",
                "form-action 'self'",
                "frame-ancestors 'none'",
            )
        )
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    app.after_request(add)
