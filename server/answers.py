"""What a refusal looks like from outside: JSON for machines, a page or a notice for people, always with its number.

Raise ``Refused`` anywhere below a view and the transaction is rolled back and the answer is made here. A form that wants to
be shown again with what was typed calls :func:`form_again` instead.
"""

import msgspec
from flask import Flask, Response, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed, NotFound, RequestEntityTooLarge

from server.accounts.access import wants_page
from server.context import context
from server.i18n import language, sentence
from shared import problems, sync
from shared.errors import Problem, Refused


def register(app: Flask) -> None:
    """Answer every refusal and every error of the web server itself."""
    app.register_error_handler(Refused, answer_refusal)
    app.register_error_handler(CSRFError, _csrf_failed)
    app.register_error_handler(HTTPException, _http_error)


def answer_refusal(refused: Refused) -> Response:
    """The answer to a request that was refused."""
    return _answer(refused.problem, refused.kind.status)


def form_again(refused: Refused, template: str, **values: object) -> Response:
    """A form once more, with the refusal on it (``problem``) and what was typed. Nothing is saved."""
    page = render_template(template, problem=refused.problem, typed=request.form, **values)
    return make_response(page, refused.kind.status)


def _answer(problem: Problem, status: int) -> Response:
    if request.path.startswith("/sync/"):
        return _json(sync.Refusal(problem, context().clock.now()), status)
    if not wants_page():
        return _json({"problem": problem, "text": sentence(problem)}, status)
    if request.headers.get("HX-Request") == "true":
        return make_response(render_template("_notice.html", problem=problem), status)
    return make_response(render_template("problem.html", problem=problem, status=status), status)


def _json(body: object, status: int) -> Response:
    answer = Response(msgspec.json.encode(body), status, mimetype="application/json")
    answer.headers["Content-Language"] = language()
    return answer


def _csrf_failed(error: CSRFError) -> Response:
    return _answer(Refused(problems.CSRF_FAILED, value=error.description or "").problem, problems.CSRF_FAILED.status)


def _http_error(error: HTTPException) -> Response:
    """An error that the web server found by itself, as a numbered problem."""
    match error:
        case NotFound():
            refused = Refused(problems.NOT_FOUND, what="页面 page", value=request.path)
        case MethodNotAllowed():
            refused = Refused(problems.METHOD_NOT_ALLOWED, method=request.method, value=request.path)
        case RequestEntityTooLarge():
            refused = Refused(problems.REQUEST_TOO_LARGE, value=request.content_length)
        case InternalServerError():
            refused = Refused(problems.SERVER_FAILED, value=request.path)
        case _ if error.code is not None and error.code < 400:
            return error.get_response()  # type: ignore[return-value]  # a redirect made by the router
        case _:
            refused = Refused(problems.REQUEST_MALFORMED, value=request.path, reason=f"{error.code} {error.name}")
    status = error.code if error.code is not None else refused.kind.status
    answer = _answer(refused.problem, status)
    for name in ("Allow", "Retry-After", "Content-Range"):
        for value in error.get_response().headers.getlist(name):
            answer.headers.add(name, value)
    return answer
