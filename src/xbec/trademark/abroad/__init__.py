"""Filing abroad from a first filing on: what must be filed where by when, as one timeline over all offices."""
