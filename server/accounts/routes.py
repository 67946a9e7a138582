"""Pages of accounts: sign in and out, one's own password, the language, and the administrator's list of people."""

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from server.accounts import access, audit, operations
from server.accounts.access import PASSWORD_PAGE, actor, me, require, safe_next
from server.accounts.menu import menu
from server.accounts.schemas import Account, Role
from server.answers import form_again
from server.i18n import choose_language, language
from server.i18n import gettext as _
from shared import problems
from shared.errors import Refused
from shared.work import Name

blueprint = Blueprint("accounts", __name__)


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """The first page of whoever is signed in."""
    account = access.signed_in()
    if account is None:
        return redirect(url_for("accounts.login"), 303)
    return redirect(_first_page(), 303)


@blueprint.get("/login")
def login() -> ResponseReturnValue:
    if access.signed_in() is not None:
        return redirect(_first_page(), 303)
    return render_template("accounts/login.html", next=safe_next(request.args.get("next")))


@blueprint.post("/login")
def log_in() -> ResponseReturnValue:
    back = safe_next(request.form.get("next"))
    name, password = request.form.get("name", ""), request.form.get("password", "")
    g.keep_changes = True  # a failed login counts and is on record, although it is refused
    try:
        account, stamp = operations.authenticate(name, password, address=request.remote_addr or "?")
    except Refused as refused:
        return form_again(refused, "accounts/login.html", next=back)
    access.sign_in(account, stamp)
    if account.must_change:
        return redirect(url_for(PASSWORD_PAGE), 303)
    return redirect(back or _first_page(), 303)


@blueprint.post("/logout")
def log_out() -> ResponseReturnValue:
    access.sign_out()
    return redirect(url_for("accounts.login"), 303)


@blueprint.post("/language")
def change_language() -> ResponseReturnValue:
    chosen, account = choose_language(request.form.get("language")), access.signed_in()
    if chosen is not None and account is not None:
        operations.set_language(account.id, chosen)
    return redirect(safe_next(request.form.get("next")) or url_for("accounts.home"), 303)


@blueprint.route("/account/password", methods=["GET", "POST"], endpoint="password")
@require()
def own_password() -> ResponseReturnValue:
    page = "accounts/password.html"
    if request.method == "GET":
        return render_template(page)
    account = me()
    new = request.form.get("new", "")
    try:
        if new != request.form.get("again", ""):
            reason = _("the two entries differ")
            raise Refused(problems.FIELD_INVALID, field=_("New password"), value="…", reason=reason)
        operations.change_password(account.id, request.form.get("old", ""), new)
    except Refused as refused:
        return form_again(refused, page)
    session["stamp"] = operations.stamp_of(account.id)
    flash(_("Your password is changed. All your other sessions have ended."), "success")
    return redirect(_first_page(), 303)


@blueprint.get("/users")
@require(Role.ADMINISTRATOR)
def users() -> ResponseReturnValue:
    return render_template("accounts/users.html", accounts=operations.accounts(), trail=audit.entries(limit=50))


@blueprint.route("/users/new", methods=["GET", "POST"])
@require(Role.ADMINISTRATOR)
def new_user() -> ResponseReturnValue:
    page = "accounts/user.html"
    if request.method == "GET":
        return render_template(page, account=None, typed={"role": Role.DRIVER.value})
    form = request.form
    try:
        account, password = operations.add_user(
            name=form.get("name", ""), role=_role(form.get("role", "")), display=_display(), by=actor()
        )
    except Refused as refused:
        return form_again(refused, page, account=None)
    return render_template("accounts/one_time.html", account=account, password=password)


@blueprint.route("/users/<user_id>", methods=["GET", "POST"])
@require(Role.ADMINISTRATOR)
def user(user_id: str) -> ResponseReturnValue:
    page, account = "accounts/user.html", operations.account(user_id)
    if request.method == "GET":
        return render_template(page, account=account, typed=_typed(account), trail=audit.entries(subject=account.name))
    try:
        operations.change_user(user_id, role=_role(request.form.get("role", "")), display=_display(), by=actor())
    except Refused as refused:
        return form_again(refused, page, account=account, trail=audit.entries(subject=account.name))
    flash(_("Saved."), "success")
    return redirect(url_for("accounts.users"), 303)


@blueprint.post("/users/<user_id>/disabled")
@require(Role.ADMINISTRATOR)
def disable(user_id: str) -> ResponseReturnValue:
    wanted = request.form.get("disabled") == "1"
    account = operations.set_disabled(user_id, wanted, by=actor())
    shown = account.display.text(language())
    flash(_("%(name)s is locked out.", name=shown) if wanted else _("%(name)s may sign in.", name=shown), "success")
    return redirect(url_for("accounts.users"), 303)


@blueprint.post("/users/<user_id>/reset")
@require(Role.ADMINISTRATOR)
def reset(user_id: str) -> ResponseReturnValue:
    password = operations.reset_password(user_id, by=actor())
    return render_template("accounts/one_time.html", account=operations.account(user_id), password=password)


@blueprint.post("/users/<user_id>/pin")
@require(Role.ADMINISTRATOR, Role.DISPATCHER)
def pin(user_id: str) -> ResponseReturnValue:
    operations.set_pin(user_id, request.form.get("pin", ""), by=actor())
    flash(_("The PIN is set. It works on the handheld after its next sync."), "success")
    return redirect(safe_next(request.form.get("next")) or url_for("accounts.user", user_id=user_id), 303)


def _first_page() -> str:
    """Where somebody starts: the first entry of their menu, else their own account page."""

    items = menu()
    return url_for(items[0].endpoint) if items else url_for(PASSWORD_PAGE)


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError as error:
        reason = " | ".join(Role)
        raise Refused(problems.FIELD_INVALID, field=_("Role"), value=text, reason=reason) from error


def _display() -> Name:
    return Name(request.form.get("name_zh", "").strip(), request.form.get("name_en", "").strip())


def _typed(account: Account) -> dict[str, str]:
    return {"role": account.role.value, "name_zh": account.display.zh, "name_en": account.display.en}
