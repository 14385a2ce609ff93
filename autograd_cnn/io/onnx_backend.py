"""Run ONNX models on this library's operations, in the form that ONNX asks of a backend.

Needs the `onnx` package (extra ``[onnx]``). Each ONNX node is mapped to public operations of the library,
so what it computes is recorded and differentiated like anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_cnn._creation import from_numpy
from autograd_cnn._modes import no_grad, switched
from autograd_cnn._reverse import gradients
from autograd_cnn._tensor import Tensor
from autograd_cnn.errors import RangeError
from autograd_cnn.io.onnx_call import NO_SUCH_TYPE, Call, Outputs, UnsupportedNodeError
from autograd_cnn.io.onnx_operators import LEFT_OUT, OPERATORS

try:
    import onnx
    from onnx import numpy_helper
    from onnx.backend.base import Backend, BackendRep
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        'running ONNX models needs the package onnx: pip install "autograd-cnn[onnx]"', name=error.name
    ) from None

_DOMAINS = {"", "ai.onnx", "ai.onnx.preview.training"}
_NUMBERS = "FLOAT FLOAT16 DOUBLE BOOL INT8 INT16 INT32 INT64 UINT8 UINT16 UINT32 UINT64"
_TYPES = {int(onnx.TensorProto.DataType.Value(name)) for name in _NUMBERS.split()}
_READERS: dict[int, Callable[[Any], Any]] = {
    onnx.AttributeProto.TENSOR: numpy_helper.to_array,
    onnx.AttributeProto.STRING: lambda text: text.decode(),
    onnx.AttributeProto.STRINGS: lambda texts: [text.decode() for text in texts],
}


class AutogradBackendRep(BackendRep):
    """A model made ready to run.

    Parameters
    ----------
    model : onnx.ModelProto
        A checked model.

    Examples
    --------
    ``prepare(model).run([array])`` gives arrays; ``prepare(model).tensors(x)`` gives Tensors, through which
    gradients flow back to ``x``.
    """

    def __init__(self, model: onnx.ModelProto) -> None:
        graph = model.graph
        self._opsets = {entry.domain or "ai.onnx": entry.version for entry in model.opset_import}
        self._constants = {t.name: _tensor(numpy_helper.to_array(t)) for t in graph.initializer}
        self._nodes = tuple(graph.node)
        self._attributes = [{a.name: _attribute(a) for a in node.attribute} for node in self._nodes]
        self._last_use = {name: at for at, node in enumerate(self._nodes) for name in node.input}
        self.inputs = tuple(value.name for value in graph.input if value.name not in self._constants)
        self.outputs = tuple(value.name for value in graph.output)

    def run(self, inputs: Any, **_: Any) -> tuple[NDArray[Any], ...]:
        """Compute the model's outputs as read-only arrays; nothing is recorded.

        Parameters
        ----------
        inputs : array, sequence of arrays, or mapping from names to arrays
            One for each input of the graph that is no initializer.
        """
        with no_grad():
            return tuple(value.numpy() for value in self._outputs(self._feeds(inputs)))

    def tensors(self, *inputs: Any) -> tuple[Tensor, ...]:
        """Compute the model's outputs as Tensors, recorded for gradients with respect to the inputs."""
        return self._outputs(self._feeds(inputs))

    def _feeds(self, inputs: Any) -> dict[str, Tensor]:
        if isinstance(inputs, Mapping):
            given = dict(inputs)
        else:
            values = [inputs] if isinstance(inputs, (np.ndarray, Tensor)) else list(inputs)
            given = dict(zip(self.inputs, values, strict=False))
            if len(values) > len(self.inputs):
                raise RangeError(
                    "run", f"{len(values)} values for {len(self.inputs)} inputs", fits=str(self.inputs)
                )
        missing = [name for name in self.inputs if name not in given]
        if missing:
            raise RangeError("run", f"no value for the inputs {missing}", fits="one value for each input")
        return {name: _tensor(value) for name, value in given.items()}

    def _outputs(self, feeds: Mapping[str, Tensor]) -> tuple[Tensor, ...]:
        values = self._evaluate(feeds, self.outputs)
        return tuple(values[name] for name in self.outputs)

    def _evaluate(self, feeds: Mapping[str, Tensor], wanted: Iterable[str]) -> dict[str, Tensor]:
        """Run the nodes that the wanted values need, and drop each value after its last use."""
        kept, values = set(wanted), {**self._constants, **feeds}
        needed = self._needed(kept, set(values))
        for at, node in enumerate(self._nodes):
            if at not in needed:
                continue
            results = self._run_node(at, node, values, feeds)
            for name, result in zip(node.output, results, strict=False):
                if result is not None:
                    values[name] = result
            for name in {*node.input, *node.output}:
                if self._last_use.get(name, -1) <= at and name not in kept:
                    values.pop(name, None)
        return values

    def _needed(self, wanted: set[str], given: set[str]) -> set[int]:
        """Give the nodes from which the wanted values are made, going backward."""
        open_names, needed = wanted - given, set()
        for at in reversed(range(len(self._nodes))):
            node = self._nodes[at]
            if open_names.isdisjoint(node.output):
                continue
            needed.add(at)
            open_names.update(name for name in node.input if name not in given)
        return needed

    def _run_node(
        self, at: int, node: onnx.NodeProto, values: Mapping[str, Tensor], feeds: Mapping[str, Tensor]
    ) -> Sequence[Tensor | None]:
        def differentiate(
            xs: Sequence[str], zs: Sequence[str], y: str, inputs: Sequence[Tensor]
        ) -> tuple[Tensor, ...]:
            given = [_tensor(value.numpy(), wants=place < len(xs)) for place, value in enumerate(inputs)]
            with switched(recording=True):
                out = self._evaluate({**feeds, **dict(zip((*xs, *zs), given, strict=True))}, (y,))[y]
            return tuple(gradients(out, given[: len(xs)]))

        inputs = tuple(values[name] if name else None for name in node.input)
        opset = self._opsets.get(node.domain or "ai.onnx", 1)
        call = Call(node.op_type, inputs, self._attributes[at], opset, tuple(node.output), differentiate)
        result: Outputs = OPERATORS[node.op_type](call)
        results = result if isinstance(result, tuple) else (result,)
        if any(node.output[len(results) :]):
            raise call.unsupported(f"output {len(results)}: only the outputs before it are computed here")
        return results


