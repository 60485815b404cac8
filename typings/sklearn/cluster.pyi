from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

class KMeans:
    cluster_centers_: NDArray[np.floating[Any]]
    def __init__(self, n_clusters: int, *, random_state: int | None = None) -> None: ...
    def fit(self, X: NDArray[Any]) -> Self: ...
