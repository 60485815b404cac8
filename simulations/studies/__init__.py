"""Studies over many partitions: the gallery of families, the search for extremal ones."""
