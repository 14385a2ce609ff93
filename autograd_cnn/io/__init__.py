"""Files and exchange formats. ``autograd_cnn.io.onnx_backend`` runs ONNX models (extra ``[onnx]``)."""
