"""Sentences about Pierbook, an invented ticket and timetable system for small ferry companies, in Markdown.

Everything here is a pure function of the random generator that is passed in: same seed, same text.
"""

from collections.abc import Sequence
from random import Random

# Commonest first: words are drawn with a skew, so that some are in many threads and most in few, as in real communities.
_THINGS = """
ticket timetable gate fare crossing booking manifest voucher scanner refund harbour deck departure berth passenger
season-pass printer receipt route tariff kiosk seat vehicle lane operator invoice calendar reminder queue boarding
pier delay notice crew vessel group discount bicycle trailer deposit statement payout terminal barcode screen display
announcement channel password role export report ledger tax currency language translation template postcard label
luggage locker cabin galley snack loyalty card reader battery cable router hotspot tablet update backup archive
webhook signature certificate sandbox token quota import column spreadsheet filter chart forecast weather wind tide
closure holiday weekend shift roster badge anchor lighthouse buoy ramp winch lifeboat drill inspection permit licence
islander commuter tourist school charter freight pallet container parcel courier customs stamp passport insurance
"""
THINGS = _THINGS.split()
_ACTIONS = """
print cancel scan rebook refund publish import export sync reset merge split rename hide share validate reprint
assign unlock schedule postpone swap transfer round recount restore archive duplicate translate sort search mail
"""
ACTIONS = _ACTIONS.split()
_QUALITIES = """
late missing double empty wrong early seasonal foreign reduced open closed hidden old new shared local offline frozen
partial rounded expired blocked unpaid printed nightly weekly regional private draft stale
"""
QUALITIES = _QUALITIES.split()
STATEMENTS = """
Since the spring release the {thing} on our second {thing2} stays {quality} until somebody presses {action} twice.
We run {count} crossings a week, and on about {share} of them the {thing} is {quality}.
The manual says to {action} the {thing} before the {thing2} opens, which we do every morning.
When a family changes its {thing}, the {quality} {thing2} is charged again and nobody notices before Sunday.
Our skipper found that the {thing} has to {action} first, otherwise the {thing2} keeps its {quality} value.
It started after we had moved the {thing} to another **{thing2}**; before that it took {count} seconds at most.
I can reproduce it: open the {thing}, choose {action}, go back, and the {thing2} is {quality}.
The field `{thing}.{thing2}` holds {count}, although the {quality} {thing3} shows {share}.
Support asked for the {thing} of that day; it has {count} lines and none of them mentions the {thing2}.
For us it was enough to {action} the {quality} {thing} and to wait until the {thing2} had caught up.
Please note that a {quality} {thing} cannot be used on the {thing2} after {count} minutes.
On the tablet at the ramp the {thing} works, on the one in the office it stays {quality}.
You need the right to {action} for this, which is under *People*, then *{thing2}*.
As far as I understand, the {thing} takes its {thing2} from the {quality} {thing3} of the day before.
We wrote a small job that will {action} each {thing} at four in the morning, and it has been quiet since.
There is a [page about the {thing}](https://pierbook.example/manual/{thing}-{thing2}) that explains the {quality} case.
Islanders pay the {quality} {thing}, visitors the full one, and the {thing2} has to know which is which.
Thank you, that was it: the {thing} had been {quality} for weeks and the {thing2} hid it.
""".strip().splitlines()
HEADLINES = """
How do I {action} a {quality} {thing} for one {thing2}?
The {thing} is {quality} after we {action} the {thing2}
Can the {thing} and the {thing2} share one {thing3}?
{thing} stays {quality} on the {thing2}
Where does the {thing} get its {quality} {thing2} from?
Is there a way to {action} every {thing} at once?
We cannot {action} the {thing} without a {thing2}
Why is the {quality} {thing} charged twice?
""".strip().splitlines()
_FIRST_NAMES = "alma bjarne cleo dov edda fynn greta hanno ilse juri kaja lasse maren nils oda pelle runa sina tjark una"
FIRST_NAMES = _FIRST_NAMES.split()
_LAST_NAMES = "ahlers boysen carstens drews ebsen frisk grote harms iwersen jess klaassen lorenz mommsen nissen olufs petri"
LAST_NAMES = _LAST_NAMES.split()
CATEGORIES = ("Tickets and fares", "Timetables", "Boarding", "Payments", "Devices on board", "Interface for programs")


def skewed(random: Random, words: Sequence[str]) -> str:
    """Return one of `words`, the first ones far more often than the last."""
    return words[int(len(words) * random.random() ** 2.4)]


def _fill(random: Random, pattern: str) -> str:
    return pattern.format(
        thing=skewed(random, THINGS), thing2=skewed(random, THINGS), thing3=random.choice(THINGS),
        action=random.choice(ACTIONS), quality=random.choice(QUALITIES),
        count=random.randint(3, 4000), share=random.randint(2, 97),
    )  # fmt: skip


def sentence(random: Random) -> str:
    """Return one sentence with inline Markdown here and there."""
    return _fill(random, random.choice(STATEMENTS))


def title(random: Random) -> str:
    """Return the title of a thread."""
    text = _fill(random, random.choice(HEADLINES))
    return text[0].upper() + text[1:]


def tag(random: Random) -> str:
    """Return a tag; there are as many as THINGS."""
    return skewed(random, THINGS)


def query(random: Random) -> str:
    """Return what a reader might type into the search box: one to three words."""
    return " ".join(skewed(random, THINGS if random.random() < 0.7 else ACTIONS) for _ in range(random.randint(1, 3)))


def _paragraph(random: Random) -> str:
    return " ".join(sentence(random) for _ in range(random.randint(1, 3)))


def _bullets(random: Random) -> str:
    return "\n".join(f"- {sentence(random)}" for _ in range(random.randint(2, 4)))


def _quote(random: Random) -> str:
    return f"> {sentence(random)}"


def _code(random: Random) -> str:
    thing, other, action = random.choice(THINGS), random.choice(THINGS), random.choice(ACTIONS)
    hour, minute, number = random.randint(4, 9), random.randint(10, 59), random.randint(0, 999)
    if random.random() < 0.5:
        return f"```\n0{hour}:{minute} {thing}: {action} refused, {other} has {number}\n```"
    name = thing.replace("-", "_")
    return f'```python\nfor {name} in pier.list("{other}"):\n    pier.{action}({name}, {number}, dry_run=True)\n```'


def markdown(random: Random, least: int = 600, most: int = 1500) -> str:
    """Return a post of `least` to `most` characters: paragraphs, lists, quotes, code, links, emphasis."""
    wanted = random.randint(least, most)
    kinds = random.choices((_paragraph, _bullets, _quote, _code), (60, 17, 9, 14), k=40)
    parts, size = [_paragraph(random)], 0
    for make in kinds:
        if size >= wanted:
            break
        parts.append(make(random))
        size = sum(map(len, parts)) + 2 * len(parts)
    while len(parts) > 1 and len("\n\n".join(parts)) > most:
        parts.pop()
    text = "\n\n".join(parts)
    while len(text) < least:
        text += f"\n\n{sentence(random)}"
    return text


def article(random: Random) -> str:
    """Return the text of an article: four sections with headings."""
    headings = (f"## {heading}\n\n{markdown(random, 400, 900)}" for heading in ("Problem", "Environment", "Solution", "Cause"))
    return "\n\n".join(headings)
