"""The judges that are our own find what they are for: each rule has something it refuses."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from bench.judges import script
from bench.judges.feeds import feed_faults, manifest_faults, opensearch_faults, sitemap_faults
from bench.judges.structured import faults, page_faults
from bench.judges.tools import default_folder, kept

HERE = "https://community.test/feed.atom"
PERSON = {"@type": "Person", "name": "Mira Holt", "url": "https://community.test/people/mira"}
WRITTEN = {"author": PERSON, "datePublished": "2026-03-01T10:00:00Z", "upvoteCount": 0}
ANSWER = {"@type": "Answer", "text": "Prime it.", "url": "https://community.test/questions/1#post-2", **WRITTEN}
QUESTION = {
    "@context": "https://schema.org",
    "@type": "QAPage",
    "mainEntity": {
        "@type": "Question",
        "name": "Why does the pump hum?",
        "text": "It hums.",
        "url": "https://community.test/questions/1",
        "answerCount": 1,
        "acceptedAnswer": ANSWER,
        **WRITTEN,
    },
}
TRAIL: dict[str, Any] = {
    "@context": "https://schema.org",
    "@type": "BreadcrumbList",
    "itemListElement": [
        {"@type": "ListItem", "position": 1, "name": "Home", "item": "https://community.test/"},
        {"@type": "ListItem", "position": 2, "name": "Pumps"},
    ],
}
SEARCH = {
    "@context": "https://schema.org",
    "@type": "WebSite",
    "name": "Threadwell",
    "url": "https://community.test/",
    "potentialAction": {
        "@type": "SearchAction",
        "target": {"@type": "EntryPoint", "urlTemplate": "https://community.test/search?q={words}"},
        "query-input": "required name=words",
    },
}


def changed(data: dict[str, Any], way: str, value: Any) -> dict[str, Any]:
    """A copy with one value in it changed, or taken out (None)."""
    copy: Any = deepcopy(data)
    *parents, last = [int(part) if part.isdigit() else part for part in way.split(".")]
    place = copy
    for part in parents:
        place = place[part]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return dict(copy)


@pytest.mark.parametrize("data", [QUESTION, TRAIL, SEARCH], ids=lambda data: data["@type"])
def test_good_data_has_no_fault(data: dict[str, Any]) -> None:
    assert faults(data) == []


@pytest.mark.parametrize(
    ("data", "way", "value", "said"),
    [
        (QUESTION, "@context", "http://schema.org", "@context"),
        (QUESTION, "@type", "FAQPage", "FAQPage"),
        (QUESTION, "mainEntity", [QUESTION["mainEntity"]], "exactly one"),
        (QUESTION, "mainEntity.@type", "Answer", "not a Question"),
        (QUESTION, "mainEntity.name", None, "name is required"),
        (QUESTION, "mainEntity.answerCount", None, "answerCount is required"),
        (QUESTION, "mainEntity.answerCount", 0, "answerCount is 0"),
        (QUESTION, "mainEntity.answerCount", "1", "no count"),
        (QUESTION, "mainEntity.acceptedAnswer", None, "acceptedAnswer or suggestedAnswer is required"),
        (QUESTION, "mainEntity.text", "Why does the pump hum?", "repeats the name"),
        (QUESTION, "mainEntity.suggestedAnswer", ANSWER, "stands twice"),
        (QUESTION, "mainEntity.author", "Mira Holt", "no object"),
        (QUESTION, "mainEntity.author.name", "Asked by Mira", "more than a name"),
        (QUESTION, "mainEntity.author.url", "/people/mira", "no absolute address"),
        (QUESTION, "mainEntity.datePublished", "2026-03-01T10:00:00", "no moment"),
        (QUESTION, "mainEntity.dateModified", "2026-02-01T10:00:00Z", "modified before"),
        (QUESTION, "mainEntity.acceptedAnswer.text", "", "is empty"),
        (QUESTION, "mainEntity.acceptedAnswer.url", None, "url is recommended"),
        (QUESTION, "mainEntity.acceptedAnswer.votes", 3, "means nothing"),
        (QUESTION, "mainEntity.comment", {"@type": "Comment", "author": PERSON, "url": "https://a.test/"}, "is required"),
        (TRAIL, "itemListElement.1", None, "two steps"),
        (TRAIL, "itemListElement.1.position", 3, "count from 1"),
        (TRAIL, "itemListElement.0.item", None, "no address"),
        (SEARCH, "potentialAction.target.urlTemplate", "https://community.test/search?q=words", "in it once"),
    ],
)
def test_bad_data_is_told(data: dict[str, Any], way: str, value: Any, said: str) -> None:
    assert any(said in fault for fault in faults(changed(data, way, value)))


def test_a_page_is_one_thing_only() -> None:
    assert page_faults([QUESTION, TRAIL]) == []
    assert page_faults([QUESTION, SEARCH]) == ["the page says it is several things: QAPage, WebSite"]
    assert "BreadcrumbList stands 2 times" in page_faults([TRAIL, TRAIL])


FEED = f"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://community.test/"><id>{HERE}</id><title>Newest</title>
<updated>2026-03-02T10:00:00Z</updated><link rel="self" href="{HERE}"/>
<entry><id>https://community.test/posts/1</id><title>Pump</title><updated>2026-03-01T10:00:00Z</updated>
<author><name>Mira</name></author><link href="https://community.test/questions/1"/>
<content type="html">&lt;p&gt;It &lt;a href="/people/x"&gt;hums&lt;/a&gt;&lt;/p&gt;</content></entry></feed>"""
ENTRY = FEED[FEED.index("<entry>") : FEED.index("</feed>")]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("</feed>", "", "no XML"),
        ("<id>https://community.test/posts/1</id>", "", "exactly one id"),
        ("<title>Pump</title>", "<title> </title>", "exactly one title"),
        ("<updated>2026-03-01T10:00:00Z</updated>", "<updated>2026-03-01</updated>", "no moment"),
        ("<updated>2026-03-02T10:00:00Z</updated>", "<updated>2026-02-02T10:00:00Z</updated>", "older than"),
        ("<author><name>Mira</name></author>", "", "author is required"),
        (f'<link rel="self" href="{HERE}"/>', "", "link self"),
        ("</feed>", f"{ENTRY}</feed>", "2 entries have the id"),
        ('href="https://community.test/questions/1"', 'href="/questions/1"', "no absolute link"),
        (' xml:base="https://community.test/"', "", "relative address"),
        ("&lt;p&gt;It", "&lt;script&gt;x&lt;/script&gt;", "<script> in the text"),
        ("<title>Pump</title>", "<title>Pump</title><guid>1</guid>", "guid means nothing"),
    ],
)
def test_bad_feeds_are_told(old: str, new: str, said: str) -> None:
    assert feed_faults(FEED.encode(), HERE) == []
    assert old in FEED and any(said in fault for fault in feed_faults(FEED.replace(old, new).encode(), HERE))


