"""A multi-country programme: what must be filed where by when, from a first filing on."""
