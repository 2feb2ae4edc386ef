"""Reading figures and the lists that they count: one statement each, the same criterion for both."""
