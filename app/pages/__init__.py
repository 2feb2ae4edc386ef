"""Pages over all features: home, sitemap, robots, feeds of everything, health, operations."""

from app.pages import feeds, health, home, operations, people, robots, sitemap, trust

__all__ = ["feeds", "health", "home", "operations", "people", "robots", "sitemap", "trust"]
