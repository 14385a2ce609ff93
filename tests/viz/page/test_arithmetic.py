"""The page computes pooling, switches and un-pooling itself; here it must say what Python says."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import autograd_cnn as ag
import viz

pytestmark = pytest.mark.browser

CASES = 150
COMPUTE = """(cases) => cases.map(({ x, dy, settings }) => {
  const { y, dx, windows } = explorePage.route(x, dy, settings);
  return { y, dx, taps: windows.map((w) => w.shares.map((share) => [share.tap, share.share])) };
})"""
POOLS = {"max": ag.max_pool2d, "average": ag.avg_pool2d, "sum": ag.sum_pool2d}


def random_case(rng: np.random.Generator) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """A case for the page, and what Python says; None where Python refuses the sizes."""
    kind = str(rng.choice(["max", "max", "average", "sum"]))
    window, stride = rng.integers(1, 5, 2).tolist(), rng.integers(1, 4, 2).tolist()
    padding, dilation = rng.integers(0, 3, (2, 2)).tolist(), rng.integers(1, 3, 2).tolist()
    rounding = str(rng.choice(["floor", "ceil"]))
    # Few values, so that there are ties.
    x = rng.integers(-3, 4, (1, 1, *rng.integers(1, 12, 2))).astype(np.float64)
    if rng.random() < 0.2:
        x[rng.random(x.shape) < 0.1] = rng.choice([np.nan, -np.inf] if kind == "max" else [0.5])
    tensor = ag.tensor(x, requires_grad=True)
    more: dict[str, Any] = {"dilation": dilation}
    ties, counts = str(rng.choice(["first", "last", "split"])), bool(rng.random() < 0.5)
    if kind == "max":
        more["ties"] = ties
    elif kind == "average":
        more["count_include_pad"] = counts
    try:
        y = POOLS[kind](tensor, window, stride, tuple(map(tuple, padding)), rounding=rounding, **more)
    except ag.AutogradError:
        return None
    dy = rng.normal(size=y.shape)
    routed = ag.routing(y, cotangent=dy)
    y.backward(dy, retain_graph=True)
    assert tensor.grad is not None
    settings = {
        "kind": kind,
        "ties": ties,
        "window": window,
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
        "countsPadding": counts,
    }
    if rounding == "ceil":
        settings["grid"] = list(y.shape[2:])
    case = {"x": x[0, 0].tolist(), "dy": dy[0, 0].tolist(), "settings": settings}
    said = {
        "y": y.data[0, 0],
        "dx": tensor.grad.data[0, 0],
        "routing": routed,
        "size": y.shape[2] * y.shape[3],
    }
    return case, said


def test_the_page_computes_what_python_computes(visit):
    rng = np.random.default_rng(11)
    found = [case for case in (random_case(rng) for _ in range(CASES)) if case is not None]
    assert len(found) > CASES // 3
    page = visit("lecture")
    computed = page.evaluate(COMPUTE, [case for case, _ in found])
    for (case, said), got in zip(found, computed, strict=True):
        np.testing.assert_allclose(got["y"], said["y"], rtol=1e-12, atol=1e-12, err_msg=str(case))
        np.testing.assert_allclose(got["dx"], said["dx"], rtol=1e-12, atol=1e-12, err_msg=str(case))
        shares = [share for window in got["taps"] for share in window]
        assert len(shares) == len(said["routing"])
        np.testing.assert_allclose([share for _, share in shares], said["routing"].coefficients, rtol=1e-12)


def test_switches_are_pythons(visit):
    rng = np.random.default_rng(12)
    cases, switches = [], []
    for ties in ("first", "last"):
        for _ in range(20):
            x = rng.integers(0, 3, (1, 1, 6, 7)).astype(np.float64)
            routed = ag.routing(ag.max_pool2d(ag.tensor(x, requires_grad=True), 3, 2, 1, ties=ties))
            settings = {"kind": "max", "ties": ties, "window": [3, 3], "stride": [2, 2], "dilation": [1, 1]}
            settings |= {"padding": [[1, 1], [1, 1]], "countsPadding": True}
            cases.append({"x": x[0, 0].tolist(), "dy": None, "settings": settings})
            switches.append(routed.switches.reshape(-1).tolist())
    page = visit("lecture")
    computed = page.evaluate(COMPUTE, cases)
    assert [[window[0][0] for window in got["taps"]] for got in computed] == switches


@pytest.mark.parametrize("name", ["lecture", "average", "sequence", "lenet", "large"])
def test_what_the_page_shows_first_is_what_was_recorded(visit, name):
    """dX from the data block, computed by the page, is the gradient that Python recorded."""
    page = visit(name)
    data = page.evaluate("JSON.parse(document.getElementById('data').textContent)")
    row = data["levels"][data["level"]]["rows"][data["start"]]
    plane = data["pools"][row["pool"]]["planes"][0]
    labels = page.locator('[data-grid="dy"][role="gridcell"]').evaluate_all(
        "all => all.map(e => e.ariaLabel)"
    )
    shown = [float(label.rsplit(" ", 1)[1].replace("\N{MINUS SIGN}", "-")) for label in labels]
    every = [value for line in plane["dy"] for value in line]
    assert len(shown) > 0
    for value in shown:
        assert min(abs(value - other) for other in every) <= 1e-3 * max(map(abs, every))


@pytest.mark.parametrize(("value", "words"), [("-inf", "\N{MINUS SIGN}\N{INFINITY}"), ("nan", "NaN")])
def test_odd_values_are_named(visit, value, words):
    page = visit("odd")
    assert words in page.locator('[data-grid="x"] .number').all_text_contents()


def test_printed_sums_add_up_or_say_that_they_are_rounded(visit):
    rng = np.random.default_rng(5)
    sums = [rng.normal(size=rng.integers(2, 5)).round(int(rng.integers(1, 6))).tolist() for _ in range(300)]
    page = visit("lecture")
    printed = page.evaluate(
        """sums => sums.map(terms => {
            const { joinTerms, scaleOf, shown, sumSign } = explorePage;
            const total = terms.reduce((before, term) => before + term, 0);
            const scale = scaleOf([...terms, total], 3);
            const joined = joinTerms(terms.map(term => shown(term, scale)));
            return [joined, sumSign(terms, total, scale), shown(total, scale)];
        })""",
        sums,
    )
    signs = set()
    for joined, sign, total in printed:
        text = joined.replace("\N{MINUS SIGN}", "-")
        assert not re.search(r"[+-] [+-]", text)
        numbers = [float(number) for number in re.sub("[+≈] ?", "", text.replace("- ", "-")).split(" ")]
        adds = abs(sum(numbers) - float(total.replace("\N{MINUS SIGN}", "-").lstrip("≈"))) < 1e-6
        assert (sign == "=") == (adds and "≈" not in text + total), (joined, sign, total)
        signs.add(sign)
    assert signs == {"=", "≈"}


def test_what_cancels_was_received_and_what_is_0_was_not_sent(visit):
    page = visit("cancelling", "row=2")
    routed = ag.routing(
        ag.max_pool1d(ag.tensor([[[3.0, 1, 9, 2, 0, 8, 4, 7]]], requires_grad=True), 2, stride=1),
        cotangent=[[[0.5, 0.125, -0.125, 0.0, 0.1235, 0.2346, 0.3]]],
    )
    words = "6 sent, 4 cells received, 4 stayed 0."
    assert words in viz.routing(routed).text
    assert words.replace("sent", "gradients sent") in page.locator(".caption").inner_text()
