"""The demo community: reads the content in demo/ and writes it as if people had lived here for years."""
