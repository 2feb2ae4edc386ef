"""Threadwell: community answers, measured resolution, curated knowledge."""

import gc

# Our modules and what they need are a quarter of a million objects, none of them garbage: looking for some after every 700 new ones
# takes a sixth of the time to start, and some of the time of every request.
gc.set_threshold(20_000, 20, 20)
