"""Losses, and LeNet-5's own parts, against loops."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest

import autograd_cnn as ag

from .derivatives import check, check_abstract

RNG = np.random.default_rng(7)
SCORES = RNG.standard_normal((4, 3))
LABELS = np.array([0, 2, 1, 2])
PICTURE = RNG.standard_normal((2, 3, 2, 2))
PICTURE_LABELS = RNG.integers(0, 3, (2, 2, 2))
WEIGHTS = np.array([0.5, 2.0, 1.5])
SHARES = RNG.dirichlet(np.ones(3), 4)


def log_softmax(row: Any) -> Any:
    return row - math.log(sum(math.exp(v) for v in row))


def entropies(scores: Any, labels: Any, weights: Any, smoothing: float, ignore: int | None) -> Any:
    """Losses and weights of each position, by PyTorch's definition."""
    losses, counts = np.zeros(labels.shape), np.zeros(labels.shape)
    classes = scores.shape[1]
    for at in product(*map(range, labels.shape)):
        label = labels[at]
        if label == ignore:
            continue
        logs = log_softmax(scores[(at[0], slice(None), *at[1:])])
        losses[at] = -(1 - smoothing) * weights[label] * logs[label]
        losses[at] -= smoothing / classes * sum(weights[c] * logs[c] for c in range(classes))
        counts[at] = weights[label]
    return losses, counts


@pytest.mark.parametrize("ignore", [None, 2, -100])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("picture", [False, True])
def test_cross_entropy(picture: bool, weighted: bool, smoothing: float, ignore: int | None) -> None:
    scores, labels = (PICTURE, PICTURE_LABELS.copy()) if picture else (SCORES, LABELS.copy())
    if ignore == -100:
        labels.reshape(-1)[1] = -100
    losses, counts = entropies(scores, labels, WEIGHTS if weighted else np.ones(3), smoothing, ignore)
    options = {"weights": WEIGHTS if weighted else None, "smoothing": smoothing, "ignore_index": ignore}
    for reduction, expected in [
        ("none", losses),
        ("sum", losses.sum()),
        ("mean", losses.sum() / counts.sum()),
    ]:
        got = ag.cross_entropy(scores, labels, reduction, **options)  # type: ignore[arg-type]
        np.testing.assert_allclose(got.numpy(), expected, rtol=1e-12)
    if not smoothing:
        logs = ag.log_softmax(scores, 1)
        del options["smoothing"]
        got = ag.nll_loss(logs, labels, **options)  # type: ignore[arg-type]
        np.testing.assert_allclose(got.numpy(), losses.sum() / counts.sum(), rtol=1e-12)


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
def test_cross_entropy_of_probabilities(smoothing: float) -> None:
    shares = SHARES * (1 - smoothing) + smoothing / 3
    expected = [-sum(WEIGHTS * p * log_softmax(s)) for s, p in zip(SCORES, shares, strict=True)]
    got = ag.cross_entropy(SCORES, SHARES, "none", WEIGHTS, smoothing)
    np.testing.assert_allclose(got.numpy(), expected, rtol=1e-12)
    np.testing.assert_allclose(
        ag.cross_entropy(SCORES, SHARES, "mean", WEIGHTS, smoothing).numpy(), np.mean(expected), rtol=1e-12
    )


def test_one_hot_probabilities_are_labels() -> None:
    hot = np.eye(3)[LABELS]
    same = [ag.cross_entropy(SCORES, truth, smoothing=0.1).item() for truth in (LABELS, hot)]
    assert same[0] == pytest.approx(same[1], rel=1e-12)


def test_what_is_ignored_gets_no_gradient_even_if_nan() -> None:
    scores = SCORES.copy()
    scores[1] = np.nan
    x = ag.tensor(scores, requires_grad=True)
    loss = ag.cross_entropy(x, [0, -1, 1, 2], ignore_index=-1)
    assert math.isfinite(loss.item())
    assert loss.item() == pytest.approx(ag.cross_entropy(SCORES[[0, 2, 3]], [0, 1, 2]).item())


@pytest.mark.parametrize("x", [-1e4, -100.0, -1.5, 0.0, 2.0, 100.0, 1e4])
@pytest.mark.parametrize("target", [0.0, 0.25, 1.0])
def test_binary_cross_entropy_in_the_tails(x: float, target: float) -> None:
    # log(1 + e**x) = x + log(1 + e**-x): the form without a large exponent is exact in float64
    def softplus(v: float) -> float:
        return max(v, 0) + math.log1p(math.exp(-abs(v)))

    t = ag.tensor([x], requires_grad=True)
    loss = ag.binary_cross_entropy_with_logits(t, [target])
    loss.backward()
    expected = target * softplus(-x) + (1 - target) * softplus(x)
    assert loss.item() == pytest.approx(expected, rel=1e-6)
    slope = 1 / (1 + math.exp(-x)) if x > -700 else 0.0
    assert t.grad.item() == pytest.approx(slope - target, rel=1e-6, abs=1e-30)


