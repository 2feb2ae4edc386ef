"""Finds the pages to judge: what each role reaches from the home page by links, a few examples of each kind, and what no link leads to."""

from collections import Counter, deque
from collections.abc import Iterator
from typing import Any
from urllib.parse import urldefrag, urlencode, urljoin, urlsplit

import lxml.html
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect, Rule

from bench.judges.leftovers import add_leftovers
from bench.judges.site import Page, Site
from bench.serving import HOST, token_in

# Most kinds are one template; pages of these differ (solved or not, long or short, with and without results).
SEVERAL = {"forum.thread_page": 5, "kb.show_article": 3, "search.search_page": 3, "moderation.queue": 4}
EXAMPLES = {"visitor": 2, "member": 2}
# As many values of a part of an address are tried where no link leads.
GUESSES = 6
# Addresses that no link leads to, and what they are examples of.
ODD = {
    "nothing there": "/there/is/nothing",
    "beyond the last page": "/questions?page=999",
    "search, found nothing": "/search?q=zorblaxqua",
    "search, found much": "/search?q=water",
    "list, filtered": "/questions?view=unanswered",
    "forum.ended_asking": "/ask/solved?by=t1&title=Pump",
    "nothing to read there": "/logout",
    "a link of a mail, too old": "/reset-password/none",
    "an account that is gone": "/standing/none",
    "figures of articles": "/insights/list/articles",
    "figures of searches": "/insights/list/searches",
    "figures of visits": "/insights/list/search_sessions",
    "passages for an article": "/kb/articles/6/add?thread=60",
}
# Forms that are also judged after they were sent with nothing in them: what is wrong then stands beside the fields.
REFUSED = {"accounts.sign_in_page": "visitor", "accounts.sign_up_page": "visitor", "forum.new_thread": "member"}
REDIRECTS = (301, 302, 303, 307, 308)


class Walk:
    """One role's way through the site. `known` holds values that parts of addresses were seen to have, `own` those of some endpoints."""

    def __init__(self, site: Site, role: str, known: dict[str, list[Any]], own: dict[str, dict[str, Any]]) -> None:
        self.site, self.role, self.known, self.own = site, role, known, own
        self.router = site.app.url_map.bind(HOST, default_method="GET")
        self.pages: list[Page] = []
        self.tried: Counter[str] = Counter()
        self.waiting: deque[str] = deque(["/"])
        self.seen = {"/"}

    def run(self) -> list[Page]:
        """Follow the links, then try what no link led to."""
        self._follow()
        for rule in self.site.app.url_map.iter_rules():
            if not self.tried[rule.rule] and "GET" in (rule.methods or ()):
                for address in self._addresses(rule):
                    self._add(address)
        self._follow()
        odd = [self._open(path, kind) for kind, path in ODD.items()]
        return self.pages + [page for page in odd if page is not None]

    def _follow(self) -> None:
        while self.waiting:
            path = self.waiting.popleft()
            kind, pattern = self._match(path)
            most = max(SEVERAL.get(kind, 1), EXAMPLES.get(self.role, 1))
            if not kind or self.tried[pattern] >= most:
                continue
            page = self._open(path, kind)
            counted = pattern if page and page.kind == kind else page.kind if page else ""
            if page is None or self.tried[counted] >= most:
                continue
            self.tried[counted] += 1
            self.pages.append(page)
            self._add_links(page)

    def _add_links(self, page: Page) -> None:
        """What a page links to, and what choosing from its check boxes leads to."""
        tree = lxml.html.fromstring(page.html)
        for link in tree.xpath("//a/@href"):
            self._add(urldefrag(urljoin(self.site.address + page.path, link))[0])
        for form in tree.xpath("//form[@method='get'][.//select]"):
            boxes = tree.xpath("//input[@type='checkbox'][@form=$name]", name=form.get("id", ""))[:2]
            chosen = [(box.get("name"), box.get("value")) for box in boxes]
            for option in form.xpath(".//select/option") if chosen else ():
                self._add(f"{form.get('action')}?{urlencode([(option.getparent().get('name'), option.get('value')), *chosen])}")

    def _add(self, address: str) -> None:
        parts = urlsplit(address)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        if path and (not parts.netloc or address.startswith(self.site.address)) and path not in self.seen:
            self.seen.add(path)
            self.waiting.append(path)

    def _match(self, path: str) -> tuple[str, str]:
        """The endpoint of an address and the pattern that leads there, empty if there is none. Remembers the parts of the address.

        Patterns are counted, as pages of one endpoint differ (questions and discussions).
        """
        try:
            rule, parts = self.router.match(urlsplit(path).path, return_rule=True)
        except (RequestRedirect, HTTPException):
            return "", ""
        for name, value in parts.items():
            values = self.known.setdefault(name, [])
            if value not in values and len(values) < GUESSES:
                values.append(value)
        return str(rule.endpoint), rule.rule

    def _addresses(self, rule: Rule) -> Iterator[str]:
        """Addresses that fit a rule; none where nothing is known that could stand in it."""
        given = self.own.get(rule.endpoint)
        for number in range(1 if given or not rule.arguments else GUESSES):
            parts = given or {name: values[number % len(values)] for name, values in self.known.items() if name in rule.arguments}
            built = rule.build(parts, append_unknown=False) if rule.arguments <= parts.keys() else None
            if built:
                yield built[1]

    def _open(self, path: str, kind: str) -> Page | None:
        """One page, or None for a redirect (which is followed later), a file or a fragment. Errors are kinds of their own."""
        answer = self.site.server.ask(path, self.site.headers(self.role))
        if answer.status in REDIRECTS:
            self._add(urljoin(self.site.address + path, answer.header("Location")))
            return None
        if not answer.header("Content-Type").startswith("text/html") or "<html" not in answer.text[:200]:
            return None
        return Page(self.role, kind if answer.status == 200 else f"error {answer.status}", path, answer.text)


def walk(site: Site, roles: tuple[str, ...]) -> list[Page]:
    """All kinds of pages as these roles see them. Addresses with a page that none of them met are kept in `site.unseen`."""
    known: dict[str, list[Any]] = {}
    own = add_leftovers(site.app)
    pages = [page for role in roles for page in Walk(site, role, known, own).run()]
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
