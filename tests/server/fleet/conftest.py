"""A fleet that is entered, and a dispatcher at its pages."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.accounts.schemas import Role
from tests.server.accounts.browsing import Browser, person
from tests.server.fleet.samples import Fleet, enter_fleet


@pytest.fixture
def entered(app: Flask) -> Fleet:
    with app.app_context():
        person("li", Role.DISPATCHER)
        return enter_fleet()


@pytest.fixture
def browser(entered: Fleet, client: FlaskClient) -> Browser:
    browser = Browser(client)
    browser.sign_in("li")
    return browser
