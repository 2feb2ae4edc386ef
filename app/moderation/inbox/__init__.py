"""One inbox for everything that waits for moderators: what an item is, where items come from, their order, claims and batches."""
