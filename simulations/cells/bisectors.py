"""Labels and radii among given centres: which kernel computes them.

Centres on a line are found by bisection, and up to a thousand all scored by products, if float32
tells them apart, or float64 a few. Others may be scored so too, or screened by a float32 product,
or found by a tree, or by a grid where the points lie among them: which is the fastest depends on
how they lie, so it is measured on the first points. All give the same labels and radii, to the bit:
ways of ruling centres out differ, not the distances.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from simulations.arrays import FloatArray, IntArray
from simulations.cells.distances import all_centres
from simulations.cells.grid import DIMENSION, Grid
from simulations.cells.grid import searched as by_grid
from simulations.cells.line import Line, on_line
from simulations.cells.products import DOUBLE, SINGLE, Products, by_products
from simulations.cells.screening import Screen, screened
from simulations.cells.tree import Tree
from simulations.cells.tree import searched as by_tree

LINE_CLASSES = 30
"""Number of centres on a line from which bisection pays."""

TREE_CLASSES = 200
"""Number of centres from which a grid or a tree may pay."""

TREE_DIMENSION = 10
"""Highest dimension in which a tree may pay."""

FEW_WORK = 500
"""K (d + 10), about the time for a point, up to which float64 products of all of them pay."""

PRODUCT_CLASSES, MOST_PRODUCTS = 1_000, 2_048
"""Numbers of centres up to which float32 products of all of them pay, and products may pay."""

PRODUCT_NUMBERS = 2**19
"""Their coordinates, up to which they may."""

TRIAL = 128
"""Points on which kernels are timed, one half after the other."""

Kernel = Callable[[FloatArray, IntArray, FloatArray], None]
"""Fills labels and radii of points."""


class Bisectors:
    """Labels and radii of points among given centres.

    Parameters
    ----------
    centres : array of shape (K, d)
        Finite and distinct; not copied.
    """

    __slots__ = ("_columns", "centres", "kernels")

    def __init__(self, centres: FloatArray) -> None:
        self.centres = np.ascontiguousarray(centres, dtype=np.float64)
        self._columns = np.ascontiguousarray(self.centres.T)
        self.kernels = self._suitable()

    def _suitable(self) -> dict[str, Kernel]:
        """Kernels that may be the fastest, by name, the likeliest first."""
        classes, dim = self.centres.shape
        if dim == 1 and classes >= LINE_CLASSES:
            return {"line": self._line()}
        kernels: dict[str, Kernel] = {}
        if classes <= MOST_PRODUCTS and self.centres.size <= PRODUCT_NUMBERS:
            for name, precision, most in (
                ("products", SINGLE, PRODUCT_CLASSES),
                ("products in float64", DOUBLE, FEW_WORK // (dim + 10)),
            ):
                products = Products.of(self.centres, precision)
                if products is None:
                    continue
                kernels[name] = self._products(products)
                if products.sharp:
                    if classes <= most:
                        return {name: kernels[name]}
                    break
        if classes >= TREE_CLASSES and dim <= TREE_DIMENSION:
            tree = Tree.of(self.centres)
            grid = Grid.of(self.centres) if dim <= DIMENSION else None
            if grid is not None:
                kernels["grid"] = self._grid(grid, tree)
            kernels["tree"] = self._tree(tree)
        screen = Screen.of(self.centres)
        other = {"all": self.all} if screen is None else {"screen": self._screened(screen)}
        return kernels | other if dim <= DIMENSION else other | kernels

    def kernel(self, z: FloatArray) -> tuple[IntArray, FloatArray]:
        """Labels and radii of the rows of `z`; the radius is inf if there is one centre only."""
        z = np.ascontiguousarray(z, dtype=np.float64)
        if len(self.centres) == 1:
            return np.zeros(len(z), dtype=np.int64), np.full(len(z), np.inf)
        labels, radii = np.empty(len(z), dtype=np.int64), np.empty(len(z))
        kernels = self.kernels
        if len(kernels) > 1 and len(z) >= TRIAL:
            # Threads that come here at once each keep one kernel: any of them is right.
            fastest = min(kernels, key=lambda name: _seconds(kernels[name], z[:TRIAL]))
            kernels = self.kernels = {fastest: kernels[fastest]}
        next(iter(kernels.values()))(z, labels, radii)
        return labels, radii

    def all(self, z: FloatArray, labels: IntArray, radii: FloatArray) -> None:
        """Fill labels and radii by the distances to all centres: what every kernel is held to."""
        all_centres(z, self.centres, self._columns, labels, radii)

    def _line(self) -> Kernel:
        line = Line.of(self.centres)
        return lambda z, labels, radii: on_line(z, line, self.centres, self._columns, labels, radii)

    def _products(self, products: Products) -> Kernel:
        table, weights = products.table.reshape(-1), products.weights.reshape(-1)
        return lambda z, labels, radii: by_products(
            z,
            self.centres,
            self._columns,
            products.origin,
            products.largest,
            table,
            products.margins,
            weights,
            labels,
            radii,
        )

    def _screened(self, screen: Screen) -> Kernel:
        return lambda z, labels, radii: screened(
            z, self.centres, self._columns, screen, labels, radii
        )

    def _tree(self, tree: Tree) -> Kernel:
        return lambda z, labels, radii: by_tree(
            z, np.arange(len(z)), tree, self.centres, self._columns, labels, radii
        )

    def _grid(self, grid: Grid, tree: Tree) -> Kernel:
        def search(z: FloatArray, labels: IntArray, radii: FloatArray) -> None:
            rows = by_grid(z, grid, labels, radii)
            by_tree(z, rows, tree, self.centres, self._columns, labels, radii)

        return search


def _seconds(kernel: Kernel, z: FloatArray) -> float:
    """The shorter of two runs, after one that compiles, in the thread's own time.

    By the clock a kernel would take as long as another thread holds the interpreter, and on points
    that it has just seen it would find all that it reads in the cache.
    """
    labels, radii = np.empty(len(z), dtype=np.int64), np.empty(len(z))
    kernel(z[:1], labels, radii)
    times: list[float] = []
    for part in np.array_split(z, 2):
        began = time.thread_time()
        kernel(part, labels, radii)
        times.append((time.thread_time() - began) / len(part))
    return min(times)
