"""The picture model: a snapshot with stable ids, argument slots, bytes that count shared memory once."""

import gc
import json
import weakref

import numpy as np
import pytest

import autograd_cnn as ag
import viz
from viz.picture.model import bytes_text, shape_text, unique_buffers
from viz.picture.pool_crop import pool_crop
from viz.views import picture_of

from .networks import Pair, chain, leaf, line_loss, pair_loss, residual_loss, square_loss


def test_equal_programs_give_equal_pictures():
    first, second = picture_of(pair_loss()), picture_of(pair_loss())
    assert [box.id for box in first.boxes] == [box.id for box in second.boxes]
    assert first.edges == second.edges
    assert first.scopes == second.scopes


def test_x_plus_x_is_two_edges():
    x = leaf(3, name="x")
    picture = picture_of((x + x).sum(), backward=False)
    assert [(edge.source, edge.target, edge.slot) for edge in picture.edges[:2]] == [
        ("p1", "n1", 0),
        ("p1", "n1", 1),
    ]


def test_a_picture_holds_nothing_of_the_program():
    loss = line_loss()
    node = weakref.ref(loss.node)
    picture = picture_of(loss)
    del loss
    gc.collect()
    assert node() is None
    assert len(picture.boxes) > 6


def test_shared_memory_counts_once_and_parameters_not_at_all():
    picture = picture_of(pair_loss())
    kept = [saved for box in picture.boxes for saved in box.saved]
    assert len(unique_buffers(picture.boxes)) < len(kept)
    assert any(saved.is_parameter for saved in kept)
    expected = {}
    for saved in kept:
        if not saved.is_parameter:
            expected[saved.buffer] = saved.nbytes
    assert picture.saved_bytes() == sum(expected.values())


def test_parameters_are_counted():
    assert picture_of(pair_loss()).parameter_count() == Pair().count_parameters()


def test_calls_of_one_module_are_numbered():
    scopes = [scope for scope in picture_of(pair_loss()).scopes if scope.path == "relu"]
    assert [(scope.call, scope.calls) for scope in scopes] == [(1, 3), (2, 3), (3, 3)]


def test_modules_have_whole_paths():
    paths = {scope.path for scope in picture_of(residual_loss()).scopes}
    assert {"", "stem", "blocks", "blocks.0", "blocks.0.a", "blocks.1.relu"} <= paths


def test_the_users_line_is_kept():
    loss = line_loss()
    place = next(
        box.place for box in picture_of(loss).boxes if box.op == "multiply" and box.half == "forward"
    )
    assert place.file.endswith("networks.py")
    assert "x * w + b" in place.text


def test_gradient_boxes_say_why_they_are_there():
    picture = picture_of(square_loss())
    reasons = {box.because.why for box in picture.boxes if box.half == "backward" and box.kind == "op"}
    assert "rule" in reasons
    assert "fan-out sum" in reasons


def test_flows_hold_the_gradients_of_scalars():
    x = ag.tensor(3.0, requires_grad=True, name="x")
    picture = picture_of(x * x * 2.0)
    assert next(flow.number for flow in picture.flows if flow.box == "p1") == pytest.approx(12.0)


def test_data_can_be_written_as_json():
    data = picture_of(pair_loss()).data()
    assert len(data) == len(list(data))
    read = json.loads(json.dumps(dict(data)))
    assert read["parameter_count"] == Pair().count_parameters()
    assert read["pools"][0]["switches"]
    with pytest.raises(KeyError):
        data["nothing"]


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", 'a "quoted" name', "two\nlines\x00\x1b", "x" * 10_000, ""]
)
def test_any_name_becomes_one_printable_line(name):
    box = next(box for box in picture_of(leaf(2, name=name).sum()).boxes if box.kind == "parameter")
    assert len(box.name) <= 200
    assert box.name.isprintable()


def test_a_freed_graph_is_told_apart():
    loss = line_loss()
    loss.backward()
    picture = picture_of(loss, backward=False)
    assert picture.is_freed
    assert picture.saved_bytes() == 0
    with pytest.raises(ag.FreedGraphError):
        picture_of(loss)


def test_long_chains_need_no_recursion():
    picture = picture_of(chain(5000))
    assert sum(box.kind == "op" for box in picture.boxes) == 5000


@pytest.mark.parametrize(
    ("window", "stride", "padding", "size"),
    [(2, 2, 0, 10), (3, 1, 0, 9), (3, 2, 1, 9), (2, 3, 0, 11), (5, 5, 0, 5)],
)
def test_a_crop_shows_the_engines_numbers(window, stride, padding, size):
    x = leaf(1, 2, size, size, name="x")
    y = ag.max_pool2d(x, window, stride=stride, padding=padding)
    weights = leaf(*y.shape, wants=False, seed=3)
    picture = picture_of((y * weights).sum())
    (crop,) = picture.pools
    gradient = ag.gradients((ag.max_pool2d(x, window, stride=stride, padding=padding) * weights).sum(), [x])[
        0
    ].data
    for i, line in enumerate(crop.gradient):
        for j, value in enumerate(line):
            row, column = crop.top + i, crop.left + j
            if 0 <= row < size and 0 <= column < size:
                assert value == pytest.approx(gradient[0, crop.channel, row, column])
            else:
                assert np.isnan(value)
    first_row, first_column = (crop.top + padding) // stride, (crop.left + padding) // stride
    for i, line in enumerate(crop.cotangent):
        for j, value in enumerate(line):
            assert value == pytest.approx(
                float(weights.data[0, crop.channel, first_row + i, first_column + j])
            )
            tap_row, tap_column = divmod(crop.switches[i][j], window)
            won = crop.gradient[i * stride + tap_row][j * stride + tap_column]
            assert won != 0


