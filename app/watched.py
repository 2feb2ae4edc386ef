"""Which rows visitors' pages show, as triggers: the list from which the log of changes is written. See app/pagecache."""

from app.pagecache.triggers import Watched

_OF_POST = "'thread:' || (SELECT thread_id FROM post WHERE id = {row}.post_id)"

SHOWN_OF_PEOPLE = (
    "name", "display_name", "role", "level", "about_html", "website", "suspended_until", "muted_until", "banned_at", "erased_at",
    "merged_into_id",
)  # fmt: skip

WATCHED = (
    Watched("thread", "'thread:' || {row}.id"),
    Watched("post", "'thread:' || {row}.thread_id", moves=True),
    Watched("comment", _OF_POST, moves=True),
    Watched("outcome", "'thread:' || {row}.thread_id", moves=True),
    Watched("thread_tag", "'thread:' || {row}.thread_id", moves=True),
    Watched("thread_version", "'thread:' || {row}.thread_id", moves=True),
    Watched("redirect", "'threads'"),
    Watched("article", "'article:' || {row}.id"),
    Watched("article_revision", "'article:' || {row}.article_id"),
    Watched("article_version", "'article:' || {row}.article_id"),
    Watched("article_source", "'article:' || {row}.article_id"),
    Watched("article_slug", "'articles'"),
    Watched("article_feedback", "'article:' || {row}.article_id"),
    Watched("removed_wording", "'article:' || {row}.article_id"),
    Watched("person", "'people'", columns=SHOWN_OF_PEOPLE, only_updates=True),
    Watched(
        "category",
        "'site'",
        columns=("slug", "name", "description", "position", "audience", "needs_approval", "usual_answer_minutes"),
    ),
    Watched("tag", "'site'", columns=("name", "description"), only_updates=True),
    Watched("section", "'site'"),
    Watched("product", "'site'"),
    Watched("product_version", "'site'"),
)