class AutogradBackend(Backend):
    """ONNX's form of a backend: `prepare`, `run_model`, `run_node`, `supports_device`."""

    @classmethod
    def prepare(cls, model: onnx.ModelProto, device: str = "CPU", **_: Any) -> AutogradBackendRep:
        """Check a model and make it ready to run.

        Parameters
        ----------
        model : onnx.ModelProto
            The model.
        device : str
            Only "CPU".

        Raises
        ------
        UnsupportedNodeError
            When the model needs an operator, a type or a device that this library does not have.
        """
        onnx.checker.check_model(model)
        if not cls.supports_device(device):
            raise UnsupportedNodeError("prepare", f"device {device!r}", fits='"CPU"')
        _check_types(model.graph)
        _check_operators(model)
        return AutogradBackendRep(model)

    @classmethod
    def run_model(
        cls, model: onnx.ModelProto, inputs: Any, device: str = "CPU", **kwargs: Any
    ) -> tuple[NDArray[Any], ...]:
        """Prepare a model and run it once."""
        return cls.prepare(model, device, **kwargs).run(inputs)

    @classmethod
    def run_node(
        cls,
        node: onnx.NodeProto,
        inputs: Any,
        device: str = "CPU",
        outputs_info: Any = None,
        **kwargs: Any,
    ) -> tuple[NDArray[Any], ...]:
        """Run one node by itself.

        Parameters
        ----------
        node : onnx.NodeProto
            The node.
        inputs : sequence of arrays, or mapping from names to arrays
            In the order of the node's inputs, without those whose name is empty.
        device : str
            Only "CPU".
        outputs_info
            Not needed: our operations know the shapes and types of their results.
        **kwargs
            ``opset_version`` chooses the operator set; the newest of the installed `onnx` when left out.
        """
        version = kwargs.get("opset_version", onnx.defs.onnx_opset_version())
        opsets = [onnx.helper.make_opsetid("", version)]
        if node.domain not in ("", "ai.onnx"):
            opsets.append(onnx.helper.make_opsetid(node.domain, 1))
        names = list(dict.fromkeys(name for name in node.input if name))
        given = [inputs[name] for name in names] if isinstance(inputs, Mapping) else inputs
        arrays = [np.asarray(value) for value in ([given] if isinstance(given, np.ndarray) else given)]
        graph = onnx.helper.make_graph(
            [node],
            "one_node",
            [
                onnx.helper.make_tensor_value_info(
                    name, onnx.helper.np_dtype_to_tensor_dtype(array.dtype), array.shape
                )
                for name, array in zip(names, arrays, strict=True)
            ],
            [_named(name) for name in node.output if name],
        )
        model = onnx.helper.make_model(graph, opset_imports=opsets)
        _check_operators(model)
        return AutogradBackendRep(model).run(arrays)

    @classmethod
    def supports_device(cls, device: str) -> bool:
        """Say whether models can run there: on the CPU only."""
        return device.split(":")[0] == "CPU"


def _tensor(value: Any, wants: bool = False) -> Tensor:
    if isinstance(value, Tensor):
        return value
    array = np.asarray(value)
    if array.dtype.kind not in "biuf" or array.dtype.itemsize > 8:
        raise UnsupportedNodeError("prepare", f"type {array.dtype}: {NO_SUCH_TYPE}")
    return from_numpy(array, requires_grad=wants and array.dtype.kind == "f")


def _attribute(attribute: onnx.AttributeProto) -> Any:
    value = onnx.helper.get_attribute_value(attribute)
    reader = _READERS.get(attribute.type)
    return reader(value) if reader else value


def _named(name: str) -> onnx.ValueInfoProto:
    value: onnx.ValueInfoProto = onnx.ValueInfoProto()
    value.name = name
    return value


def _check_types(graph: onnx.GraphProto) -> None:
    for value in (*graph.input, *graph.output):
        kind = value.type.WhichOneof("value")
        if kind != "tensor_type":
            word = str(kind).removesuffix("_type").replace("_", " ")
            raise UnsupportedNodeError("prepare", f"{word} values: inputs and outputs are Tensors here")
        number = value.type.tensor_type.elem_type
        if number not in _TYPES:
            name = onnx.TensorProto.DataType.Name(number).lower()
            raise UnsupportedNodeError("prepare", f"type {name}: {NO_SUCH_TYPE}")


def _check_operators(model: onnx.ModelProto) -> None:
    for node in model.graph.node:
        if node.domain not in _DOMAINS or node.op_type not in OPERATORS:
            raise UnsupportedNodeError(
                node.op_type, LEFT_OUT.get(node.op_type, "no operation of this library")
            )


is_compatible = AutogradBackend.is_compatible
prepare = AutogradBackend.prepare
run_model = AutogradBackend.run_model
run_node = AutogradBackend.run_node
supports_device = AutogradBackend.supports_device