def test_binary_cross_entropy_weights() -> None:
    x, t = SCORES, (SCORES > 0.2) * 0.75
    sigmoid = 1 / (1 + np.exp(-x))
    expected = -WEIGHTS * (3 * t * np.log(sigmoid) + (1 - t) * np.log(1 - sigmoid))
    got = ag.binary_cross_entropy_with_logits(x, t, "none", WEIGHTS, 3.0)
    np.testing.assert_allclose(got.numpy(), expected, rtol=1e-12)


def test_regression_losses() -> None:
    a, b = SCORES, SCORES[::-1] * 0.7
    d = a - b
    huber = np.where(abs(d) <= 0.8, d**2 / 2, 0.8 * (abs(d) - 0.4))
    for fn, losses in [
        (ag.mse_loss, d**2),
        (ag.l1_loss, abs(d)),
        (lambda u, v, **o: ag.huber_loss(u, v, 0.8, **o), huber),
    ]:
        np.testing.assert_allclose(fn(a, b).numpy(), losses.mean(), rtol=1e-12)
        np.testing.assert_allclose(fn(a, b, reduction="sum").numpy(), losses.sum(), rtol=1e-12)
        np.testing.assert_allclose(fn(a, b, reduction="none").numpy(), losses, rtol=1e-12)


def test_kinks_have_the_gradients_that_the_docs_say() -> None:
    x = ag.tensor([1.0, 3.0], requires_grad=True)
    (g,) = ag.gradients(ag.l1_loss(x, [1.0, 1.0], "sum"), x)
    np.testing.assert_array_equal(g.numpy(), [0, 1])
    (g,) = ag.gradients(ag.huber_loss(x, [0.0, 0.0], reduction="sum"), x)
    np.testing.assert_array_equal(g.numpy(), [1, 1])
    (g,) = ag.gradients(ag.hinge_loss(x, [1.0, -1.0], reduction="sum"), x)
    np.testing.assert_array_equal(g.numpy(), [0, 1])


def test_hinge_loss() -> None:
    expected = [
        sum(max(0, row[j] - row[label] + 0.5) for j in range(3) if j != label)
        for row, label in zip(SCORES, LABELS, strict=True)
    ]
    got = ag.hinge_loss(SCORES, LABELS, 0.5, "none")
    np.testing.assert_allclose(got.numpy(), expected, rtol=1e-12)
    sides = np.sign(SCORES[::-1])
    both = ag.hinge_loss(SCORES, sides, reduction="none").numpy()
    np.testing.assert_allclose(both, np.maximum(0, 1 - sides * SCORES), rtol=1e-12)


def test_kl_divergence() -> None:
    logs = np.array([log_softmax(row) for row in SCORES])
    truth = SHARES.copy()
    truth[0] = [0, 0.25, 0.75]
    expected = [
        sum(p * (math.log(p) - q) for p, q in zip(row, log_row, strict=True) if p > 0)
        for row, log_row in zip(truth, logs, strict=True)
    ]
    np.testing.assert_allclose(ag.kl_divergence(logs, truth, reduction="none").numpy(), expected, rtol=1e-12)
    np.testing.assert_allclose(ag.kl_divergence(logs, truth).numpy(), np.mean(expected), rtol=1e-12)
    columns = ag.kl_divergence(logs.T, truth.T, axis=0, reduction="sum")
    np.testing.assert_allclose(columns.numpy(), sum(expected), rtol=1e-12)


def test_rbf_output_and_scaled_tanh() -> None:
    prototypes = RNG.standard_normal((5, 3))
    expected = [[sum((a - b) ** 2 for a, b in zip(x, w, strict=True)) for w in prototypes] for x in SCORES]
    np.testing.assert_allclose(ag.rbf_output(SCORES, prototypes).numpy(), expected, rtol=1e-12)
    np.testing.assert_allclose(ag.scaled_tanh(SCORES).numpy(), 1.7159 * np.tanh(2 * SCORES / 3), rtol=1e-14)


