"""Images that people add to posts: checked by content, re-encoded, kept outside the code, served safely."""
