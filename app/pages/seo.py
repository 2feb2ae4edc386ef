"""The page for admins on what search engines get: how many addresses of each kind were decided how, which they are, and one by its path."""

from itertools import islice
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.pages.addresses import KINDS, Decided, every_address, find_address
from app.pages.auditing import count_decisions
from app.pages.blueprint import blueprint
from app.pages.crawlers import AI_CRAWLERS, tokens_kept_out
from app.pages.reasons import KIND_LABELS, REASONS
from app.web.access import admins
from app.web.context import site_settings
from app.web.contract import Why
from app.web.forms import query_line
from app.web.redirects import local_path
from app.web.render import page
from app.web.seo import Head

MOST = 20_000
"""Addresses of each kind that the page looks at; the command `threadwell seo audit` looks at all."""
SHOWN = 50


@blueprint.get("/admin/seo")
@admins
def seo() -> Response:
    """Show the counts; with `kind` and `why` the addresses behind one of them, with `address` what was decided about one."""
    kind, why = query_line("kind", 20), query_line("why", 20)
    if kind:
        return _list_page(kind, why)
    asked = query_line("address", 2_000)
    counts = count_decisions(MOST)
    tables = [
        (kind, KIND_LABELS[kind], cells.total(), [_line(kind, cell, number) for cell, number in cells.most_common()])
        for kind, cells in counts.items()
    ]
    settings = site_settings()
    out = set(tokens_kept_out(settings.ai_crawlers))
    return page(
        "pages/seo.html", Head(title=_("Search engines"), path="/admin/seo"), tables=tables, most=MOST, asked=asked,
        found=_found(asked) if asked else None, crawlers=[(one, one.token in out) for one in AI_CRAWLERS],
        tells_indexnow=bool(settings.indexnow_key), rows=None,
    )  # fmt: skip


def _line(kind: str, cell: tuple[Why, bool, bool], number: int) -> dict[str, Any]:
    why, is_indexable, in_sitemap = cell
    query = urlencode({"kind": kind, "why": str(why)})
    return {"number": number, "state": _state(is_indexable, in_sitemap), "reason": REASONS[why], "path": f"/admin/seo?{query}"}


def _state(is_indexable: bool, in_sitemap: bool) -> str:
    if in_sitemap:
        return _("Indexed, in the sitemap")
    return _("Indexed") if is_indexable else _("Not indexed")


def _found(asked: str) -> dict[str, Any]:
    """Return what is said about one address, which may be typed with the site before it."""
    own = asked.removeprefix(site_settings().base_url) or "/"
    path = local_path(own, "").partition("#")[0].partition("?")[0]
    one = find_address(path, MOST) if path else None
    return {"path": path or asked, "row": _row(one) if one else None}


def _row(one: Decided) -> dict[str, Any]:
    contract = one.contract
    return {
        "title": one.address.title, "path": one.address.path, "reason": REASONS[contract.reason], "status": contract.status,
        "state": _state(contract.is_indexable, contract.in_sitemap), "canonical": contract.canonical,
        "data": ", ".join(contract.data), "changed_at": one.address.changed_at,
    }  # fmt: skip


def _list_page(kind: str, why: str) -> Response:
    """Show the addresses of a kind that were decided for one reason, in the order of their ids."""
    if kind not in KINDS or why not in set(Why):
        raise NotFound
    after = request.args.get("after", "0")
    after_id = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0
    fitting = (one for one in islice(every_address(kind, after_id), MOST) if one.contract.reason == why)
    rows = list(islice(fitting, SHOWN + 1))
    query = {"kind": kind, "why": why, "after": rows[SHOWN - 1].address.id} if len(rows) > SHOWN else {}
    return page(
        "pages/seo.html", Head(title=_("%(kind)s: %(reason)s", kind=KIND_LABELS[kind], reason=REASONS[Why(why)]), path="/admin/seo"),
        rows=[_row(one) for one in rows[:SHOWN]], heading=KIND_LABELS[kind], reason=REASONS[Why(why)],
        next_path=f"/admin/seo?{urlencode(query)}" if query else "",
    )  # fmt: skip
