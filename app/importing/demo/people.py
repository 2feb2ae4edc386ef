"""The people of the demo, and the places of the community: categories, sections, tags."""

from app.accounts.models import Person
from app.accounts.names import name_key
from app.core.actor import Role
from app.core.db import db
from app.forum.models import Category, Tag
from app.importing.demo.preparing import Prepared
from app.importing.demo.written import Written
from app.kb.models import Section

# Who gets a sign-in: everybody with a role, and so many members.
MEMBERS_WITH_SIGN_IN = 2
MAIL_DOMAIN = "fernlight.example"


def choose_sign_ins(prepared: Prepared) -> dict[str, str]:
    """Return role by handle of the people who can sign in, in the order of the file."""
    roles = {row["name"]: row["role"] for row in prepared.community["person"]}
    members = [name for name, role in roles.items() if role == Role.MEMBER][:MEMBERS_WITH_SIGN_IN]
    return {name: role for name, role in roles.items() if role != Role.MEMBER or name in members}


def write_people(written: Written, prepared: Prepared, password_hashes: dict[str, str]) -> None:
    """Write the people; those with a password hash also get an address, the others cannot sign in."""
    for row in prepared.community["person"]:
        name, bio = row["name"], prepared.bios[row["name"]]
        can_sign_in = name in password_hashes
        written.people[name] = Person(
            name=name, name_key=name_key(name), display_name=row["display_name"], role=row["role"], about_source=bio.source,
            about_html=str(bio.html), created_at=written.calendar.days_ago(row["joined_days_ago"]),
            email=f"{name}@{MAIL_DOMAIN}" if can_sign_in else None, password_hash=password_hashes.get(name),
        )  # fmt: skip
    db.session.add_all(written.people.values())
    db.session.flush()


def write_places(written: Written, prepared: Prepared) -> None:
    """Write categories, sections and tags in the order of the file, which is their order on the pages."""
    community = prepared.community
    for position, row in enumerate(community["category"]):
        written.categories[row["slug"]] = Category(
            slug=row["slug"], name=row["name"], description=row["description"], position=position, audience=row["audience"],
            needs_approval=row["approval"],
        )  # fmt: skip
    for row in community["tag"]:
        written.tags[row["name"]] = Tag(name=row["name"], description=row["description"])
    db.session.add_all([*written.categories.values(), *written.tags.values()])
    for position, row in enumerate(community["section"]):
        parent = written.sections[row["parent"]].id if "parent" in row else None
        section = Section(slug=row["slug"], title=row["name"], description=row["description"], parent_id=parent)
        section.position = position
        db.session.add(section)
        db.session.flush()
        written.sections[row["slug"]] = section
