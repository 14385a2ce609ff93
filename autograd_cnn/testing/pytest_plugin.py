"""A pytest plugin: the fixture ``gradcheck``, whose failures show the report and not the machinery.

Wheels also carry this file as the module ``_autograd_cnn_pytest``, and that is what the entry point names:
pytest loads plugins at its start, in every project of an environment, and to load a module inside
``autograd_cnn`` would import the whole library there. Nothing here imports it before a test uses the fixture.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest


@pytest.fixture(scope="session")
def gradcheck() -> Callable[..., Any]:
    """``autograd_cnn.testing.gradcheck``; a disagreement fails the test with its report alone."""
    checks = import_module("autograd_cnn.testing.finite_differences")
    # a failure without a traceback: pytest prints its reason, and no frame of the library
    checked: Callable[..., Any] = checks.gradcheck_failing(lambda text: pytest.fail(text, pytrace=False))
    return checked
