"""In which order moderators meet what waits: by the harm it may do, and by how long it has waited. Pure; printed in docs/moderation.md."""

from datetime import timedelta
from enum import IntEnum


class Harm(IntEnum):
    """What an hour of waiting may cost, 0 to 100. Sources may use any number between."""

    DANGER = 90  # readers may come to harm: reported as wrong or dangerous
    ABUSE = 80  # people are hurt, or the site is abused: rude, spam
    HELD = 60  # somebody's text is out of sight and may be fine
    HIDDEN = 58  # reported, and out of sight already
    APPEAL = 55  # somebody waits for a second look at a sanction
    DOUBT = 50  # readers say that a solution does not work
    ODD = 40  # reported for other reasons
    BROKEN = 35  # an article rests on text that changed or went
    OUTDATED = 30  # reported as out of date
    WAVE = 20  # quarantined: out of sight, waits to be removed or given back
    MERGE = 15  # two questions look alike
    PROMOTION = 10  # a thread could become an article


HOURS_FOR_A_POINT = 4
MOST_FOR_AGE = 30


def urgency(harm: int, waiting: timedelta) -> int:
    """Return harm plus one point for every four hours of waiting, at most 30 (after five days).

    So nothing waits for ever: a held text of two days comes before a fresh doubt, but no proposal ever comes before reported abuse.
    """
    hours = max(waiting, timedelta(0)) // timedelta(hours=1)
    return harm + min(hours // HOURS_FOR_A_POINT, MOST_FOR_AGE)
