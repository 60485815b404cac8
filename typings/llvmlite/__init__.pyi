"""What we use of llvmlite, which has no types."""
