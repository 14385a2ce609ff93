"""The ONNX backend on small models of our own: values, gradients, old opsets, refusals."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import autograd_cnn as ag

onnx = pytest.importorskip("onnx", reason='needs onnx: pip install ".[onnx]"')
backend = pytest.importorskip("autograd_cnn.io.onnx_backend")

pytestmark = pytest.mark.onnx

FLOAT = 1
RNG = np.random.default_rng(7)


def node(op: str, inputs: str, outputs: str = "y", **attributes: Any) -> Any:
    names = ["" if name == "-" else name for name in inputs.split()]
    return onnx.helper.make_node(op, names, outputs.split(), **attributes)


def model(
    nodes: list[Any], inputs: dict[str, Any], outputs: dict[str, Any], opset: int = 20, **constants: Any
) -> Any:
    graph = onnx.helper.make_graph(
        nodes,
        "test",
        [onnx.helper.make_tensor_value_info(name, FLOAT, shape) for name, shape in inputs.items()],
        [onnx.helper.make_tensor_value_info(name, FLOAT, shape) for name, shape in outputs.items()],
        [onnx.numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    opsets = [onnx.helper.make_opsetid("", opset), onnx.helper.make_opsetid("ai.onnx.preview.training", 1)]
    return onnx.helper.make_model(graph, opset_imports=opsets)


def floats(*shape: int) -> np.ndarray:
    return RNG.standard_normal(shape).astype(np.float32)


def small_network() -> tuple[Any, dict[str, np.ndarray]]:
    weights = {"k": floats(4, 2, 3, 3), "b": floats(4), "w": floats(5, 36), "c": floats(5)}
    nodes = [
        node("Conv", "x k b", "h", pads=[1, 1, 1, 1], group=1),
        node("Relu", "h", "r"),
        node("MaxPool", "r", "p", kernel_shape=[2, 2], strides=[2, 2]),
        node("Flatten", "p", "f"),
        node("Gemm", "f w c", "y", transB=1),
    ]
    return model(nodes, {"x": ["N", 2, 6, 6]}, {"y": ["N", 5]}, **weights), weights


def same_network(x: Any, k: Any, b: Any, w: Any, c: Any) -> ag.Tensor:
    h = ag.max_pool2d(ag.relu(ag.conv2d(x, k, b, padding=1)), 2)
    return ag.dense(ag.flatten(h, 1), w, c)


def test_a_small_network_gives_the_values_of_our_own_calls() -> None:
    network, weights = small_network()
    x = floats(3, 2, 6, 6)
    (y,) = backend.run_model(network, [x])
    np.testing.assert_allclose(y, same_network(x, **weights).numpy(), rtol=1e-6)
    assert y.dtype == np.float32


def test_gradients_flow_through_a_model() -> None:
    network, weights = small_network()
    x, twin = (ag.tensor(np.ones((1, 2, 6, 6), np.float32), requires_grad=True) for _ in range(2))
    (y,) = backend.prepare(network).tensors(x)
    y.sum().backward()
    same_network(twin, **weights).sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), twin.grad.numpy(), rtol=1e-6)


def test_run_records_nothing_and_takes_names() -> None:
    network, weights = small_network()
    prepared = backend.prepare(network)
    x = floats(1, 2, 6, 6)
    by_name = prepared.run({"x": x, "c": np.zeros(5, np.float32)})[0]
    np.testing.assert_allclose(by_name, prepared.run(x)[0] - weights["c"], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("values", [[], [floats(1), floats(1)], {"z": floats(1)}])
def test_wrong_numbers_of_inputs_are_refused(values: Any) -> None:
    prepared = backend.prepare(model([node("Relu", "x")], {"x": [1]}, {"y": [1]}))
    with pytest.raises(ag.RangeError, match="value"):
        prepared.run(values)


def test_run_node_takes_an_opset() -> None:
    x = floats(2, 3)
    (y,) = backend.run_node(node("ReduceSum", "x", axes=[1], keepdims=0), [x], opset_version=11)
    np.testing.assert_allclose(y, x.sum(1), rtol=1e-6)
    (y,) = backend.run_node(node("Add", "x x"), {"x": x})
    np.testing.assert_array_equal(y, 2 * x)


def test_only_the_processor_is_supported() -> None:
    assert backend.supports_device("CPU")
    assert backend.supports_device("CPU:0")
    assert not backend.supports_device("CUDA")
    with pytest.raises(backend.UnsupportedNodeError, match="CUDA"):
        backend.prepare(model([node("Relu", "x")], {"x": [1]}, {"y": [1]}), "CUDA")


def test_an_operator_that_is_missing_is_named_with_the_reason() -> None:
    with pytest.raises(backend.UnsupportedNodeError, match="Det: no matrix factorisations"):
        backend.prepare(model([node("Det", "x")], {"x": [2, 2]}, {"y": []}))


def test_types_without_tensors_are_refused() -> None:
    graph = onnx.helper.make_graph(
        [node("Identity", "x")],
        "text",
        [onnx.helper.make_tensor_value_info("x", onnx.TensorProto.STRING, [1])],
        [onnx.helper.make_tensor_value_info("y", onnx.TensorProto.STRING, [1])],
    )
    opsets = [onnx.helper.make_opsetid("", 20)]
    with pytest.raises(backend.UnsupportedNodeError, match="type string"):
        backend.prepare(onnx.helper.make_model(graph, opset_imports=opsets))


def test_indices_of_max_pooling_count_through_the_whole_tensor() -> None:
    x = floats(2, 3, 4, 6, 2)
    pool = {"kernel_shape": [2, 2, 2], "strides": [2, 2, 2]}
    values, rows = backend.run_node(node("MaxPool", "x", "y i", **pool), [x])
    np.testing.assert_array_equal(x.ravel()[rows], values)
    values, columns = backend.run_node(node("MaxPool", "x", "y i", storage_order=1, **pool), [x])
    by_columns = x.transpose(0, 1, 4, 3, 2).ravel()
    np.testing.assert_array_equal(by_columns[columns], values)
    (back,) = backend.run_node(node("MaxUnpool", "v i", **pool), {"v": values, "i": rows})
    np.testing.assert_array_equal(back.ravel()[rows], values)
    assert np.count_nonzero(back) == values.size


def test_global_lp_pooling() -> None:
    x = floats(2, 3, 4, 5)
    (y,) = backend.run_node(node("GlobalLpPool", "x", p=3), [x])
    np.testing.assert_allclose(y, (np.abs(x) ** 3).sum((2, 3), keepdims=True) ** (1 / 3), rtol=1e-5)


def test_old_opsets_broadcast_from_an_axis() -> None:
    x, y = floats(2, 3, 4), floats(3)
    old = node("Mul", "x z", broadcast=1, axis=1)
    (product,) = backend.run_node(old, {"x": x, "z": y}, opset_version=6)
    np.testing.assert_array_equal(product, x * y[:, None])


def test_old_opsets_clip_by_attributes_and_softmax_over_joined_axes() -> None:
    x = floats(2, 3, 4)
    (y,) = backend.run_node(node("Clip", "x", min=-0.5, max=0.5), [x], opset_version=6)
    np.testing.assert_array_equal(y, x.clip(-0.5, 0.5))
    (y,) = backend.run_node(node("LogSoftmax", "x", axis=1), [x], opset_version=11)
    np.testing.assert_allclose(np.exp(y).sum((1, 2)), 1.0, rtol=1e-5)


def test_old_opsets_train_unless_told_to_test() -> None:
    x = floats(2, 3)
    (y,) = backend.run_node(node("Dropout", "x", is_test=1), [x], opset_version=6)
    np.testing.assert_array_equal(y, x)
    with pytest.raises(backend.UnsupportedNodeError, match="random zeros"):
        backend.run_node(node("Dropout", "x"), [x], opset_version=6)


def test_an_output_that_is_not_computed_is_refused() -> None:
    arrays = {"x": floats(2, 3), **{name: np.ones(3, np.float32) for name in "sbmv"}}
    old = node("BatchNormalization", "x s b m v", "y rm rv sm sv")
    with pytest.raises(backend.UnsupportedNodeError, match="output 3"):
        backend.run_node(old, arrays, opset_version=9)


def test_the_gradient_operator_may_ask_at_other_places() -> None:
    ask = onnx.helper.make_node(
        "Gradient", ["p", "q"], ["d"], domain="ai.onnx.preview.training", xs=["a"], zs=["b"], y="c"
    )
    products = [node("Mul", "a b", "m"), node("Mul", "m a", "c")]
    network = model([*products, ask], dict.fromkeys("abpq", ()), {"c": (), "d": ()})
    c, d = backend.run_model(network, [np.float32(n) for n in (2, 3, 5, 7)])
    assert (c, d) == (2 * 3 * 2, 2 * 5 * 7)


def test_scattering_refuses_two_updates_of_a_cell() -> None:
    arrays = {"x": floats(3), "i": np.array([0, 0]), "u": floats(2)}
    with pytest.raises(backend.UnsupportedNodeError, match="none overwrites"):
        backend.run_node(node("ScatterElements", "x i u"), arrays)


def test_importing_the_package_does_not_import_onnx() -> None:
    code = "import sys, autograd_cnn; sys.exit('onnx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_missing_onnx_says_what_to_install() -> None:
    code = "import sys; sys.modules['onnx'] = None; import autograd_cnn.io.onnx_backend"
    run = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert 'pip install "autograd-cnn[onnx]"' in run.stderr
