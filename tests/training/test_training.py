"""The training loop: what it does to the model, what it records, and where it stops."""

import math

import numpy as np
import pytest

import autograd_cnn as ag
from autograd_cnn.training import DivergedError, evaluate, fit, predict, warm_cosine


class Probe(ag.nn.Module):
    """A dense layer that notes in which mode it was called."""

    def __init__(self, inputs=2, outputs=2, seed=0):
        self.dense = ag.nn.Dense(inputs, outputs, rng=np.random.default_rng(seed))
        self.calls = []

    def forward(self, x):
        result = self.dense(x)
        self.calls.append((self.training, result.requires_grad))
        return result


def points(count=40, seed=0):
    values = np.random.default_rng(seed).standard_normal((count, 2)).astype(np.float32)
    return values, (values[:, 0] > 0).astype(np.int64)


def batches(size=16, seed=0, **more):
    return ag.data.Batches(*points(), size, rng=np.random.default_rng(seed), **more)


def sgd(model, lr=0.5):
    return ag.optim.SGD(model.parameters(), lr)


def test_one_step_is_the_textbook_step():
    model, twin = Probe(), Probe()
    images, labels = points(8)
    fit(model, ag.data.Batches(images, labels, 8, shuffle=False), sgd(model), 1)
    ag.cross_entropy(twin(images), labels).backward()
    for weight, other in zip(model.parameters(), twin.parameters(), strict=True):
        np.testing.assert_allclose(weight.data, other.data - 0.5 * other.grad.data, rtol=1e-6)


