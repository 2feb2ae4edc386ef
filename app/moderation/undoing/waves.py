"""What undoes decisions about waves: what was put away comes back, and what came back is put away again."""

from app.moderation.undoing.base import Undo, need_id
from app.moderation.waves.ending import give_back
from app.moderation.waves.putting_away import put_away_again

WAVE: dict[str, Undo] = {
    "quarantine": lambda actor, entry, reason: give_back(actor, wave_id=need_id(entry.wave_id), reason=reason),
    "wave_back": lambda actor, entry, reason: put_away_again(actor, wave_id=need_id(entry.wave_id), reason=reason),
}
