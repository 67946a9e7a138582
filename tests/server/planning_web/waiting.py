"""Waiting for a search that runs beside the pages."""

import time
from typing import Any

from werkzeug.test import TestResponse

from tests.server.accounts.browsing import Browser

PATIENCE = 60.0
"""Real seconds (s)."""


def waited(browser: Browser, address: str | None) -> dict[str, Any]:
    """What a search came to, as its page is told."""
    assert address is not None
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        told: dict[str, Any] = browser.get(address, Accept="application/json").get_json()
        if told["state"] != "running":
            return told
        time.sleep(0.02)
    raise AssertionError("the search does not end")


def found(browser: Browser, answer: TestResponse) -> str:
    """The page of the plan that was made of a day's form."""
    assert answer.status_code == 303, answer.text
    location = waited(browser, answer.location)["location"]
    assert isinstance(location, str)
    return location.removesuffix("/desk")
