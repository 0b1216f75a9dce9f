"""The advisor: ways to file in the United States, ranked."""
