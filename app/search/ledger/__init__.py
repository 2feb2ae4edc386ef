"""The ledger of searches: what people looked for and how it ended, noted without slowing a page down or naming anybody."""
