"""Mutation testing of the formulas: what the ledger and the tests would let a mistake do."""
