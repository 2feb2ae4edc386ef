"""Structured data of threads as search engines want it: pure functions from rows to mappings.

Whole plain texts, absolute addresses, no HTML. Callers decide whether a page gets any (public, listed, indexable pages only).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.forum.queries.people import PersonCard
from app.forum.queries.thread_rows import CommentRow, PostRow, ThreadHead
from app.forum.urls import thread_path

REMOVED = "[removed]"
ANSWERS = 2


def person(base_url: str, author: PersonCard | None) -> dict[str, Any]:
    """Return an author; somebody who was removed has a placeholder name and no address."""
    if author is None:
        return {"@type": "Person", "name": REMOVED}
    return {"@type": "Person", "name": author.display_name or author.name, "url": base_url + author.path}


def _moment(moment: datetime) -> str:
    return f"{moment.isoformat()[:19]}Z"


def _comments(base_url: str, address: str, rows: Sequence[CommentRow]) -> list[dict[str, Any]]:
    return [
        {
            "@type": "Comment",
            "text": row.text,
            "url": f"{address}#comment-{row.id}",
            "author": person(base_url, row.author),
            "datePublished": _moment(row.created_at),
        }
        for row in rows
        if row.text and row.hidden_at is None
    ]


def _text_parts(base_url: str, address: str, post: PostRow, comments: Sequence[CommentRow]) -> dict[str, Any]:
    """Return what questions, answers and replies have in common. `address` is that of the page, without a fragment."""
    parts: dict[str, Any] = {
        "author": person(base_url, post.author),
        "datePublished": _moment(post.created_at),
        "upvoteCount": post.score,
    }
    if post.text:
        parts["text"] = post.text
    if post.edited_at:
        parts["dateModified"] = _moment(post.edited_at)
    listed = _comments(base_url, address, comments)
    if listed:
        parts["comment"] = listed
        parts["commentCount"] = len(listed)
    return parts


def _answer(base_url: str, address: str, post: PostRow, comments: Sequence[CommentRow]) -> dict[str, Any]:
    return {"@type": "Answer", "url": f"{address}#post-{post.id}", **_text_parts(base_url, address, post, comments)}


def question_page(
    base_url: str, head: ThreadHead, posts: Sequence[PostRow], comments: Mapping[int, Sequence[CommentRow]], tags: Sequence[str]
) -> dict[str, Any]:
    """Return QAPage data of the first page of a question. `posts` are the answers shown on it, best first.

    All accepted answers are given, and where there is none the ANSWERS best: each repeats its text, which the page has already, and
    more of them make no richer result. `answerCount` counts all.
    """
    address = base_url + head.path
    question = {
        "@type": "Question",
        "@id": f"{address}#question",
        "name": head.title,
        "url": address,
        "answerCount": head.answer_count,
        **_text_parts(base_url, address, head.opening, comments.get(head.opening.id, ())),
    }
    if question.get("text") == head.title:
        del question["text"]
    if tags:
        question["keywords"] = ", ".join(tags)
    shown = [post for post in posts if post.text and post.is_listed]
    accepted = [_answer(base_url, address, post, comments.get(post.id, ())) for post in shown if post.accepted_at]
    if accepted:
        question["acceptedAnswer"] = accepted if len(accepted) > 1 else accepted[0]
    elif shown:
        question["suggestedAnswer"] = [_answer(base_url, address, post, comments.get(post.id, ())) for post in shown[:ANSWERS]]
    return {"@type": "QAPage", "mainEntity": question}


def discussion_page(
    base_url: str, head: ThreadHead, posts: Sequence[PostRow], comments: Mapping[int, Sequence[CommentRow]], page: int
) -> dict[str, Any]:
    """Return DiscussionForumPosting data of a page of a discussion; later pages point to the first one for the opening text."""
    address = base_url + thread_path(head.kind, head.id, head.slug, page)
    parts = _text_parts(base_url, address, head.opening, ())
    votes = parts.pop("upvoteCount")
    if page > 1:
        parts.pop("text", None)
    data: dict[str, Any] = {
        "@type": "DiscussionForumPosting",
        "@id": f"{base_url}{head.path}#discussion",
        "headline": head.title,
        "url": base_url + head.path,
        "isPartOf": {"@type": "CollectionPage", "name": head.category.name, "url": base_url + head.category.path},
        "commentCount": head.answer_count,
        "interactionStatistic": [_counter("LikeAction", max(0, votes)), _counter("CommentAction", head.answer_count)],
        **parts,
    }
    replies = [_reply(base_url, address, post, comments.get(post.id, ())) for post in posts if post.text and post.is_listed]
    if replies:
        data["comment"] = replies
    return data


def _reply(base_url: str, address: str, post: PostRow, comments: Sequence[CommentRow]) -> dict[str, Any]:
    parts = _text_parts(base_url, address, post, comments)
    parts["interactionStatistic"] = _counter("LikeAction", max(0, parts.pop("upvoteCount")))
    return {"@type": "Comment", "url": f"{address}#post-{post.id}", **parts}


def _counter(action: str, count: int) -> dict[str, Any]:
    return {"@type": "InteractionCounter", "interactionType": f"https://schema.org/{action}", "userInteractionCount": count}
