"""Documents in and out: our own JSON, records of the USPTO and of WIPO."""