CALLS: dict[str, tuple[Callable[..., Any], list[Any]]] = {
    "cross entropy": (lambda x: ag.cross_entropy(x, LABELS), [SCORES]),
    "all settings": (
        lambda x, w: ag.cross_entropy(x, LABELS, weights=w, smoothing=0.1, ignore_index=1),
        [SCORES, WEIGHTS],
    ),
    "picture": (lambda x: ag.cross_entropy(x, PICTURE_LABELS, "none"), [PICTURE]),
    "probabilities": (lambda x, p: ag.cross_entropy(x, p, smoothing=0.1), [SCORES, SHARES]),
    "nll": (lambda x: ag.nll_loss(x, LABELS, weights=WEIGHTS), [SCORES]),
    "binary": (ag.binary_cross_entropy_with_logits, [SCORES, RNG.uniform(0, 1, SCORES.shape)]),
    "binary, weighted": (
        lambda x, t: ag.binary_cross_entropy_with_logits(x, t, positive_weight=2.0),
        [SCORES, RNG.uniform(0, 1, SCORES.shape)],
    ),
    "mse": (ag.mse_loss, [SCORES, SCORES[::-1] * 0.7]),
    "l1": (ag.l1_loss, [SCORES, SCORES[::-1] * 0.7]),
    "huber": (lambda x, y: ag.huber_loss(x, y, 0.7), [SCORES, SCORES[::-1] * 0.7]),
    "hinge": (lambda x: ag.hinge_loss(x, LABELS), [SCORES]),
    "hinge, two classes": (lambda x: ag.hinge_loss(x, np.sign(SCORES[::-1]).astype(x.dtype)), [SCORES]),
    "kl": (ag.kl_divergence, [np.log(SHARES[::-1]), SHARES]),
    "rbf": (ag.rbf_output, [SCORES, RNG.standard_normal((5, 3))]),
    "scaled tanh": (ag.scaled_tanh, [SCORES]),
}


@pytest.mark.parametrize("name", CALLS)
def test_derivatives(name: str) -> None:
    check(*CALLS[name])


@pytest.mark.parametrize("name", CALLS)
def test_shapes_without_data(name: str) -> None:
    check_abstract(*CALLS[name])


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_dtype_is_kept_and_inputs_are_not_written(name: str, dtype: Any) -> None:
    fn, inputs = CALLS[name]
    arrays = [v.astype(dtype) for v in inputs]
    copies = [a.copy() for a in arrays]
    tensors = [ag.Tensor(a, True) for a in arrays]
    y = fn(*tensors)
    y.sum().backward()
    assert y.dtype == dtype
    assert all(t.grad.dtype == dtype for t in tensors)
    for array, copy in zip(arrays, copies, strict=True):
        np.testing.assert_array_equal(array, copy)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ag.cross_entropy(SCORES, LABELS, "avg"), "reduction='avg' is unknown"),  # type: ignore[arg-type]
        (lambda: ag.cross_entropy(SCORES, LABELS, smoothing=2), "smoothing=2 is no share"),
        (lambda: ag.cross_entropy(SCORES, LABELS, weights=[1.0]), "there must be one weight a class"),
        (lambda: ag.cross_entropy(SCORES, LABELS[:2]), "logits and labels do not go together"),
        (lambda: ag.cross_entropy(SCORES, [0, 3, 1, 2]), r"labels\[1\] is 3"),
        (lambda: ag.cross_entropy(PICTURE, PICTURE_LABELS + 2), "labels are no class number"),
        (lambda: ag.cross_entropy(SCORES, [0.0, np.nan, 1, 2]), "1 of 4 labels are NaN"),
        (lambda: ag.cross_entropy(SCORES, SHARES, ignore_index=1), "probabilities have no label to ignore"),
        (lambda: ag.cross_entropy(SCORES, [1] * 4, ignore_index=1), "no label counts, so there is no mean"),
        (lambda: ag.nll_loss(SCORES[0], LABELS), "log_probabilities and labels do not go together"),
        (lambda: ag.mse_loss(SCORES, SCORES[:1]), "predictions and targets differ in shape"),
        (lambda: ag.mse_loss(np.ones(0), np.ones(0)), "there are no losses to average"),
        (lambda: ag.huber_loss(SCORES, SCORES, 0), "delta=0 must be above 0"),
        (lambda: ag.hinge_loss(SCORES, LABELS[:2]), "scores and targets do not go together"),
        (lambda: ag.kl_divergence(SCORES, SHARES, axis=2), "axis 2 is out of range"),
        (
            lambda: ag.binary_cross_entropy_with_logits(SCORES, SHARES, weights=np.ones((2, 4, 3))),
            "the weights broadcast the losses",
        ),
        (lambda: ag.rbf_output(SCORES, np.ones((2, 4))), "do not have the same features"),
        (lambda: ag.nn.RBFOutput(3, 2), "exactly one of prototypes and rng must be given"),
        (lambda: ag.nn.RBFOutput(3, 2, np.ones((3, 2))), "the prototypes have the wrong shape"),
        (lambda: ag.nn.Subsampling(3)(np.ones((1, 2, 4, 4))), "x has 2 maps, the layer 3"),
    ],
)
def test_bad_inputs_say_what_is_wrong(call: Callable[[], Any], words: str) -> None:
    with pytest.raises(ag.AutogradError, match=words):
        call()


