"""A browser's name for itself, as people would say it: "Firefox on Windows". A guess; nothing depends on it."""

from app.core.i18n import gettext as _

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
    ("curl", "curl"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)
_ON = " on "


def describe_agent(agent: str) -> str:
    """Return browser and system in a few words, or "" when neither is known."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    if browser and system:
        return f"{browser}{_ON}{system}"
    return browser or system


def shown_agent(kept: str) -> str:
    """Return what `describe_agent` returned, in the language of whoever reads it."""
    browser, is_both, system = kept.partition(_ON)
    return _("%(browser)s on %(system)s", browser=browser, system=system) if is_both else kept
