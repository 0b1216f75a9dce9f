"""A trademark file in motion: its life cycle, the dates it sets off, what may be done to it."""
