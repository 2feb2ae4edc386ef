"""The knowledge base: sections, articles with revisions and sources, candidates and promotion, reader feedback."""
