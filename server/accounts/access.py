"""Who is signed in, and who may see what: :func:`require` is all an area needs to know.

A session cookie holds a user's id and stamp, signed by Flask; it is looked up on every request, so a lock-out, a new role
or a new password works at once.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from server.accounts import operations
from server.accounts.schemas import Account, Role
from server.i18n import choose_language
from shared import problems
from shared.errors import Refused

Parameters = ParamSpec("Parameters")
View = Callable[Parameters, ResponseReturnValue]

PASSWORD_PAGE = "accounts.password"


def sign_in(account: Account, stamp: str) -> None:
    """Start a session for somebody who has just shown who they are. What the browser had before is dropped."""
    spoken = session.get("language")
    session.clear()
    session.permanent = True
    session.update(user=account.id, stamp=stamp)
    choose_language(spoken or account.language)
    g.pop("account", None)


def sign_out() -> None:
    """End the session; only the chosen language is kept."""
    spoken = session.get("language")
    session.clear()
    choose_language(spoken)
    g.pop("account", None)


def signed_in() -> Account | None:
    """Whose request this is, if anybody's."""
    if "account" not in g:
        user, stamp = session.get("user"), session.get("stamp")
        known = isinstance(user, str) and isinstance(stamp, str)
        g.account = operations.account_of_session(str(user), str(stamp)) if known else None
    found: Account | None = g.account
    return found


def me() -> Account:
    """Whose request this is, in a view that :func:`require` guards.

    Raises:
        Refused: LOGIN_NEEDED.
    """
    account = signed_in()
    if account is None:
        raise Refused(problems.LOGIN_NEEDED, value=request.path)
    return account


def actor() -> str:
    """The name under which the signed-in person's deeds are recorded.

    Raises:
        Refused: LOGIN_NEEDED.
    """
    return me().name


def may(*roles: Role) -> bool:
    """Whether somebody of one of these roles (none given: anybody) is signed in. For templates and menus."""
    account = signed_in()
    return account is not None and (not roles or account.role in roles)


def wants_page() -> bool:
    """Whether the answer is for a person's browser: not for our interfaces, and not for a script asking for JSON."""
    if request.path.startswith(("/sync/", "/api/")):
        return False
    return request.accept_mimetypes.best_match(("text/html", "application/json")) != "application/json"


def require(*roles: Role) -> Callable[[View[Parameters]], View[Parameters]]:
    """Let only people of exactly these roles (none given: anybody signed in) into a view.

    Whoever is not signed in is sent to the login page and from there back; whoever still has a one-time password has to
    change it first.

    Raises (inside the view):
        Refused: LOGIN_NEEDED and PASSWORD_ONE_TIME where no page is wanted, FORBIDDEN.
    """

    def guard(view: View[Parameters]) -> View[Parameters]:
        @wraps(view)
        def guarded(*args: Parameters.args, **kwargs: Parameters.kwargs) -> ResponseReturnValue:
            account = signed_in()
            if account is None:
                if not wants_page():
                    raise Refused(problems.LOGIN_NEEDED, value=request.path)
                back = request.full_path.rstrip("?") if request.method == "GET" else None
                return _send_to(url_for("accounts.login", next=back))
            if account.must_change and request.endpoint != PASSWORD_PAGE:
                if not wants_page():
                    raise Refused(problems.PASSWORD_ONE_TIME, value=account.name)
                return _send_to(url_for(PASSWORD_PAGE))
            if roles and account.role not in roles:
                raise Refused(problems.FORBIDDEN, value=account.name)
            return current_app.ensure_sync(view)(*args, **kwargs)  # type: ignore[no-any-return]

        return guarded

    return guard


def _send_to(address: str) -> ResponseReturnValue:
    """A redirect, for htmx as it understands one: a part of a page must not be replaced by a login page."""
    if request.headers.get("HX-Request") == "true":
        return "", 204, {"HX-Redirect": address}
    return redirect(address, 303)


def safe_next(address: str | None) -> str | None:
    """``address`` if it is a path on this server: a login must not end on somebody else's page."""
    if address and address.startswith("/") and not address.startswith(("//", "/\\")) and "\n" not in address:
        return address
    return None
