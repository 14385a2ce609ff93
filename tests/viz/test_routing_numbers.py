"""How the routing picture prints numbers, and how its arrows find their way."""

import re

import numpy as np
import pytest

import autograd_cnn as ag
import viz
from viz.canvas.scene import Box
from viz.pooling.arrows import clear_way, crosses
from viz.pooling.numbers import NumberFormat, choose_format, fit_number


def test_number_formats() -> None:
    show = choose_format([1.9, 0.05, -0.4])
    assert [show(value) for value in (1.9, 0.05, -0.4, 0.0)] == ["1.9", "0.05", "−0.4", "0"]
    small = choose_format([0.00123456, -0.0004])
    assert (small.unit, small(0.00123456), small(-0.0004)) == ("unit 0.001", "1.2", "−0.4")
    assert choose_format([0.0])(0.0) == "0"
    assert choose_format([float("nan"), 2.0])(float("nan")) == "NaN"
    assert NumberFormat(0, 1)(0.01) == "≈0"
    assert choose_format([4.0, 100.0])(100.0) == "100"
    assert choose_format([0.1 + 1e-9, 0.2])(0.1 + 1e-9) == "0.1"


def test_printed_terms_add_up_where_digits_can_make_them() -> None:
    terms = (0.1449, 0.2449)
    show = choose_format([*terms, sum(terms), 1 / 3], [(terms, sum(terms))])
    assert show.adds_up(terms, sum(terms))


@pytest.mark.parametrize(
    ("text", "room", "expected"),
    [("0.57", 4, "0.57"), ("0.57", 3, ".57"), ("−12.3", 4, "−12"), ("−0.04", 3, "≈0"), ("123", 2, "123")],
)
def test_numbers_fit_small_cells(text: str, room: int, expected: str) -> None:
    assert fit_number(text, room) == expected


def test_arrows_go_around_or_not_at_all() -> None:
    pill, target = Box(0, 0, 20, 10), Box(0, 60, 20, 80)
    free = clear_way(pill, [target], (10, 70), [], [])
    assert free is not None
    assert free[1][1] == 60
    wall = Box(4, 30, 16, 40)
    around = clear_way(pill, [target], (10, 70), [wall], [])
    assert around is not None
    assert not crosses(wall, around, 0.3)
    assert clear_way(pill, [target], (10, 70), [Box(-500, 30, 500, 40)], []) is None
    assert clear_way(pill, [target], (10, 70), [], [((-500, 35), (500, 35))]) is None


def test_values_that_are_not_equal_get_digits_that_tell_them_apart() -> None:
    values = (1 / 3, 1 / 3 + 0.0004)
    plain, apart = choose_format(values), choose_format(values, apart=[values])
    assert plain(values[0]) == plain(values[1])
    assert (apart(values[0]), apart(values[1])) == ("0.333", "0.334")


@pytest.mark.parametrize("window", [2, 3, 5])
def test_shares_between_whole_numbers_are_printed(window: int) -> None:
    x = ag.tensor(np.arange(49.0).reshape(1, 1, 7, 7), requires_grad=True)
    text = viz.routing(ag.avg_pool2d(x, window, stride=1)).text
    share = f"{1 / window**2:.2g}"
    assert re.search(rf" = {share}\d* \+ {share}", text)
    assert "≈0" not in text
