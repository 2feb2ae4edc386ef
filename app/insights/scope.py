"""What a figure is about: whose eyes, which period, which category, tag, helper or article, and when it is asked. A value; reads nothing."""

from datetime import datetime

from app.core.actor import Actor
from app.core.records import Struct, replace
from app.insights.period import Period


class Named(Struct, frozen=True):
    """A category, tag, person or article that narrows figures: its id, its word in addresses, and what people call it."""

    id: int
    key: str
    title: str


class Scope(Struct, frozen=True):
    """The questions that figures are about, as `actor` may read them, judged at `moment`."""

    actor: Actor
    period: Period
    moment: datetime
    category: Named | None = None
    tag: Named | None = None
    helper: Named | None = None
    article: Named | None = None

    def in_period(self, period: Period) -> "Scope":
        """Return the same for another period."""
        return replace(self, period=period)

    def in_category(self, category: Named | None) -> "Scope":
        """Return the same for another category (None: all)."""
        return replace(self, category=category)

    def with_tag(self, tag: Named | None) -> "Scope":
        """Return the same for another tag (None: all)."""
        return replace(self, tag=tag)

    def with_helper(self, helper: Named | None) -> "Scope":
        """Return the same for the solutions of one person (None: everybody's)."""
        return replace(self, helper=helper)

    def with_article(self, article: Named | None) -> "Scope":
        """Return the same for the uses of one article (None: of all)."""
        return replace(self, article=article)

    @property
    def of_period_alone(self) -> "Scope":
        """The same period of everything: for what nothing narrows."""
        return Scope(self.actor, self.period, self.moment)

    @property
    def previous(self) -> "Scope | None":
        """The same for the period before, or None when there is none."""
        period = self.period.previous(self.moment)
        return self.in_period(period) if period else None

    @property
    def query(self) -> dict[str, str]:
        """What an address needs to mean this scope: period, and category, tag, helper and article where given."""
        narrowing = {"category": self.category, "tag": self.tag, "helper": self.helper, "article": self.article}
        return {"period": self.period.key, **{name: named.key for name, named in narrowing.items() if named is not None}}
