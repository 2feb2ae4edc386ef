"""Content with all its texts rendered, so that nothing is rendered while the database is locked."""

from collections.abc import Mapping
from typing import Any

from app.core.markup import Rendered, render_inline, render_markdown
from app.core.records import Struct, field
from app.importing.demo.content import ArticleFile, DemoContent, ThreadFile

ARTICLE_LEVEL = 2


class Text(Struct, frozen=True):
    """A text somebody wrote so many hours after the thread was opened. `reason` is that of an edit."""

    author: str
    hours_after: float
    body: Rendered
    reason: str = ""


class PreparedPost(Struct, frozen=True):
    """A post: 0 is the opening, the others count from 1. `versions` are its texts, the first one first."""

    number: int
    data: dict[str, Any]
    versions: list[Text]
    comments: list[Text] = field(default_factory=list)


class PreparedThread(Struct, frozen=True):
    """A thread with its posts; `posts[0]` is the opening."""

    stem: str
    data: dict[str, Any]
    posts: list[PreparedPost]


class PreparedArticle(Struct, frozen=True):
    """An article with its rendered text."""

    stem: str
    data: dict[str, Any]
    body: Rendered


class Prepared(Struct, frozen=True):
    """The whole demo. Threads are in the order in which they were opened; `bios` are the texts about people, by handle."""

    community: dict[str, Any]
    bios: Mapping[str, Rendered]
    threads: list[PreparedThread]
    articles: list[PreparedArticle]


def prepare(content: DemoContent, own_host: str) -> Prepared:
    """Render everything. `own_host` is the host (and port) of this site, links to which are not foreign."""
    people = content.community["person"]
    mentions = frozenset(row["name"] for row in people)
    threads = [_prepare_thread(thread, mentions, own_host) for thread in content.threads]
    threads.sort(key=lambda thread: (-thread.data["days_ago"], thread.stem))
    return Prepared(
        community=content.community,
        bios={row["name"]: render_markdown(row["bio"], own_host=own_host) for row in people},
        threads=threads,
        articles=[_prepare_article(article, own_host) for article in content.articles],
    )


def _prepare_thread(thread: ThreadFile, mentions: frozenset[str], own_host: str) -> PreparedThread:
    opening = thread.opening
    first = Text(opening.data["author"], 0, render_markdown(opening.body, mentions=mentions, own_host=own_host))
    posts = [PreparedPost(0, opening.data, [first])]
    for block in thread.rest:
        author, hours = block.data["author"], float(block.data["hours_after"])
        if block.word == "comment":
            said = render_inline(block.data["text"], mentions=mentions, own_host=own_host)
            posts[-1].comments.append(Text(author, hours, said))
            continue
        body = render_markdown(block.body, mentions=mentions, own_host=own_host)
        text = Text(author, hours, body, block.data.get("reason", ""))
        if block.word == "edit":
            posts[-1].versions.append(text)
        else:
            posts.append(PreparedPost(len(posts), block.data, [text]))
    return PreparedThread(thread.stem, opening.data, posts)


def _prepare_article(article: ArticleFile, own_host: str) -> PreparedArticle:
    return PreparedArticle(article.stem, article.data, render_markdown(article.body, own_host=own_host, top_level=ARTICLE_LEVEL))