def test_history_counts_steps_epochs_and_samples():
    model, seen = Probe(), []
    history = fit(model, batches(), sgd(model), 3, callback=seen.append)
    assert seen == history.steps
    assert [step.number for step in history.steps] == list(range(1, 10))
    assert [step.epoch for step in history.steps] == [1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert {(step.steps, step.epochs) for step in history.steps} == {(9, 3)}
    assert history.steps[-1].samples == 3 * 40
    assert [epoch.last_step for epoch in history.epochs] == [3, 6, 9]
    assert all(a.seconds <= b.seconds for a, b in zip(history.steps, history.steps[1:], strict=False))
    assert history.steps[-1].samples_per_second > 0
    assert "9 steps, 3 epochs" in repr(history)


def test_epoch_means_weigh_the_smaller_last_batch():
    model = Probe()
    history = fit(model, batches(), sgd(model), 1)
    sizes = [16, 16, 8]
    epoch = history.epochs[0]
    assert epoch.loss == pytest.approx(np.average(history.losses, weights=sizes))
    assert epoch.accuracy == pytest.approx(np.average(history.accuracies, weights=sizes))


def test_it_learns_and_the_held_out_curve_shows_it():
    model = Probe()
    held_out = ag.data.Batches(*points(100, seed=1), 32, shuffle=False)
    history = fit(model, batches(), sgd(model), 20, held_out=held_out)
    assert history.epochs[-1].held_out == evaluate(model, held_out)
    assert history.epochs[-1].held_out.accuracy > 0.95
    series = history.series()
    assert list(series) == ["training loss", "held-out loss", "training accuracy", "held-out accuracy"]
    assert [step for step, _ in series["held-out loss"]] == [3 * n for n in range(1, 21)]
    assert list(fit(model, batches(), sgd(model), 1).series()) == ["training loss", "training accuracy"]


def test_same_seeds_same_bits():
    first, second = Probe(), Probe()
    one, two = fit(first, batches(), sgd(first), 2), fit(second, batches(), sgd(second), 2)
    assert one.losses == two.losses


def test_modes_and_learning_rate_are_put_back():
    model = Probe().eval()
    optimiser = sgd(model)
    rates = []
    fit(
        model,
        batches(),
        optimiser,
        2,
        schedule=lambda progress: 1 - progress,
        held_out=batches(),
        callback=lambda step: rates.append(step.lr),
    )
    assert rates == pytest.approx([0.5 * (1 - n / 6) for n in range(6)])
    assert optimiser.lr == 0.5
    assert not model.training
    assert model.calls[:4] == [(True, True)] * 3 + [(False, False)]


def test_augment_changes_training_batches_only():
    model, sizes = Probe(), []

    def augment(images):
        sizes.append(len(images))
        return images * 0

    history = fit(model, batches(), sgd(model), 1, augment=augment, held_out=batches(shuffle=False))
    assert sizes == [16, 16, 8]
    assert history.losses[0] == pytest.approx(math.log(2))


def test_a_callback_can_end_it_and_everything_is_put_back():
    model = Probe().eval()
    optimiser = sgd(model)

    def stop(step):
        if step.number == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(model, batches(), optimiser, 1, schedule=lambda progress: 0.1, callback=stop)
    assert optimiser.lr == 0.5
    assert not model.training


def test_other_losses_have_no_accuracy():
    model = Probe(outputs=1)
    data = ag.data.Batches(points()[0], points()[0][:, :1], 8, shuffle=False)
    history = fit(model, data, sgd(model, 0.1), 2, loss=lambda y, t: ((y - t) * (y - t)).mean())
    assert math.isnan(history.accuracies[0])
    assert history.losses[-1] < history.losses[0]


def test_it_stops_where_the_loss_is_no_number():
    model = Probe(outputs=1)
    data = ag.data.Batches(points()[0], points()[0][:, :1], 8, shuffle=False)
    with pytest.raises(DivergedError, match=r"step \d+, with a learning rate of 10\b[\s\S]*fits") as caught:
        fit(model, data, sgd(model, 10.0), 50, loss=lambda y, t: ((y - t) * (y - t)).mean())
    assert isinstance(caught.value, ag.AutogradError)
    steps = caught.value.history.steps
    assert 1 <= len(steps) < 250
    assert all(math.isfinite(step.loss) for step in steps)


def test_bad_images_are_named_and_change_nothing():
    model = Probe()
    before = [weight.data.copy() for weight in model.parameters()]
    images, labels = points()
    images[3, 0] = np.nan
    with pytest.raises(DivergedError, match=r"step 1: 1 values of the batch's images are not finite"):
        fit(model, ag.data.Batches(images, labels, 40, shuffle=False), sgd(model), 1)
    for weight, old in zip(model.parameters(), before, strict=True):
        np.testing.assert_array_equal(weight.data, old)


@pytest.mark.parametrize("epochs", [0, -1, 1.5, "3"])
def test_bad_epochs(epochs):
    model = Probe()
    with pytest.raises(ag.RangeError, match=r"fit: epochs is [\s\S]*at least 1"):
        fit(model, batches(), sgd(model), epochs)


def test_no_batches():
    model = Probe()
    with pytest.raises(ag.RangeError, match="fit: there are no batches"):
        fit(model, [], sgd(model), 1)
    with pytest.raises(ag.RangeError, match="evaluate: there are no samples"):
        evaluate(model, [])


def test_the_optimiser_of_another_model():
    with pytest.raises(ag.GraphError, match="none of the model's parameters"):
        fit(Probe(), batches(), sgd(Probe()), 1)


def test_a_loss_of_many_numbers():
    model = Probe()
    with pytest.raises(ag.ShapeError, match=r"the loss must be one number[\s\S]*float32 \(16,\)"):
        fit(model, batches(), sgd(model), 1, loss=lambda y, t: ag.cross_entropy(y, t, reduction="none"))


def test_bad_labels_are_named_by_the_loss():
    model = Probe()
    images, labels = points()
    with pytest.raises(ag.RangeError, match="cross_entropy"):
        fit(model, ag.data.Batches(images, labels + 5, 8, shuffle=False), sgd(model), 1)


def test_evaluate_weighs_samples_and_records_nothing():
    model = Probe()
    images, labels = points()
    whole = evaluate(model, [(images, labels)])
    parts = evaluate(model, ag.data.Batches(images, labels, 7, shuffle=False))
    assert whole.count == parts.count == 40
    assert whole.loss == pytest.approx(parts.loss)
    assert whole.accuracy == pytest.approx(parts.accuracy)
    assert set(model.calls) == {(False, False)}
    assert model.training


def test_predict_joins_batches():
    model = Probe()
    images, _ = points()
    np.testing.assert_allclose(predict(model, images, 7), predict(model, images), rtol=1e-6)
    assert predict(model, images).shape == (40, 2)


@pytest.mark.parametrize(("count", "size"), [(0, 8), (4, 0)])
def test_predict_bad_input(count, size):
    with pytest.raises(ag.RangeError, match="predict: "):
        predict(Probe(), points()[0][:count], size)


def test_warm_cosine_rises_and_falls():
    values = [warm_cosine(p / 100) for p in range(101)]
    assert values[0] == 0
    assert max(values) == values[10] == 1
    assert values[100] == pytest.approx(0, abs=1e-12)
    assert values[:11] == sorted(values[:11])
    assert values[10:] == sorted(values[10:], reverse=True)
    assert warm_cosine(0, warm_up=0) == 1


def test_lenet_learns_digits_in_three_epochs():
    digits, rng = ag.data.digits(size=32), np.random.default_rng(0)
    net = ag.models.LeNet5(rng=rng)
    train = ag.data.Batches(digits.train.images, digits.train.labels, 64, rng=rng)
    fit(net, train, ag.optim.Adam(net.parameters(), 0.003), 3)
    assert evaluate(net, [(digits.test.images, digits.test.labels)]).accuracy > 0.85
