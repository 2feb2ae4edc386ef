"""Threadwell: community answers, measured resolution, curated knowledge."""

import gc

# Our modules and what they need are a third of a million objects, none of them garbage: looking for some after every 700 new ones takes a
# sixth of the time to start. Once it is built, the factory says how often requests need it.
gc.set_threshold(1_000_000, 20, 20)
