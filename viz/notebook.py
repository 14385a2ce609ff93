"""How a Tensor shows itself in a notebook, where `viz` is installed: as its ladder."""

from __future__ import annotations

import autograd_cnn as ag
from viz.errors import DrawingError
from viz.picture.model import Picture
from viz.views import draw, picture_of

MOST_BOXES = 200


def mimebundle(tensor: ag.Tensor) -> dict[str, str]:
    """What a notebook shows for a tensor: text always, and a drawing where a recorded graph computed it.

    Large graphs, and graphs whose kept values are freed, show as text.

    Parameters
    ----------
    tensor : Tensor
        Any tensor.

    Returns
    -------
    dict
        From MIME type to content.

    Examples
    --------
    >>> import autograd_cnn as ag
    >>> x = ag.tensor([1.0, 2.0], requires_grad=True)
    >>> sorted(mimebundle(x)), sorted(mimebundle((x * x).sum()))
    (['text/plain'], ['image/svg+xml', 'text/plain'])
    """
    bundle = {"text/plain": repr(tensor)}
    if tensor.node is not None:
        try:
            forward: Picture = picture_of(tensor, backward=False)
            if len(forward.boxes) <= MOST_BOXES:
                bundle["image/svg+xml"] = draw(tensor, theme="auto").svg()
        except (DrawingError, ag.AutogradError):
            # A display must never fail; the text is there.
            return bundle
    return bundle
