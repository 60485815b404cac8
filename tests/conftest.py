"""Hypothesis profiles: `fast` by default, `thorough` through HYPOTHESIS_PROFILE.

The workers share the cores: a thread pool of OpenMP in each of them, and in each command that they
start, would only wait for the others.
"""

import os

from hypothesis import settings

collect_ignore_glob = ["benchmarks/*.py"]
"""Commands, some of them with peers that the tests don't need."""

os.environ.setdefault("OMP_NUM_THREADS", "1")

settings.register_profile("fast", max_examples=50, deadline=None, derandomize=True)
settings.register_profile("thorough", max_examples=2000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))
