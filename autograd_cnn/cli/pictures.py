"""The demo's pictures: what each shows, and how it is drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

import autograd_cnn as ag
import viz

SMALL_BATCH = 4

# Section 4 of the lecture; its windows a to i tie and overlap (section 5).
LECTURE_MAP = np.array(
    [[0, 1, 0, 4, 5], [2, 3, 2, 1, 3], [4, 4, 0, 4, 3], [2, 5, 2, 6, 4], [1, 0, 0, 5, 7]], np.float32
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A file (or several of one drawing), one line about it, and how to draw it."""

    files: tuple[str, ...]
    shows: str
    draw: Callable[[], viz.Drawing]


@dataclass(frozen=True, slots=True)
class Doubt:
    """A held-out digit, by number, with what the network takes it for.

    Attributes
    ----------
    number : int
        Which of the held-out digits.
    truth : int
        The digit that it is.
    guesses : two of (digit, probability)
        The two likeliest.
    """

    number: int
    truth: int
    guesses: tuple[tuple[int, float], tuple[int, float]]

    def __str__(self) -> str:
        likely = " or ".join(f"{digit} ({100 * chance:.0f} %)" for digit, chance in self.guesses)
        return f"number {self.number} of the held-out ones: {likely}? The truth: {self.truth}"


def pictures(
    net: ag.models.LeNet5, held_out: ag.data.Split, history: ag.training.History
) -> Iterator[Picture]:
    """Give the demo's pictures in the order in which they are written."""
    doubt = least_sure(ag.training.predict(net, held_out.images), held_out)
    yield Picture(
        ("ladder.svg",),
        "forward and backward in one drawing: each step, what it keeps, and the gradient it sends back",
        lambda: viz.draw(_loss(net, held_out), view="ladder"),
    )
    yield Picture(
        ("routing.svg",),
        f"where the second max pooling sends the gradient of logit {doubt.guesses[0][0]}, for the digit that "
        f"the network is least sure of ({doubt})",
        lambda: _routing_of(net, held_out, doubt),
    )
    yield Picture(
        ("routing_overlap.svg",),
        "the lecture's 5 x 5 map: where pooling windows overlap, one cell can win several, and gradients add",
        lecture_routing,
    )
    yield Picture(
        ("graph.svg", "graph.dot"),
        "the classic diagram of the network's graph, as a picture and in Graphviz's language",
        lambda: viz.draw(_loss(net, held_out), view="forward"),
    )
    yield Picture(
        ("curves.svg",),
        "loss and accuracy, step by step, on training batches and on the held-out digits",
        lambda: viz.curves(history.series(), title="LeNet-5 learns handwritten digits"),
    )


def least_sure(scores: np.typing.NDArray[np.floating], held_out: ag.data.Split) -> Doubt:
    """Find the digit whose likeliest class is the least likely."""
    chances = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    number = int(chances.max(axis=1).argmin())
    first, second = (int(digit) for digit in chances[number].argsort()[:-3:-1])
    row = chances[number]
    return Doubt(
        number, int(held_out.labels[number]), ((first, float(row[first])), (second, float(row[second])))
    )


def lecture_routing() -> viz.Drawing:
    """Picture A of the lecture's map: 3 x 3 windows at stride 1, cotangents 0.1 to 0.9."""
    x = ag.tensor(LECTURE_MAP.reshape(1, 1, 5, 5), requires_grad=True, name="x")
    pooled = ag.max_pool2d(x, 3, stride=1)
    return viz.routing(pooled, cotangent=np.arange(1, 10, dtype=np.float32).reshape(1, 1, 3, 3) / 10)


def _loss(net: ag.models.LeNet5, held_out: ag.data.Split) -> ag.Tensor:
    images = ag.tensor(held_out.images[:SMALL_BATCH], name="images")
    loss = ag.cross_entropy(net(images), ag.tensor(held_out.labels[:SMALL_BATCH], name="labels"))
    loss.name = "loss"
    return loss


def _routing_of(net: ag.models.LeNet5, held_out: ag.data.Split, doubt: Doubt) -> viz.Drawing:
    """Picture A of the second pool, in the channel where most windows have a winner above zero."""
    pooled = net.s4(net.features(held_out.images))  # all of them, so that the picture has the digit's number
    digit = doubt.guesses[0][0]
    logit = net.classify(pooled)[doubt.number, digit]
    logit.name = f"logit {digit}"
    alive = np.count_nonzero(pooled.data[doubt.number], axis=(1, 2))  # (channels,); after a ReLU: above zero
    return viz.routing(pooled, loss=logit, sample=doubt.number, channel=int(alive.argmax()))
