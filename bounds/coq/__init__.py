"""The part of the theorem that Coq checks."""
