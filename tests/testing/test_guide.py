"""The guide "Test your own op": its code runs as it stands, and prints what the page says."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd_cnn as ag
from autograd_cnn.primitive import registry

PAGE = Path(__file__).parents[2] / "docs" / "test-your-own-op.md"
BLOCKS = re.findall(
    r"```python\n(.*?)```\n(?:\n```text\n(.*?)```)?", PAGE.read_text(encoding="utf-8"), re.DOTALL
)


@pytest.fixture
def _same_registry() -> Iterator[None]:
    before = dict(registry)
    yield
    registry.clear()
    registry.update(before)


@pytest.mark.usefixtures("_same_registry")
def test_the_guide_runs_as_it_stands() -> None:
    names: dict[str, Any] = {"__name__": "guide"}
    assert len(BLOCKS) >= 8
    for code, said in BLOCKS:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(code, names)
        assert printed.getvalue() == said, code
    for shape in ((), (3,), (2, 3)):
        names["test_gudermann"](ag.testing.gradcheck, shape)
    assert names["gudermann"](ag.tensor(np.zeros(2))).numpy().tolist() == [0.0, 0.0]
