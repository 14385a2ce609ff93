"""Section 6, the next classics: AlexNet, VGG-16 and ResNet-18, their sizes from shapes alone.

python examples/lecture/07_classics.py [--out folder] [--quick]
"""

import numpy as np
from lesson import Row, compare, options

import autograd_cnn as ag
import viz

nn = ag.nn
CLASSES = 1000


def empty(shape, _):
    """First weights that cost nothing: only their number matters here."""
    return np.zeros(shape, np.float32)


RNG = np.random.default_rng(0)


def conv(channels, filters, window=3, **settings):
    return nn.Conv2d(channels, filters, window, rng=RNG, init=empty, **settings)


def dense(inputs, outputs):
    return nn.Dense(inputs, outputs, rng=RNG, init=empty)


def alexnet():
    """AlexNet (2012): two halves on two machines, so three of its convolutions have two groups."""
    pool = {"window": 3, "stride": 2}
    return nn.Sequential(
        conv(3, 96, 11, stride=4, padding=2), nn.ReLU(), nn.LocalResponseNorm(5), nn.MaxPool2d(**pool),
        conv(96, 256, 5, padding=2, groups=2), nn.ReLU(), nn.LocalResponseNorm(5), nn.MaxPool2d(**pool),
        conv(256, 384, padding=1), nn.ReLU(),
        conv(384, 384, padding=1, groups=2), nn.ReLU(),
        conv(384, 256, padding=1, groups=2), nn.ReLU(), nn.MaxPool2d(**pool),
        nn.Flatten(), nn.Dropout(rng=RNG), dense(9216, 4096), nn.ReLU(),
        nn.Dropout(rng=RNG), dense(4096, 4096), nn.ReLU(), dense(4096, CLASSES),
    )  # fmt: skip


def vgg16():
    """VGG-16 (2014): the usual pattern at its purest."""
    layers, channels = [], 3
    for filters, times in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(times):
            layers += [conv(channels, filters, padding=1), nn.ReLU()]
            channels = filters
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(
        *layers, nn.Flatten(), dense(512 * 7 * 7, 4096), nn.ReLU(), dense(4096, 4096), nn.ReLU(),
        dense(4096, CLASSES),
    )  # fmt: skip


class BasicBlock(nn.Module):
    """Two convolutions, and a way around them."""

    def __init__(self, channels, filters, stride):
        self.conv1 = conv(channels, filters, stride=stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(filters)
        self.conv2 = conv(filters, filters, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(filters)
        self.around = None
        if stride > 1 or channels != filters:
            self.around = nn.Sequential(
                conv(channels, filters, 1, stride=stride, bias=False), nn.BatchNorm2d(filters)
            )

    def forward(self, x):
        """Compute the pair, and add what went around it."""
        y = ag.relu(self.norm1(self.conv1(x)))
        return ag.relu(self.norm2(self.conv2(y)) + (x if self.around is None else self.around(x)))


def resnet18():
    """ResNet-18 (2015): eight blocks with a way around each."""
    blocks, channels = [], 64
    for filters, stride in ((64, 1), (128, 2), (256, 2), (512, 2)):
        blocks += [BasicBlock(channels, filters, stride), BasicBlock(filters, filters, 1)]
        channels = filters
    return nn.Sequential(
        conv(3, 64, 7, stride=2, padding=3, bias=False), nn.BatchNorm2d(64), nn.ReLU(),
        nn.MaxPool2d(3, stride=2, padding=1), *blocks, nn.GlobalAvgPool(), nn.Flatten(), dense(512, CLASSES),
    )  # fmt: skip


def layers_with_weights(network):
    """Count convolutions and dense layers on the main path, as the networks' names do."""
    return sum(
        isinstance(module, (nn.Conv2d, nn.Dense)) and "around" not in path
        for path, module in network.named_modules()
    )


def main():
    out = options(__doc__).out
    rows = []
    for name, build, wanted, deep in (
        ("VGG-16", vgg16, 138_357_544, 16),
        ("ResNet-18", resnet18, 11_689_512, 18),
    ):
        network = build().eval()
        scores = network.summary((1, 3, 224, 224)).layers[-1].shape[1]
        rows += [
            Row(f"{name}: parameters at 1,000 classes", wanted, network.count_parameters()),
            Row(f"{name}: layers with weights, as its name says", deep, layers_with_weights(network)),
            Row(f"{name}: scores for a picture of 224 x 224", CLASSES, scores),
        ]
    viz.draw(network, (1, 3, 224, 224), depth=1).save(out / "resnet18.svg")
    compare("Sizes of the next classics, from shapes alone", rows)
    count = alexnet().count_parameters()
    print(f"\nAlexNet: the lecture gives no number; the paper's network in two halves has {count:,}.")
    print("\nThe usual pattern: (convolution + ReLU) repeated, pooling between, dense layers at the end.")
    print("ResNet adds a way around each pair; where it meets the pair's output again, an addition copies")
    print("the gradient to both. Such networks classify; with un-pooling they also segment; and they serve")
    print("detection, captioning, pose and generation.")
    print(f"\nsaved resnet18.svg in {out}")


if __name__ == "__main__":
    main()
