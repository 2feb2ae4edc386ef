"""One search over documents that features describe. Knows documents, not threads."""
