"""Pages over all features: home, sitemap, robots, feeds of everything, health, operations."""
