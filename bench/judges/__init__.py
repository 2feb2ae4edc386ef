"""Judges of pages that are not ours: Lighthouse, axe-core, the Nu HTML checker; and our own of structured data and feeds.

    python -m bench.judges [lighthouse] [axe] [html] [data] [feeds] [--json]

They start a site of their own with the demo community and end with 1 if they found a fault. See bench/README.md.
"""
