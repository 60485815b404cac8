"""The steps of the chain, one module each; nothing else lives here."""
