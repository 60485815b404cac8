from typing import Any

class MPIntervalContext:
    def __getattr__(self, name: str, /) -> Any: ...
