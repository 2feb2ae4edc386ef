"""The page that lists the keyboard's shortcuts; `?` shows the same list over any page."""

from werkzeug.wrappers import Response

from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.pages.blueprint import blueprint
from app.web.access import public
from app.web.marking import keep_page
from app.web.render import page
from app.web.seo import Head

# (where they work, (keys, what they do)); what the scripts of app/static/js listen to.
GROUPS = (
    (
        lazy_gettext("Everywhere"),
        (
            (("/",), lazy_gettext("Search")),
            (("?",), lazy_gettext("This list")),
            (("Esc",), lazy_gettext("Close menus and lists")),
            (("Tab",), lazy_gettext("From link to link; the first leads past the navigation")),
        ),
    ),
    (
        lazy_gettext("In lists to work through"),
        (
            (("j", "k"), lazy_gettext("Next, previous")),
            (("Enter",), lazy_gettext("Open what is chosen")),
            (("x",), lazy_gettext("Choose it for a decision about many")),
        ),
    ),
    (
        lazy_gettext("While writing"),
        (
            ((lazy_gettext("Ctrl B"), lazy_gettext("Ctrl I")), lazy_gettext("Bold, italic")),
            ((lazy_gettext("Ctrl E"), lazy_gettext("Ctrl K")), lazy_gettext("Code, link")),
            (("@",), lazy_gettext("Mention somebody: type the beginning of the name")),
            (("#",), lazy_gettext("Link a question or article: type words of its title")),
        ),
    ),
)


@blueprint.get("/keys")
@public
def keys() -> Response:
    """List the shortcuts."""
    keep_page()
    return page("pages/keys.html", Head(title=_("Keyboard shortcuts"), path="/keys"), groups=GROUPS)
