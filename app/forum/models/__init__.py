"""Tables of the forum. Columns, constraints and derived properties only."""

from app.forum.models.category import Category
from app.forum.models.participation import CategoryFollow, Draft, Follow, ImportedVotes, MeToo, TagFollow, Vote
from app.forum.models.post import Comment, Post, PostRevision
from app.forum.models.product import Product, ProductVersion, ThreadVersion
from app.forum.models.proposal import DuplicateProposal
from app.forum.models.reshaping import Redirect, Reshaping
from app.forum.models.resolution import Acceptance, Outcome
from app.forum.models.tag import Tag, ThreadTag
from app.forum.models.thread import Thread

__all__ = [
    "Acceptance", "Category", "CategoryFollow", "Comment", "Draft", "DuplicateProposal", "Follow", "ImportedVotes", "MeToo",
    "Outcome", "Post", "PostRevision", "Product", "ProductVersion", "Redirect", "Reshaping", "Tag", "TagFollow", "Thread",
    "ThreadTag", "ThreadVersion", "Vote",
]  # fmt: skip
