"""A browser for tests: fills in forms with their tokens, as a person would."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.accounts import operations
from server.accounts.schemas import Account, Role
from server.transaction import transaction
from shared.work import Name

PASSWORD = "a sentence is longer"  # of nobody
_TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')
_PROBLEM = re.compile(r'data-problem="(\d+)"')


def person(name: str, role: Role) -> Account:
    """Somebody who has already chosen :data:`PASSWORD`. Call within an application context."""
    with transaction():
        account, _ = operations.add_user(name=name, role=role, display=Name(f"{name}（中）", f"{name} (en)"), by="test")
        operations.set_password(account.id, PASSWORD, by=name)
    return account


@dataclass
class Browser:
    """One person's browser."""

    client: FlaskClient
    token: str = ""

    def get(self, path: str, **headers: str) -> TestResponse:
        """Look at a page; its form token is kept for the next form."""
        page = self.client.get(path, headers=headers)
        if found := _TOKEN.search(page.text):
            self.token = unescape(found[1])
        return page

    def post(self, path: str, data: Mapping[str, object] | None = None, **headers: str) -> TestResponse:
        """Send a form from the page last looked at."""
        form = {"csrf_token": self.token, **(data or {})}
        return self.client.post(path, data=form, headers=headers, content_type="multipart/form-data")

    def sign_in(self, name: str, password: str = PASSWORD, next: str = "") -> TestResponse:
        """Sign in."""
        self.get("/login")
        return self.post("/login", {"name": name, "password": password, "next": next})


def problems_on(page: TestResponse) -> list[int]:
    """The numbers of the problems a page shows."""
    return [int(number) for number in _PROBLEM.findall(page.text)]
