"""How tensors and graphs show themselves in notebooks: by what is installed to draw them, else as text."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from typing import Any

GROUP = "autograd_cnn.display"


class Displayed:
    """Gives notebooks what an installed renderer makes of an object."""

    __slots__ = ()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        # the notebook's protocol passes both; it picks from what it is given
        renderer = _renderer()
        return {"text/plain": repr(self)} if renderer is None else renderer(self)


@lru_cache(maxsize=1)
def _renderer() -> Any:
    """Find the renderer that a distribution offers under the entry point group, if one loads."""
    metadata = import_module("importlib.metadata")  # only notebooks need it, and it takes a while
    for entry in metadata.entry_points(group=GROUP):
        try:
            return entry.load()
        except ImportError:
            continue
    return None
