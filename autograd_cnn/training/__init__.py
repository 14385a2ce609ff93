"""Training: batches in, steps of an optimiser, and a record of how it went."""

from autograd_cnn.training.judging import evaluate, predict
from autograd_cnn.training.loop import fit
from autograd_cnn.training.records import DivergedError, Epoch, Evaluation, History, Step
from autograd_cnn.training.schedules import warm_cosine

__all__ = [
    "DivergedError",
    "Epoch",
    "Evaluation",
    "History",
    "Step",
    "evaluate",
    "fit",
    "predict",
    "warm_cosine",
]
