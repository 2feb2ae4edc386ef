"""Secrets in what moderators decide: waves, removals, erasures, decisions about people, reports and screening. Asks nothing of the site."""

from __future__ import annotations

from datetime import timedelta

from app.accounts.models import Erasure, Person
from app.core.clock import now
from app.core.db import db
from app.core.markup import render_markdown
from app.core.uow import unit_of_work
from app.forum.models import Category, Post, Thread
from app.forum.services import curating
from app.forum.services.accepting import accept_answer
from app.forum.services.confirming import record_outcome
from app.forum.services.sweeping import UNTITLED
from app.jobs.worker import run_until_idle
from app.moderation.flags.flagging import flag_person, flag_post
from app.moderation.models import Wave
from app.moderation.people.appealing import appeal
from app.moderation.people.imposing import impose
from app.moderation.removing.deciding import remove_content
from app.moderation.screening.keeping import add_rule
from app.moderation.trust.setting import pin_level
from app.moderation.waves.criteria import Criteria
from app.moderation.waves.ending import remove
from app.moderation.waves.finding import find_everything_like
from app.moderation.waves.putting_away import put_away
from app.privacy.services.erasing import erase_person
from tests.factories import actor_of, make_category, make_person, opening_of
from tests.flows.planting import CURATORS, MODERATORS, STAFF, Site, ask, reply, say, word_of

# Who may find what. Staff who are no moderators do not see what is out of sight; moderators do not see what is for staff.
ADMINS, NOBODY = ("admin",), ()
DECIDED: dict[str, tuple[str, ...]] = {
    "wavethread": MODERATORS, "wavebody": MODERATORS, "wavetag": MODERATORS, "waveanswer": MODERATORS, "wavecomment": MODERATORS,
    "wavereason": MODERATORS, "wavehost": MODERATORS,
    "innerwave": ADMINS, "innerhost": ADMINS, "innerreason": MODERATORS,
    "purgedthread": NOBODY, "purgedanswer": NOBODY,
    "removedthread": MODERATORS, "removedanswer": MODERATORS, "removedreason": MODERATORS, "innerremoved": ADMINS,
    "erasedthread": NOBODY, "erasedanswer": NOBODY, "erasedabout": NOBODY, "erasedname": NOBODY, "erasednote": NOBODY,
    "sanctionreason": MODERATORS, "appealnote": MODERATORS, "levelreason": CURATORS, "personflag": MODERATORS,
    "asidebody": MODERATORS, "asidenote": MODERATORS, "innernote": ADMINS, "innerrefuted": STAFF,
    "movedreported": STAFF,
    "watchedword": MODERATORS, "screenedbody": MODERATORS, "innerscreened": ADMINS,
}  # fmt: skip


def plant_decided(site: Site) -> None:
    """Write texts and people and decide about them, as moderators and the jobs do."""
    word = {kind: word_of(kind) for kind in DECIDED}
    public, inner = make_category("decided-board"), make_category("inner-decided-board", "staff", name="Inner decisions")
    open_one = ask(site.insider, public.id, "cucumbers", "They grow too fast", [])
    _plant_people(site, word)
    _plant_screened(site, word, open_one)
    removee = _plant_moved(site, word, public, inner)
    _plant_waves(site, word, public, open_one)
    _plant_removed(site, word, open_one, removee)
    _plant_reported(site, word, inner, open_one)
    _plant_erased(site, word, public, open_one)
    run_until_idle()


def _writer(name: str, **values: object) -> Person:
    """A member who is known a little, so that nothing of theirs waits."""
    return make_person(name, level=1, pinned_level=1, **values)


def _plant_people(site: Site, word: dict[str, str]) -> None:
    """Somebody who is muted and asks for a second look, whose level was set by hand, and who is reported."""
    scolded, insider = make_person("scolded"), actor_of(site.insider)
    with unit_of_work():
        until = now() + timedelta(days=3)
        sanction = impose(insider, person_id=scolded.id, kind="mute", reason=word["sanctionreason"], until=until)
    with unit_of_work():
        appeal(scolded.id, sanction_id=sanction.id, note=f"Please look again: {word['appealnote']}")
    with unit_of_work():
        pin_level(insider, person_id=scolded.id, level=1, reason=word["levelreason"])
    with unit_of_work():
        flag_person(insider, person_id=scolded.id, reason="other", note=word["personflag"])


def _plant_screened(site: Site, word: dict[str, str], open_one: Thread) -> None:
    """A watched word, and a text that it holds."""
    with unit_of_work():
        add_rule(actor_of(site.insider), kind="word", text=word["watchedword"], measure="hold")
    reply(make_person("careless"), open_one, f"{word['screenedbody']} {word['watchedword']}")


