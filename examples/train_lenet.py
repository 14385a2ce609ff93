"""Train LeNet-5 on real handwritten digits, judge it on digits it never saw, and save pictures.

python examples/train_lenet.py [folder] [epochs]
"""

import sys
from pathlib import Path

import numpy as np

import autograd_cnn as ag
import viz


def main(folder: Path, epochs: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)

    # 1,797 digits ship with the package. Both parts are fixed, so every run holds out the same ones.
    digits = ag.data.digits(size=32)
    print(f"to learn from: {digits.train}\nheld out:      {digits.test}\n")

    # All randomness comes from generators that you make: the same seed gives the same network.
    rng = np.random.default_rng(0)
    net = ag.models.LeNet5(rng=rng)
    print(net, "\n")

    # One training step, by hand. `backward` adds up gradients in .grad, so the old ones go first.
    optimiser = ag.optim.Adam(net.parameters(), lr=0.004)
    images, labels = digits.train.images[:64], digits.train.labels[:64]
    loss = ag.cross_entropy(net(images), labels)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    print(f"loss before any training: {loss.item():.2f} (guessing blindly among ten costs {np.log(10):.2f})")

    # The other steps are the same in a loop: `fit`. Small random shifts make more of 1,437 digits.
    history = ag.training.fit(
        net,
        ag.data.Batches(digits.train.images, digits.train.labels, 64, rng=rng),
        optimiser,
        epochs,
        schedule=ag.training.warm_cosine,
        augment=lambda batch: ag.data.shift(batch, 2, rng),
        held_out=ag.data.Batches(digits.test.images, digits.test.labels, 256, shuffle=False),
    )
    for epoch in history.epochs:
        assert epoch.held_out is not None
        print(
            f"epoch {epoch.number}: training loss {epoch.loss:.3f}, "
            f"held-out accuracy {100 * epoch.held_out.accuracy:.1f} %"
        )

    viz.curves(history.series(), title="LeNet-5").save(folder / "curves.svg")

    # Where does the second pooling send the gradient of one class score, for one digit?
    x = digits.test.images[:1]
    pooled = net.s4(net.features(x))
    scores = net.classify(pooled)
    digit = int(scores.data.argmax())
    logit = scores[0, digit]
    logit.name = f"logit {digit}"
    # Of the 16 maps, draw the liveliest: where a whole window is 0, the ReLU before it blocks the gradient.
    channel = int(np.count_nonzero(pooled.data[0], axis=(1, 2)).argmax())
    viz.routing(pooled, loss=logit, channel=channel).save(folder / "routing.svg")

    print(f"\nthe first held-out digit is a {digits.test.labels[0]}; the network says {digit}")
    print(f"saved {folder / 'curves.svg'} and {folder / 'routing.svg'}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "out"), int(sys.argv[2]) if len(sys.argv) > 2 else 6)