def test_a_crop_prefers_the_densest_place_and_knows_its_limits():
    geometry = ag.WindowGeometry((40, 40), (2, 2), (20, 20), (2, 2), ((0, 0), (0, 0)), (1, 1))
    cotangent = np.zeros((1, 1, 20, 20))
    cotangent[0, 0, 11:14, 6:9] = 1
    crop = pool_crop("n1", geometry, None, cotangent, np.zeros((1, 1, 40, 40)))
    assert sum(value for line in crop.cotangent for value in line) == 9
    wide = ag.WindowGeometry((40, 40), (20, 20), (2, 2), (20, 20), ((0, 0), (0, 0)), (1, 1))
    assert pool_crop("n1", wide, None, np.ones((1, 1, 2, 2)), np.ones((1, 1, 40, 40))) is None
    cube = ag.WindowGeometry((4,) * 3, (2,) * 3, (2,) * 3, (2,) * 3, ((0, 0),) * 3, (1,) * 3)
    assert pool_crop("n1", cube, None, np.ones((1, 1, 2, 2, 2)), np.ones((1, 1, 4, 4, 4))) is None


def test_a_crop_shows_only_what_the_pool_sends():
    x = leaf(1, 1, 6, 6, name="x")
    weights = leaf(1, 1, 4, 4, wants=False, seed=3)
    alone = picture_of((ag.max_pool2d(x, 3, stride=1) * weights).sum()).pools[0]
    beside = picture_of((ag.max_pool2d(x, 3, stride=1) * weights).sum() + x.sum() * 5.0).pools[0]
    assert np.allclose(alone.gradient, beside.gradient)


def test_other_operations_on_windows_have_no_crop():
    values, indices = ag.max_pool2d(leaf(1, 1, 6, 6, name="x"), 2, return_indices=True)
    unpooled = ag.max_unpool2d(values, indices, 2)
    assert [pool.window for pool in picture_of((unpooled * unpooled).sum()).pools] == [(2, 2)]


def test_words_for_sizes():
    assert bytes_text(999_600) == "1 MB"
    assert bytes_text(0) == "0 B"
    assert shape_text((2, 3)) == "2×3"


def test_pictures_come_from_many_kinds_of_things():
    loss = line_loss()
    assert not picture_of(ag.Graph.of(loss)).has_backward
    assert picture_of(ag.gradient_graph(loss)).seeds == ("seed = 1",)
    assert picture_of(lambda a, b: (a * b).sum(), np.ones(3), 2.0).boxes[0].name == "a"
    assert picture_of(Pair(), np.zeros((1, 1, 12, 12), np.float32)).seeds == ("seed = 1, assumed",)
    assert len(picture_of([loss, loss]).outputs) == 2
    for bad in (3, "x", [], [3]):
        with pytest.raises(viz.UndrawableError, match="fits"):
            picture_of(bad)
    with pytest.raises(viz.UndrawableError, match="to call"):
        picture_of(loss, 1.0)
    with pytest.raises(viz.UndrawableError, match="returned"):
        picture_of(lambda: 3)


def unpooled(indices_of, **settings):
    """A pool, and an un-pooling that puts its results back where ``indices_of`` the pool's indices says."""
    x = leaf(2, 3, 7, 7, name="x")
    y, places = ag.max_pool2d(x, 3, return_indices=True, **settings)
    return ag.max_unpool2d(ag.relu(y), indices_of(places), 3, output_size=(7, 7)).sum()


@pytest.mark.parametrize(
    "settings", [{}, {"stride": 1}, {"stride": 2, "padding": 1}, {"dilation": 2, "stride": 1}]
)
@pytest.mark.parametrize("copied", [False, True])
def test_an_un_pooling_reads_the_switches_of_the_pool_that_gave_its_indices(settings, copied):
    picture = picture_of(unpooled(lambda places: places.numpy().copy() if copied else places, **settings))
    boxes = {box.id: box for box in picture.boxes}
    ways = [edge for edge in picture.edges if boxes[edge.target].op == "add_along" and edge.slot == 1]
    assert [(boxes[edge.source].op, edge.port) for edge in ways] == [("max_pool", 1)]
    assert not [box for box in picture.boxes if box.kind == "constant" and box.half == "forward"]


def test_indices_of_nobody_stay_a_constant():
    picture = picture_of(unpooled(lambda places: np.zeros(places.shape, np.int64)))
    boxes = {box.id: box for box in picture.boxes}
    ways = [edge for edge in picture.edges if boxes[edge.target].op == "add_along" and edge.slot == 1]
    assert [boxes[edge.source].kind for edge in ways] == ["constant"]


def test_indices_that_two_pools_share_stay_a_constant():
    x = leaf(1, 1, 4, 4, name="x")
    y, places = ag.max_pool2d(x, 2, return_indices=True)
    twin = ag.max_pool2d(x * 2.0, 2)
    picture = picture_of(ag.max_unpool2d(y, places, 2).sum() + twin.sum())
    boxes = {box.id: box for box in picture.boxes}
    ways = [edge for edge in picture.edges if boxes[edge.target].op == "add_along" and edge.slot == 1]
    assert [boxes[edge.source].kind for edge in ways] == ["constant"]
