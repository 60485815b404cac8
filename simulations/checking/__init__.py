"""Estimates with finite-sample intervals, and their verdict on the bounds; knows no family."""