def _plant_moved(site: Site, word: dict[str, str], public: Category, inner: Category) -> Person:
    """A thread that was public and is for staff now, with texts that wait, were reported, or are put away later."""
    insider, removee = site.insider, _writer("removee")
    thread = ask(insider, public.id, word["movedreported"], "It was public once", [])
    reply(_writer("mole"), thread, f"{word['innerwave']} at https://{word['innerhost']}.example/")
    reply(removee, thread, word["innerremoved"])
    reply(make_person("careless-too"), thread, f"{word['innerscreened']} {word['watchedword']}")
    with unit_of_work():
        flag_post(actor_of(site.people["member"]), post_id=opening_of(thread).id, reason="rude")
    with unit_of_work():
        curating.move_thread(actor_of(insider), thread_id=thread.id, category_id=inner.id, reason="For us only")
    return removee


def _plant_waves(site: Site, word: dict[str, str], public: Category, open_one: Thread) -> None:
    """One with public texts, one with a text that is for staff by now, and one that was removed for good."""
    spammer, host = _writer("spammer"), f"{word['wavehost']}.example"
    ask(spammer, public.id, word["wavethread"], f"{word['wavebody']} at https://{host}/a", [word["wavetag"]])
    reply(spammer, open_one, f"{word['waveanswer']} at https://{host}/b")
    say(spammer, opening_of(open_one), f"{word['wavecomment']} at https://{host}/c @reader-member")
    _put_away(site, host, word["wavereason"])
    _put_away(site, f"{word['innerhost']}.example", word["innerreason"])
    gone = _writer("gone-spammer")
    ask(gone, public.id, word["purgedthread"], "Look at https://purged.example/", [])
    reply(gone, open_one, f"{word['purgedanswer']} at https://purged.example/")
    wave = _put_away(site, "purged.example", "Advertising")
    with unit_of_work():
        remove(actor_of(site.insider), wave_id=wave.id, reason="No doubt about it")


def _put_away(site: Site, host: str, reason: str) -> Wave:
    moment = now()
    criteria = Criteria(written_from=moment - timedelta(days=1), written_to=moment, hosts=(host,))
    found = find_everything_like(actor_of(site.insider), criteria)
    assert found.texts, host
    with unit_of_work():
        wave = put_away(actor_of(site.insider), criteria=criteria, found=found, left_out=(), reason=reason)
    run_until_idle()
    return wave


def _plant_removed(site: Site, word: dict[str, str], open_one: Thread, removee: Person) -> None:
    """Everything that somebody wrote is taken out of sight, also what is for staff by now."""
    ask(removee, open_one.category_id, word["removedthread"], "Something of mine", [])
    reply(removee, open_one, word["removedanswer"])
    with unit_of_work():
        remove_content(actor_of(site.insider), person_id=removee.id, reason=word["removedreason"])


def _plant_reported(site: Site, word: dict[str, str], inner: Category, open_one: Thread) -> None:
    """A post that reports set aside, a report of a text that is for staff, and an answer of theirs that did not help."""
    bad, colleague = reply(_writer("noisy"), open_one, word["asidebody"]), make_person("colleague", "staff")
    for reporter in (colleague, site.insider):
        with unit_of_work():
            flag_post(actor_of(reporter), post_id=bad.id, reason="other", note=word["asidenote"])
    assert db.session.get_one(Post, bad.id).held_at is not None
    secret = ask(site.insider, inner.id, "our own pump", "For us only", [])
    answer = reply(colleague, secret, "turn it off and on again")
    with unit_of_work():
        flag_post(actor_of(site.insider), post_id=answer.id, reason="other", note=word["innernote"])
        accept_answer(actor_of(site.insider), post_id=answer.id)
    with unit_of_work():
        reason = word["innerrefuted"]
        record_outcome(actor_of(site.insider), thread_id=secret.id, kind="refuted", post_id=answer.id, reason=reason)


def _plant_erased(site: Site, word: dict[str, str], public: Category, open_one: Thread) -> None:
    """Somebody who left with everything they wrote, after a decision about them."""
    about = render_markdown(f"I like {word['erasedabout']}.")
    leaver = _writer(
        word["erasedname"][:30], display_name=word["erasedname"], about_source=about.source, about_html=str(about.html)
    )
    ask(leaver, public.id, word["erasedthread"], word["erasedthread"], [])
    reply(leaver, open_one, word["erasedanswer"])
    with unit_of_work():
        flag_post(actor_of(leaver), post_id=opening_of(open_one).id, reason="other", note=word["erasednote"])
        db.session.add(Erasure(person_id=leaver.id, keeps_posts=False, due_at=now() - timedelta(seconds=1)))
    assert erase_person(leaver.id, render_markdown(UNTITLED))
