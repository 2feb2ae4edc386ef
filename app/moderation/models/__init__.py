"""Tables of moderation. Columns and constraints only."""

from app.moderation.models.append_only import LogIsAppendOnly
from app.moderation.models.flag import Flag, FlagReason, FlagState
from app.moderation.models.inbox import InboxBatch, InboxClaim
from app.moderation.models.log import LogEntry
from app.moderation.models.removal import Removal, RemovalState, RemovalThread
from app.moderation.models.sanction import AppealState, Sanction, SanctionKind
from app.moderation.models.screening import (
    HitOutcome,
    RuleKind,
    RuleMeasure,
    ScreenedPiece,
    ScreenedText,
    ScreeningHit,
    ScreeningRule,
    SpamModel,
)
from app.moderation.models.wave import ItemState, Wave, WaveItem, WaveState

__all__ = [
    "AppealState",
    "Flag",
    "FlagReason",
    "FlagState",
    "HitOutcome",
    "InboxBatch",
    "InboxClaim",
    "ItemState",
    "LogEntry",
    "LogIsAppendOnly",
    "Removal",
    "RemovalState",
    "RemovalThread",
    "RuleKind",
    "RuleMeasure",
    "Sanction",
    "SanctionKind",
    "ScreenedPiece",
    "ScreenedText",
    "ScreeningHit",
    "ScreeningRule",
    "SpamModel",
    "Wave",
    "WaveItem",
    "WaveState",
]
