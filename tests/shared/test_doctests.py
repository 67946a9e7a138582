"""Every example in a docstring of the core is true."""

import doctest
import importlib
import pkgutil

import pytest

import shared

MODULES = sorted(module.name for module in pkgutil.walk_packages(shared.__path__, "shared."))


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_docstrings_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_there_are_examples_at_all() -> None:
    tried = [doctest.testmod(importlib.import_module(name)).attempted for name in MODULES]
    assert sum(tried) > 10
