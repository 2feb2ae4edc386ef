"""Moderation for a busy community: screening, reshaped threads, inbox, weighed reports, trust, sanctions, waves, privacy."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

import app.core.db

revision = "02"
down_revision = "01"
branch_labels = None
depends_on = None

LOG_COLUMNS = ("thread_id", "post_id", "comment_id", "person_id", "article_id", "gap_id", "alias_id")
KINDS = ("answer", "comment", "mention", "accepted", "article", "moderation", "outcome", "desk", "keeping", "helped")
LOCKS = {
    "sqlite": (
        "CREATE TRIGGER moderation_log_kept BEFORE DELETE ON moderation_log"
        " BEGIN SELECT RAISE(ABORT, 'moderation_log is append-only'); END",
        "CREATE TRIGGER moderation_log_unchanged BEFORE UPDATE ON moderation_log"
        " BEGIN SELECT RAISE(ABORT, 'moderation_log is append-only'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION refuse_log_change() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'moderation_log is append-only'; END $$",
        "CREATE TRIGGER moderation_log_unchanged BEFORE UPDATE OR DELETE ON moderation_log"
        " FOR EACH ROW EXECUTE FUNCTION refuse_log_change()",
        "CREATE TRIGGER moderation_log_kept BEFORE TRUNCATE ON moderation_log"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_log_change()",
    ),
}
UNLOCKS = {
    "sqlite": ("DROP TRIGGER moderation_log_kept", "DROP TRIGGER moderation_log_unchanged"),
    "postgresql": (
        "DROP TRIGGER moderation_log_unchanged ON moderation_log",
        "DROP TRIGGER moderation_log_kept ON moderation_log",
        "DROP FUNCTION refuse_log_change()",
    ),
}
Moment = app.core.db.UTCDateTime(timezone=True)
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def one_of(columns: Sequence[str]) -> str:
    """Return the condition that exactly one of the columns has a value."""
    return " + ".join(f"(CASE WHEN {column} IS NULL THEN 0 ELSE 1 END)" for column in columns) + " = 1"


def known(kinds: Sequence[str]) -> str:
    return "kind IN (" + ", ".join(f"'{kind}'" for kind in kinds) + ")"


def refer(table: str, column: str, to: str) -> None:
    """Add a column that may refer to a row of another table: within the column, so that SQLite need not copy the table."""
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind} CONSTRAINT fk_{table}_{column} REFERENCES {to} (id)")
    op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def some(name: str, table: str, columns: list[str], sqlite: str, postgresql: str = "") -> None:
    """Make an index of the rows that fulfil a condition."""
    op.create_index(name, table, columns, sqlite_where=sa.text(sqlite), postgresql_where=sa.text(postgresql or sqlite))


@contextmanager
def altering(table: str, checks: Mapping[str, str], without: Sequence[str] = ()) -> Iterator[BatchOperations]:
    """Alter a table and give its CHECKs of these full names these conditions; `without`: CHECKs that go."""
    known_ones = {check["name"] for check in sa.inspect(op.get_bind()).get_check_constraints(table)}
    with op.batch_alter_table(table) as batch:
        for name in (*checks, *without):
            if name in known_ones:
                batch.drop_constraint(op.f(name), type_="check")
        yield batch
        for name, condition in checks.items():
            batch.create_check_constraint(op.f(name), condition)


def upgrade() -> None:
    create_tables()
    change_texts()
    change_people()
    change_reports()
    change_log()


def change_texts() -> None:
    op.add_column("category", sa.Column("holds_first_posts", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("category", sa.Column("archive_after_days", sa.Integer(), nullable=True))
    op.add_column("comment", sa.Column("held_at", Moment, nullable=True))
    op.add_column("thread", sa.Column("slow_minutes", sa.Integer(), server_default="0", nullable=False))
    for name in ("archived_at", "unarchived_at", "outdated_at"):
        op.add_column("thread", sa.Column(name, Moment, nullable=True))
    op.add_column("thread", sa.Column("is_archived_by_rule", sa.Boolean(), server_default=sa.false(), nullable=False))
    for table in ("thread", "post", "comment"):
        some(f"ix_{table}_held", table, ["held_at"], "held_at IS NOT NULL")
    some("ix_thread_archivable", "thread", ["category_id", "last_activity_at"], "archived_at IS NULL AND solved_at IS NOT NULL")
    some(
        "ix_thread_archived_in_doubt",
        "thread",
        ["id"],
        "is_archived_by_rule = 1 AND solved_at IS NULL",
        "is_archived_by_rule AND solved_at IS NULL",
    )
    refer("duplicate_proposal", "proposed_by_id", "person")


def change_people() -> None:
    op.add_column("person", sa.Column("level", sa.SmallInteger(), server_default=sa.text("0"), nullable=False))
    for name in ("pinned_level", "level_ceiling"):
        op.add_column("person", sa.Column(name, sa.SmallInteger(), nullable=True))
    for name in ("ceiling_until", "erased_at", "muted_until", "banned_at", "warned_at"):
        op.add_column("person", sa.Column(name, Moment, nullable=True))
    op.create_index("ix_person_joined", "person", ["created_at"])
    refer("person", "merged_into_id", "person")
    for table in ("notification", "mail_preference"):
        with altering(table, {f"ck_{table}_kind_known": known((*KINDS, "report"))}) as batch:
            if table == "notification":
                batch.add_column(sa.Column("path", sa.String(length=200), nullable=True))


def change_reports() -> None:
    conditions = {
        "ck_flag_one_target": one_of(("post_id", "comment_id", "person_id")),
        "ck_flag_thread_of_text": "(thread_id IS NULL) = (person_id IS NOT NULL)",
    }
    with altering("flag", conditions) as batch:
        batch.add_column(sa.Column("person_id", Id, nullable=True))
        batch.add_column(sa.Column("original_id", Id, nullable=True))
        batch.add_column(sa.Column("weight", sa.Integer(), server_default="100", nullable=False))
        batch.add_column(sa.Column("set_aside_at", Moment, nullable=True))
        batch.add_column(sa.Column("is_settled_along", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch.alter_column("thread_id", existing_type=Id, nullable=True)
        batch.create_index("ix_flag_comment", ["comment_id"])
        batch.create_index(op.f("ix_flag_original_id"), ["original_id"])
        batch.create_index(op.f("ix_flag_person_id"), ["person_id"])
        batch.create_foreign_key(op.f("fk_flag_original_id"), "thread", ["original_id"], ["id"])
        batch.create_foreign_key(op.f("fk_flag_person_id"), "person", ["person_id"], ["id"])


def change_log() -> None:
    """Let the log be about rules and waves too, and lock it."""
    with altering("moderation_log", {"ck_moderation_log_one_target": one_of((*LOG_COLUMNS, "rule_id", "wave_id"))}) as batch:
        for column, table in (("rule_id", "screening_rule"), ("wave_id", "wave")):
            batch.add_column(sa.Column(column, Id, nullable=True))
            batch.create_index(op.f(f"ix_moderation_log_{column}"), [column])
            batch.create_foreign_key(op.f(f"fk_moderation_log_{column}"), table, [column], ["id"])
        batch.create_index("ix_moderation_log_action_newest", ["action", "created_at"])
        batch.create_index("ix_moderation_log_actor_newest", ["actor_id", "created_at"])
        batch.create_index(op.f("ix_moderation_log_comment_id"), ["comment_id"])
    for statement in LOCKS[op.get_bind().dialect.name]:
        op.execute(statement)


def create_tables() -> None:
    op.create_table(
        "redirect",
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("old_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("new_kind", sa.String(length=8), nullable=False),
        sa.Column("new_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('thread', 'post', 'comment')", name=op.f("ck_redirect_kind_known")),
        sa.CheckConstraint("new_kind IN ('thread', 'post', 'comment')", name=op.f("ck_redirect_new_kind_known")),
        sa.CheckConstraint("kind <> new_kind OR old_id <> new_id", name=op.f("ck_redirect_two_places")),
        sa.PrimaryKeyConstraint("kind", "old_id", name=op.f("pk_redirect")),
    )
    op.create_table(
        "spam_model",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("trained_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("spam_count", sa.Integer(), nullable=False),
        sa.Column("ham_count", sa.Integer(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spam_model")),
    )
    op.create_table(
        "data_export",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("size_bytes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asked_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("ready_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("expires_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_data_export_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_export")),
    )
    op.create_index(op.f("ix_data_export_expires_at"), "data_export", ["expires_at"], unique=False)
    op.create_index(op.f("ix_data_export_person_id"), "data_export", ["person_id"], unique=False)

    op.create_table(
        "erasure",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("keeps_posts", sa.Boolean(), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("asked_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("due_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("begun_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("done_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_erasure_asked_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_erasure_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_erasure")),
    )
    op.create_index(
        "ix_erasure_due",
        "erasure",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )

    op.create_table(
        "inbox_batch",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("results", sa.JSON(), nullable=False),
        sa.Column("created_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("undone_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_inbox_batch_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_batch")),
    )
    op.create_index(op.f("ix_inbox_batch_person_id"), "inbox_batch", ["person_id"], unique=False)

    op.create_table(
        "inbox_claim",
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("claimed_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_inbox_claim_person_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_inbox_claim")),
    )
    op.create_index(op.f("ix_inbox_claim_expires_at"), "inbox_claim", ["expires_at"], unique=False)
    op.create_index(op.f("ix_inbox_claim_person_id"), "inbox_claim", ["person_id"], unique=False)

    op.create_table(
        "person_merge",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("into_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("asked_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("done_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("from_id <> into_id", name=op.f("ck_person_merge_two_accounts")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_person_merge_asked_by_id")),
        sa.ForeignKeyConstraint(["from_id"], ["person.id"], name=op.f("fk_person_merge_from_id")),
        sa.ForeignKeyConstraint(["into_id"], ["person.id"], name=op.f("fk_person_merge_into_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_merge")),
        sa.UniqueConstraint("from_id", name=op.f("uq_person_merge_from_id")),
    )
    op.create_index(op.f("ix_person_merge_into_id"), "person_merge", ["into_id"], unique=False)

    op.create_table(
        "removal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("text_count", sa.Integer(), nullable=False),
        sa.Column("created_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('removing', 'removed', 'restoring', 'restored')", name=op.f("ck_removal_state_known")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_removal_asked_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_removal_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_removal")),
    )
    op.create_index(op.f("ix_removal_person_id"), "removal", ["person_id"], unique=False)

    op.create_table(
        "sanction",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("until", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("created_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("acknowledged_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("ended_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("end_reason", sa.String(length=300), nullable=False),
        sa.Column("is_replaced", sa.Boolean(), nullable=False),
        sa.Column("appeal_state", sa.String(length=8), nullable=False),
        sa.Column("appeal_note", sa.String(length=2000), nullable=False),
        sa.Column("appealed_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("appeal_answer", sa.String(length=1000), nullable=False),
        sa.Column("appeal_decided_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("appeal_decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("(kind IN ('mute', 'suspend')) = (until IS NOT NULL)", name=op.f("ck_sanction_until_fits")),
        sa.CheckConstraint("appeal_state IN ('', 'open', 'upheld', 'lifted')", name=op.f("ck_sanction_appeal_state_known")),
        sa.CheckConstraint("kind IN ('warn', 'mute', 'suspend', 'ban')", name=op.f("ck_sanction_kind_known")),
        sa.ForeignKeyConstraint(["appeal_decided_by_id"], ["person.id"], name=op.f("fk_sanction_appeal_decided_by_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_sanction_created_by_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["person.id"], name=op.f("fk_sanction_ended_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sanction_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sanction")),
    )
    op.create_index("ix_sanction_appeal", "sanction", ["appeal_state", "appealed_at"], unique=False)
    op.create_index(op.f("ix_sanction_appeal_decided_by_id"), "sanction", ["appeal_decided_by_id"], unique=False)
    op.create_index(op.f("ix_sanction_created_by_id"), "sanction", ["created_by_id"], unique=False)
    op.create_index(op.f("ix_sanction_ended_by_id"), "sanction", ["ended_by_id"], unique=False)
    op.create_index("ix_sanction_person", "sanction", ["person_id", "id"], unique=False)

    op.create_table(
        "screening_rule",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("text", sa.String(length=120), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("measure", sa.String(length=8), nullable=False),
        sa.Column("tag", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("removed_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('word', 'host')", name=op.f("ck_screening_rule_kind_known")),
        sa.CheckConstraint("measure IN ('block', 'hold', 'tag', 'allow')", name=op.f("ck_screening_rule_measure_known")),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_screening_rule_created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_rule")),
    )
    op.create_index("ix_screening_rule_changed", "screening_rule", ["changed_at"], unique=False)
    op.create_index(op.f("ix_screening_rule_created_by_id"), "screening_rule", ["created_by_id"], unique=False)

    op.create_table(
        "wave",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("summary", sa.String(length=300), nullable=False),
        sa.Column("criteria", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("text_count", sa.Integer(), nullable=False),
        sa.Column("person_count", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("purge_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("ended_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('taking', 'quarantined', 'restoring', 'restored', 'purging', 'purged')", name=op.f("ck_wave_state_known")
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_wave_created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wave")),
    )
    op.create_index(op.f("ix_wave_created_by_id"), "wave", ["created_by_id"], unique=False)
    op.create_index(
        "ix_wave_purge",
        "wave",
        ["purge_at"],
        unique=False,
        sqlite_where=sa.text("purge_at IS NOT NULL"),
        postgresql_where=sa.text("purge_at IS NOT NULL"),
    )

    op.create_table(
        "removal_thread",
        sa.Column("removal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("thread_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("swept", sa.JSON(), nullable=False),
        sa.Column("restored_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["removal_id"], ["removal.id"], name=op.f("fk_removal_thread_removal_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_removal_thread_thread_id")),
        sa.PrimaryKeyConstraint("removal_id", "thread_id", name=op.f("pk_removal_thread")),
    )
    op.create_table(
        "reshaping",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("thread_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("other_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("created_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("undone_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('split', 'merge', 'convert', 'to_comment', 'to_answer', 'edit_comment')",
            name=op.f("ck_reshaping_kind_known"),
        ),
        sa.ForeignKeyConstraint(["other_id"], ["thread.id"], name=op.f("fk_reshaping_other_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_reshaping_thread_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reshaping")),
    )
    op.create_index(op.f("ix_reshaping_other_id"), "reshaping", ["other_id"], unique=False)
    op.create_index(op.f("ix_reshaping_thread_id"), "reshaping", ["thread_id"], unique=False)

    op.create_table(
        "screened_text",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("comment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("created_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_screened_text_comment_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_screened_text_person_id")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_screened_text_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screened_text")),
    )
    op.create_index(op.f("ix_screened_text_comment_id"), "screened_text", ["comment_id"], unique=False)
    op.create_index("ix_screened_text_created", "screened_text", ["created_at"], unique=False)
    op.create_index("ix_screened_text_digest", "screened_text", ["digest", "created_at"], unique=False)
    op.create_index(op.f("ix_screened_text_person_id"), "screened_text", ["person_id"], unique=False)
    op.create_index(op.f("ix_screened_text_post_id"), "screened_text", ["post_id"], unique=False)

    op.create_table(
        "screening_hit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("comment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("check_name", sa.String(length=12), nullable=False),
        sa.Column("is_held", sa.Boolean(), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("rule_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("created_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("decided_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("outcome IN ('open', 'approved', 'rejected')", name=op.f("ck_screening_hit_outcome_known")),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_screening_hit_comment_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_screening_hit_person_id")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_screening_hit_post_id")),
        sa.ForeignKeyConstraint(["rule_id"], ["screening_rule.id"], name=op.f("fk_screening_hit_rule_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_hit")),
    )
    op.create_index(op.f("ix_screening_hit_comment_id"), "screening_hit", ["comment_id"], unique=False)
    op.create_index("ix_screening_hit_created", "screening_hit", ["created_at"], unique=False)
    op.create_index(op.f("ix_screening_hit_person_id"), "screening_hit", ["person_id"], unique=False)
    op.create_index("ix_screening_hit_post", "screening_hit", ["post_id", "comment_id"], unique=False)
    op.create_index("ix_screening_hit_rule", "screening_hit", ["rule_id", "outcome"], unique=False)

    op.create_table(
        "wave_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("wave_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("comment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("taken_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'taken', 'skipped', 'restored', 'purged')", name=op.f("ck_wave_item_state_known")
        ),
        sa.CheckConstraint(
            "(CASE WHEN post_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN comment_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN person_id IS NULL THEN 0 ELSE 1 END) = 1",
            name=op.f("ck_wave_item_one_target"),
        ),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_wave_item_comment_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_wave_item_person_id")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_wave_item_post_id")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_wave_item_wave_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wave_item")),
    )
    op.create_index("ix_wave_item_wave", "wave_item", ["wave_id", "state", "id"], unique=False)
    op.create_index(
        "uq_wave_item_comment",
        "wave_item",
        ["comment_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('waiting', 'taken')"),
        postgresql_where=sa.text("state IN ('waiting', 'taken')"),
    )
    op.create_index(
        "uq_wave_item_person",
        "wave_item",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('waiting', 'taken')"),
        postgresql_where=sa.text("state IN ('waiting', 'taken')"),
    )
    op.create_index(
        "uq_wave_item_post",
        "wave_item",
        ["post_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('waiting', 'taken')"),
        postgresql_where=sa.text("state IN ('waiting', 'taken')"),
    )

    op.create_table(
        "screened_piece",
        sa.Column("text_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("value", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["text_id"], ["screened_text.id"], name=op.f("fk_screened_piece_text_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("text_id", "value", name=op.f("pk_screened_piece")),
    )
    op.create_index("ix_screened_piece_value", "screened_piece", ["value"], unique=False)


def downgrade() -> None:
    """Take it all back. Decisions about rules and waves, reports about people and notices of reports go with it."""
    for statement in UNLOCKS[op.get_bind().dialect.name]:
        op.execute(statement)
    op.execute("DELETE FROM moderation_log WHERE rule_id IS NOT NULL OR wave_id IS NOT NULL")
    with altering("moderation_log", {"ck_moderation_log_one_target": one_of(LOG_COLUMNS)}) as batch:
        for name in ("ix_moderation_log_action_newest", "ix_moderation_log_actor_newest", "ix_moderation_log_comment_id"):
            batch.drop_index(name)
        for column in ("rule_id", "wave_id"):
            batch.drop_index(f"ix_moderation_log_{column}")
            batch.drop_constraint(op.f(f"fk_moderation_log_{column}"), type_="foreignkey")
            batch.drop_column(column)
    op.execute("DELETE FROM flag WHERE person_id IS NOT NULL")
    with altering(
        "flag", {"ck_flag_one_target": "(post_id IS NULL) <> (comment_id IS NULL)"}, ("ck_flag_thread_of_text",)
    ) as batch:
        batch.drop_index("ix_flag_comment")
        for column in ("original_id", "person_id"):
            batch.drop_index(f"ix_flag_{column}")
            batch.drop_constraint(op.f(f"fk_flag_{column}"), type_="foreignkey")
            batch.drop_column(column)
        for column in ("weight", "set_aside_at", "is_settled_along"):
            batch.drop_column(column)
        batch.alter_column("thread_id", existing_type=Id, nullable=False)
    restore_people()
    restore_texts()
    for table in DROPPED:
        op.drop_table(table)


def restore_people() -> None:
    for table in ("mail_preference", "notification"):
        op.execute(f"DELETE FROM {table} WHERE kind = 'report'")  # noqa: S608 (our own tables)
        with altering(table, {f"ck_{table}_kind_known": known(KINDS)}) as batch:
            if table == "notification":
                batch.drop_column("path")
    op.drop_index("ix_person_merged_into_id", "person")
    op.drop_index("ix_person_joined", "person")
    with op.batch_alter_table("person") as batch:
        for column in PERSON_COLUMNS:
            batch.drop_column(column)


def restore_texts() -> None:
    op.drop_index("ix_duplicate_proposal_proposed_by_id", "duplicate_proposal")
    with op.batch_alter_table("duplicate_proposal") as batch:
        batch.drop_column("proposed_by_id")
    for name in ("ix_thread_archived_in_doubt", "ix_thread_archivable"):
        op.drop_index(name, "thread")
    for table in ("thread", "post", "comment"):
        op.drop_index(f"ix_{table}_held", table)
    for column in ("is_archived_by_rule", "outdated_at", "unarchived_at", "archived_at", "slow_minutes"):
        op.drop_column("thread", column)
    op.drop_column("comment", "held_at")
    for column in ("archive_after_days", "holds_first_posts"):
        op.drop_column("category", column)


PERSON_COLUMNS = (
    "merged_into_id",
    "level",
    "pinned_level",
    "level_ceiling",
    "ceiling_until",
    "erased_at",
    "muted_until",
    "banned_at",
    "warned_at",
)
DROPPED = (
    "screened_piece",
    "wave_item",
    "screening_hit",
    "screened_text",
    "reshaping",
    "removal_thread",
    "wave",
    "screening_rule",
    "sanction",
    "removal",
    "person_merge",
    "inbox_claim",
    "inbox_batch",
    "erasure",
    "data_export",
    "spam_model",
    "redirect",
)
