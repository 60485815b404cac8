"""The talk's autoencoder, plain and modified, under the same checks as any generator."""
