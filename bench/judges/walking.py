"""Finds the pages to judge: what each role reaches from the home page by links, a few examples of each kind, and what no link leads to."""

from collections import Counter, deque
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import lxml.html
import sqlalchemy as sa
from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect, Rule

from app.accounts.models import Person
from app.accounts.services.tokens import make_confirm_token, make_reset_token, make_standing_token
from app.core.db import db
from app.notifications.models import NotificationKind, OutcomeRequest
from app.notifications.tokens import make_outcome_token, make_unsubscribe_token
from bench.judges.site import Page, Site
from bench.serving import HOST, token_in

# Most kinds are one template; pages of these differ (solved or not, long or short, with and without results).
SEVERAL = {"forum.thread_page": 5, "kb.show_article": 3, "search.search_page": 3, "moderation.queue": 4}
EXAMPLES = {"visitor": 2, "member": 2}
# Addresses that no link leads to, and what they are examples of.
ODD = {
    "nothing there": "/there/is/nothing",
    "beyond the last page": "/questions?page=999",
    "search, found nothing": "/search?q=zorblaxqua",
    "search, found much": "/search?q=water",
    "list, filtered": "/questions?view=unanswered",
}
# Forms that are also judged after they were sent with nothing in them: what is wrong then stands beside the fields.
REFUSED = {"accounts.sign_in_page": "visitor", "accounts.sign_up_page": "visitor", "forum.new_thread": "member"}
REDIRECTS = (301, 302, 303, 307, 308)


class Walk:
    """One role's way through the site. `known` holds what parts of addresses were seen to be, `tokens` the links of mails."""

    def __init__(self, site: Site, role: str, known: dict[str, Any], tokens: dict[str, str]) -> None:
        self.site, self.role, self.known, self.tokens = site, role, known, tokens
        self.router = site.app.url_map.bind(HOST, default_method="GET")
        self.pages: list[Page] = []
        self.tried: Counter[str] = Counter()
        self.waiting: deque[str] = deque(["/"])
        self.seen = {"/"}

    def run(self) -> list[Page]:
        """Follow the links, then try what no link led to."""
        self._follow()
        for rule in self.site.app.url_map.iter_rules():
            if not self.tried[rule.endpoint] and "GET" in (rule.methods or ()):
                self._add(self._address(rule))
        self._follow()
        odd = [self._open(path, kind) for kind, path in ODD.items()]
        return self.pages + [page for page in odd if page is not None]

    def _follow(self) -> None:
        while self.waiting:
            path = self.waiting.popleft()
            kind = self._kind(path)
            most = SEVERAL.get(kind or "", 1) if self.role in EXAMPLES else 1
            if kind is None or self.tried[kind] >= max(most, EXAMPLES.get(self.role, 1)):
                continue
            page = self._open(path, kind)
            if page is None or self.tried[page.kind] >= max(most, EXAMPLES.get(self.role, 1)):
                continue
            self.tried[page.kind] += 1
            self.pages.append(page)
            for link in lxml.html.fromstring(page.html).xpath("//a/@href"):
                self._add(urldefrag(urljoin(self.site.address + path, link))[0])

    def _add(self, address: str) -> None:
        parts = urlsplit(address)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        if path and (not parts.netloc or address.startswith(self.site.address)) and path not in self.seen:
            self.seen.add(path)
            self.waiting.append(path)

    def _kind(self, path: str) -> str | None:
        """The endpoint of an address, None if there is none. Remembers what the parts of the address are."""
        try:
            endpoint, parts = self.router.match(urlsplit(path).path)
        except (RequestRedirect, HTTPException):
            return None
        for name, value in parts.items():
            self.known.setdefault(name, value)
        return str(endpoint)

    def _address(self, rule: Rule) -> str:
        """An address that fits a rule, or '' where nothing is known that could stand in it."""
        known = {**self.known, **({"token": self.tokens[rule.endpoint]} if rule.endpoint in self.tokens else {})}
        if not rule.arguments <= known.keys():
            return ""
        built = rule.build({name: known[name] for name in rule.arguments}, append_unknown=False)
        return built[1] if built else ""

    def _open(self, path: str, kind: str) -> Page | None:
        """One page, or None for a redirect (which is followed later), a file or a fragment. Errors are kinds of their own."""
        answer = self.site.server.ask(path, self.site.headers(self.role))
        if answer.status in REDIRECTS:
            self._add(urljoin(self.site.address + path, answer.header("Location")))
        if not answer.header("Content-Type").startswith("text/html") or "<html" not in answer.text[:200]:
            return None
        return Page(self.role, kind if answer.status == 200 or kind in ODD else f"error {answer.status}", path, answer.text)


def walk(site: Site, roles: tuple[str, ...]) -> list[Page]:
    """All kinds of pages as these roles see them. Addresses with a page that none of them met are kept in `site.unseen`."""
    known: dict[str, Any] = {}
    tokens = _tokens(site.app)
    pages = [page for role in roles for page in Walk(site, role, known, tokens).run()]
    pages += [sent for page in pages if REFUSED.get(page.kind) == page.role and (sent := _sent_empty(site, page))]
    rules = [rule.endpoint for rule in site.app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    site.unseen = set(rules) - {page.kind for page in pages}
    return pages


def _sent_empty(site: Site, page: Page) -> Page | None:
    """The page that answers a form with nothing in it."""
    first = site.server.ask(page.path, site.headers(page.role))
    cookies = {"Cookie": first.cookie} if first.cookie else {}
    answer = site.server.ask(page.path, {**site.headers(page.role), **cookies}, {"csrf_token": token_in(first)})
    if answer.status in REDIRECTS:
        return None
    return Page(page.role, page.kind, page.path, answer.text, is_refused=True)


def _tokens(app: Flask) -> dict[str, str]:
    """Good links as mails carry them, by the endpoint that takes them."""
    key = str(app.secret_key)
    with app.app_context():
        member = db.session.scalars(sa.select(Person).where(Person.email.is_not(None)).order_by(Person.id)).first()
        assert member is not None
        asked = db.session.scalars(sa.select(OutcomeRequest)).first()
        found = {
            "accounts.reset_page": make_reset_token(key, member),
            "accounts.confirm_page": make_confirm_token(key, member),
            "moderation.standing_of_banned": make_standing_token(key, member),
            "notifications.unsubscribe_page": make_unsubscribe_token(key, member.id, NotificationKind.ANSWER),
        }
        if asked is not None:
            person = db.session.get_one(Person, asked.person_id)
            found["notifications.outcome_page"] = make_outcome_token(key, asked.thread_id, person.id, person.email or "")
    return found
