"""Hypothesis profiles: `fast` by default, `thorough` through HYPOTHESIS_PROFILE."""

import os

from hypothesis import settings

settings.register_profile("fast", max_examples=50, deadline=None, derandomize=True)
settings.register_profile("thorough", max_examples=2000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))