def test_lenet_layers() -> None:
    layer = ag.nn.Subsampling(2)
    x = RNG.standard_normal((3, 2, 4, 4)).astype(np.float32)
    means = x.reshape(3, 2, 2, 2, 2, 2).mean((3, 5))
    np.testing.assert_allclose(layer(x).numpy(), means, rtol=1e-5, atol=1e-6)
    layer.weight.assign_([2.0, 3.0])
    layer.bias.assign_([1.0, -1.0])
    expected = 4 * means * np.reshape([2, 3], (1, 2, 1, 1)) + np.reshape([1, -1], (1, 2, 1, 1))
    np.testing.assert_allclose(layer(x).numpy(), expected, rtol=1e-5, atol=1e-5)
    assert [ag.nn.Subsampling(c).count_parameters() for c in (6, 16)] == [12, 32]  # S2 and S4
    fixed = ag.nn.RBFOutput(84, 10, rng=np.random.default_rng(0))
    assert set(np.unique(fixed.prototypes.numpy())) == {-1, 1}
    assert fixed.count_parameters() == 0
    learned = ag.nn.RBFOutput(84, 10, rng=np.random.default_rng(0), learned=True)
    assert learned.count_parameters() == 840
    assert fixed(fixed.prototypes).numpy().argmin(1).tolist() == list(range(10))
    assert ag.nn.ScaledTanh()(ag.tensor([1.0])).item() == pytest.approx(1, abs=1e-5)


@pytest.mark.peers
def test_losses_agree_with_pytorch() -> None:
    torch = pytest.importorskip("torch")
    f = torch.nn.functional
    truth, weights = torch.tensor(LABELS), torch.tensor(WEIGHTS)
    half = torch.tensor(SHARES)
    for ours, theirs in [
        (
            lambda x: ag.cross_entropy(x, LABELS, weights=WEIGHTS, smoothing=0.1, ignore_index=1),
            lambda x: f.cross_entropy(x, truth, weights, label_smoothing=0.1, ignore_index=1),
        ),
        (
            lambda x: ag.cross_entropy(x, SHARES, weights=WEIGHTS, smoothing=0.1),
            lambda x: f.cross_entropy(x, half, weights, label_smoothing=0.1),
        ),
        (
            lambda x: ag.nll_loss(x, LABELS, weights=WEIGHTS, ignore_index=0),
            lambda x: f.nll_loss(x, truth, weights, ignore_index=0),
        ),
        (
            lambda x: ag.binary_cross_entropy_with_logits(x, SHARES, "mean", WEIGHTS, 2.0),
            lambda x: f.binary_cross_entropy_with_logits(
                x, half, weights, pos_weight=torch.tensor(2.0, dtype=torch.float64)
            ),
        ),
        (lambda x: ag.mse_loss(x, SHARES), lambda x: f.mse_loss(x, half)),
        (lambda x: ag.l1_loss(x, SHARES), lambda x: f.l1_loss(x, half)),
        (lambda x: ag.huber_loss(x, SHARES, 0.5), lambda x: f.huber_loss(x, half, delta=0.5)),
        (lambda x: ag.hinge_loss(x, LABELS) / 3, lambda x: f.multi_margin_loss(x, truth)),
        (lambda x: ag.kl_divergence(x, SHARES), lambda x: f.kl_div(x, half, reduction="batchmean")),
    ]:
        mine, other = ag.tensor(SCORES, requires_grad=True), torch.tensor(SCORES, requires_grad=True)
        y, z = ours(mine), theirs(other)
        y.backward()
        z.backward()
        np.testing.assert_allclose(y.numpy(), z.detach().numpy(), rtol=1e-10)
        np.testing.assert_allclose(mine.grad.numpy(), other.grad.numpy(), rtol=1e-9, atol=1e-12)
