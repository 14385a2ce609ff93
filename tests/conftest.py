"""What every test shares: which tests wait for a library, a browser or a long run."""

import os
from importlib.util import find_spec

import pytest
from hypothesis import settings

if "PYTEST_XDIST_WORKER" in os.environ:
    # Before NumPy comes: two processes that both ask for all cores wait for one another (decision 0048).
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# A slow or busy machine is no reason to fail, and a failure must come back on the next run.
settings.register_profile("tests", deadline=None, derandomize=True, max_examples=50, print_blob=True)
# .ci/deep: other cases on each run, and as many times more of them as the variable says.
_scale = int(os.environ.get("AUTOGRAD_CNN_DEEP", "0"))
settings.register_profile("deep", deadline=None, max_examples=50 * max(_scale, 1), print_blob=True)
settings.load_profile("deep" if _scale else "tests")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Take all cores for whole folders; tests picked from a file run in this process, where pdb works."""
    picked = any(".py" in argument for argument in config.args)
    return 0 if picked else min(os.cpu_count() or 1, 8)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, with the reason, what this machine or this run has no means for."""
    missing = {
        "peers": None if find_spec("torch") else 'needs torch: pip install ".[peers]"',
        "onnx": None if find_spec("onnx") else 'needs onnx: pip install ".[onnx]"',
        "browser": None if find_spec("playwright") else "needs playwright and a browser",
        "deep": None if _scale else "a long proof: run .ci/deep",
    }
    for item in items:
        for marker, reason in missing.items():
            if reason and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def deep_scale() -> int:
    """How many times more cases a deep test should try; 1 in an ordinary run."""
    return max(_scale, 1)
