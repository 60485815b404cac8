"""What we use of onnxruntime, which has no types."""

from collections.abc import Mapping, Sequence
from typing import Any

class SessionOptions:
    log_severity_level: int

class InferenceSession:
    def __init__(
        self, path_or_bytes: str, sess_options: SessionOptions, *, providers: Sequence[str]
    ) -> None: ...
    def get_inputs(self) -> list[Any]: ...
    def get_outputs(self) -> list[Any]: ...
    def run(
        self, output_names: Sequence[str] | None, input_feed: Mapping[str, Any]
    ) -> list[Any]: ...
