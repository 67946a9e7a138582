"""The areas' blueprints, in the order they are registered: the server's table of contents."""

from flask import Blueprint

from server.custody.routes import blueprint as custody
from server.fleet.routes import blueprint as fleet

BLUEPRINTS: tuple[Blueprint, ...] = (custody, fleet)
