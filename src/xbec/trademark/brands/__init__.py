"""Brand programmes of platforms: which marks qualify."""
