"""Small ONNX files, node by node."""

import pytest


def onnx_model(path, nodes, inputs, outputs, weights=(), opset=17):
    """Write a graph of nodes (kind, inputs, outputs, attributes) with its weights."""
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    from onnx import TensorProto, helper, numpy_helper

    def values(named):
        return [helper.make_tensor_value_info(*one) for one in named]

    kinds = {"float": TensorProto.FLOAT, "double": TensorProto.DOUBLE, "int": TensorProto.INT64}
    inputs, outputs = ([(n, kinds[k], s) for n, k, s in each] for each in (inputs, outputs))
    graph = helper.make_graph(
        [helper.make_node(*node[:3], **node[3]) for node in nodes],
        "g",
        values(inputs),
        values(outputs),
        [numpy_helper.from_array(array, name) for name, array in weights],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9)
    onnx.save(model, path)
