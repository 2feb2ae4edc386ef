"""Pages over all features: home, sitemap, robots, feeds of everything, health, operations."""

from app.pages import feeds, health, home, installing, keys, operations, people, robots, seo, sitemap, trust

__all__ = ["feeds", "health", "home", "installing", "keys", "operations", "people", "robots", "seo", "sitemap", "trust"]
