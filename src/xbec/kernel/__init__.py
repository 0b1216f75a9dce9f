"""Values all rooms share: money, rounding, rates, citations, timelines, quantities."""
