"""The areas' blueprints, in the order they are registered: the server's table of contents."""

from flask import Blueprint

from server.custody.routes import blueprint as custody

BLUEPRINTS: tuple[Blueprint, ...] = (custody,)
