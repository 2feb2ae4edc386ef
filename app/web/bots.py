"""Telling programs from people by what they say of themselves. Declared bots and libraries only; no guessing."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

# Headers in which browsers say what they ask for a page for, as WSGI names them.
_PURPOSE = ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ")
_EARLY = ("prefetch", "prerender", "preview")

# Names that crawlers, previewers, monitors and HTTP libraries put into their User-Agent.
_BOT = re.compile(
    r"bot\b|bot/|bots\b|crawl|spider|slurp|archiver|scrap|fetch|preview|monitor|uptime|pingdom|validator|lighthouse|headless"
    r"|facebookexternalhit|whatsapp|telegram|embedly|quora link|pinterest|bitly|mediapartners|adsbot|apis-google|feed|rss"
    r"|curl|wget|libwww|python|httpx|aiohttp|requests|urllib|okhttp|java/|go-http|node-fetch|axios|undici|got \(|ruby|perl|php/"
    r"|gptbot|chatgpt|oai-search|claude|anthropic|perplexity|cohere|bytespider|ccbot|google-extended|amazonbot|applebot"
    r"|phantomjs|selenium|puppeteer|playwright|wrk|apachebench|siege|k6/|locust|jmeter",
    re.IGNORECASE,
)


@lru_cache(maxsize=2_000)
def is_bot(agent: str) -> bool:
    """Return whether a User-Agent is that of a program: empty, without "Mozilla", or with a known word."""
    return not agent or "mozilla/" not in agent.lower() or _BOT.search(agent) is not None


def is_early(environ: Mapping[str, Any]) -> bool:
    """Return whether a browser asks for a page before anybody wants to read it, by the WSGI environment of its request."""
    said = [environ[name].lower() for name in _PURPOSE if name in environ]
    return any(word in purpose for purpose in said for word in _EARLY)
