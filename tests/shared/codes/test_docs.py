"""The examples in the documentation of the codes run."""

import doctest
import importlib
import pkgutil

import pytest

import shared.codes

MODULES = ["shared.codes", *(f"shared.codes.{module.name}" for module in pkgutil.iter_modules(shared.codes.__path__))]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
