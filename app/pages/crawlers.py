"""The crawlers of AI companies that robots.txt can keep out (AI_CRAWLERS). The one table, also printed in docs/seo.md. Pure.

Names are those by which their owners say that they read robots.txt. Keeping out what trains models changes nothing in a search engine's
results: Google-Extended and Applebot-Extended are no crawlers of their own but words for what may be done with what was read.
"""

from collections.abc import Sequence
from enum import StrEnum

from app.core.i18n import lazy_gettext as _
from app.core.records import Struct


class Purpose(StrEnum):
    """What a crawler reads for: to train models, to find pages for answers with links, or because somebody asked just now."""

    TRAINING = "training"
    SEARCH = "search"
    ASSISTANTS = "assistants"


class Crawler(Struct, frozen=True):
    """One name in robots.txt, whose it is, and what it reads for."""

    token: str
    owner: str
    purpose: Purpose


AI_CRAWLERS = (
    Crawler("GPTBot", "OpenAI", Purpose.TRAINING),
    Crawler("OAI-SearchBot", "OpenAI", Purpose.SEARCH),
    Crawler("ChatGPT-User", "OpenAI", Purpose.ASSISTANTS),
    Crawler("ClaudeBot", "Anthropic", Purpose.TRAINING),
    Crawler("anthropic-ai", _("Anthropic (older name)"), Purpose.TRAINING),
    Crawler("Claude-SearchBot", "Anthropic", Purpose.SEARCH),
    Crawler("Claude-User", "Anthropic", Purpose.ASSISTANTS),
    Crawler("Google-Extended", _("Google (Gemini; not Google Search)"), Purpose.TRAINING),
    Crawler("Applebot-Extended", _("Apple (not Siri and Spotlight search)"), Purpose.TRAINING),
    Crawler("meta-externalagent", "Meta", Purpose.TRAINING),
    Crawler("FacebookBot", "Meta", Purpose.TRAINING),
    Crawler("meta-externalfetcher", "Meta", Purpose.ASSISTANTS),
    Crawler("Amazonbot", "Amazon", Purpose.TRAINING),
    Crawler("Bytespider", "ByteDance", Purpose.TRAINING),
    Crawler("CCBot", _("Common Crawl, from which many train"), Purpose.TRAINING),
    Crawler("cohere-ai", "Cohere", Purpose.TRAINING),
    Crawler("cohere-training-data-crawler", "Cohere", Purpose.TRAINING),
    Crawler("AI2Bot", "Allen Institute for AI", Purpose.TRAINING),
    Crawler("Diffbot", "Diffbot", Purpose.TRAINING),
    Crawler("omgili", "Webz.io", Purpose.TRAINING),
    Crawler("PerplexityBot", "Perplexity", Purpose.SEARCH),
    Crawler("Perplexity-User", "Perplexity", Purpose.ASSISTANTS),
    Crawler("YouBot", "You.com", Purpose.SEARCH),
    Crawler("DuckAssistBot", "DuckDuckGo", Purpose.ASSISTANTS),
    Crawler("MistralAI-User", "Mistral", Purpose.ASSISTANTS),
)


def tokens_kept_out(wanted: Sequence[str]) -> list[str]:
    """Return the names that robots.txt keeps out: of the purposes in `wanted` (or "all"), then single names, known or not, each once."""
    known = {crawler.token.casefold(): crawler.token for crawler in AI_CRAWLERS}
    words = {word.casefold() for word in wanted}
    found = [crawler.token for crawler in AI_CRAWLERS if "all" in words or crawler.purpose in words]
    singles = [known.get(word.casefold(), word) for word in wanted if word.casefold() not in {"all", *Purpose}]
    return list(dict.fromkeys([*found, *singles]))