SITEMAP = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<url><loc>https://community.test/kb</loc><lastmod>2026-03-01T10:00:00Z</lastmod></url></urlset>"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<urlset", "<urls", "no XML"),
        ("https://community.test/kb", "https://elsewhere.test/kb", "of this site"),
        ("2026-03-01T10:00:00Z", "yesterday", "lastmod"),
        ("</loc>", "</loc><priority>1</priority>", "of no use"),
        ("</urlset>", "<url><loc>https://community.test/kb</loc></url></urlset>", "listed 2 times"),
    ],
)
def test_bad_sitemaps_are_told(old: str, new: str, said: str) -> None:
    where = "https://community.test/sitemap.xml"
    assert sitemap_faults(SITEMAP.encode(), where) == []
    assert any(said in fault for fault in sitemap_faults(SITEMAP.replace(old, new).encode(), where))


def test_manifests_and_descriptions_of_the_search_are_judged() -> None:
    assert manifest_faults(b"{", HERE) and "icons is missing" in manifest_faults(b'{"name": "x"}', HERE)
    xml = '<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/"><ShortName>{}</ShortName></OpenSearchDescription>'
    assert len(opensearch_faults(xml.format("x" * 17).encode(), HERE)) == 3


@pytest.mark.skipif(
    kept("typescript", default_folder()) is None, reason="TypeScript is not on this machine: `make judge` fetches it"
)
def test_a_name_used_before_it_is_there_is_a_fault_of_a_script(tmp_path: Path) -> None:
    (tmp_path / "good.js").write_text("/** @param {string} text */\nexport const shout = (text) => text.toUpperCase();\n")
    (tmp_path / "bad.js").write_text(
        'import { shout } from "./good.js";\nconst said = shout(words);\nconst words = "no";\nexport { said };\n'
    )
    bad, good = script.judge(default_folder(), tmp_path)
    assert (good.page, good.faults) == ("good.js", ())
    assert bad.page == "bad.js" and "line 2" in bad.faults[0] and "before its declaration" in bad.faults[0]


@pytest.mark.skipif(
    kept("typescript", default_folder()) is None, reason="TypeScript is not on this machine: `make judge` fetches it"
)
def test_no_script_has_a_fault() -> None:
    assert not [one for one in script.judge(default_folder()) if one.faults]
