"""Articles as a folder of Markdown files, in and out, and from lists in JSON lines."""
