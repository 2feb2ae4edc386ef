"""Create all tables."""

import sqlalchemy as sa
from alembic import op

import app.core.db

revision = "01"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "category",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=10), nullable=False),
        sa.Column("needs_approval", sa.Boolean(), nullable=False),
        sa.Column("thread_count", sa.Integer(), nullable=False),
        sa.Column("usual_answer_minutes", sa.Integer(), nullable=True),
        sa.CheckConstraint("audience IN ('public', 'members', 'staff')", name=op.f("ck_category_audience_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category")),
        sa.UniqueConstraint("slug", name=op.f("uq_category_slug")),
    )
    op.create_table(
        "holiday",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_holiday")),
    )
    op.create_table(
        "import_record",
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("external_id", sa.String(length=80), nullable=False),
        sa.Column("local_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("source", "kind", "external_id", name=op.f("pk_import_record")),
    )
    with op.batch_alter_table("import_record", schema=None) as batch_op:
        batch_op.create_index("ix_import_record_local", ["kind", "local_id"], unique=False)

    op.create_table(
        "job",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("dedupe_key", sa.String(length=200), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("created_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("available_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("lease_until", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("lease_owner", sa.String(length=120), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("dead_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_job_dedupe_key")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index("ix_job_ready", ["dead_at", "available_at"], unique=False)

    op.create_table(
        "pageview_day",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("target_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("views", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "target_id", "day", name=op.f("pk_pageview_day")),
    )
    with op.batch_alter_table("pageview_day", schema=None) as batch_op:
        batch_op.create_index("ix_pageview_day_day", ["kind", "day"], unique=False)

    op.create_table(
        "pageview_total",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("target_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("views", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("imported_views", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("kind", "target_id", name=op.f("pk_pageview_total")),
    )
    op.create_table(
        "periodic_run",
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("enqueued_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_periodic_run")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("name_key", sa.String(length=60), nullable=False),
        sa.Column("display_name", sa.String(length=60), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("pending_email", sa.String(length=254), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("trust", sa.Integer(), nullable=False),
        sa.Column("about_source", sa.Text(), nullable=False),
        sa.Column("about_html", sa.Text(), nullable=False),
        sa.Column("website", sa.String(length=200), nullable=False),
        sa.Column("created_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("suspended_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("suspended_until", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("suspended_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("role IN ('member', 'staff', 'moderator', 'admin')", name=op.f("ck_person_role_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
        sa.UniqueConstraint("name_key", name=op.f("uq_person_name_key")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_pending_email"), ["pending_email"], unique=False)
        batch_op.create_index(
            "ix_person_role",
            ["role"],
            unique=False,
            sqlite_where=sa.text("role <> 'member'"),
            postgresql_where=sa.text("role <> 'member'"),
        )

    op.create_table(
        "product",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint("name", name=op.f("uq_product_name")),
    )
    op.create_table(
        "read_together",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("target_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("other_kind", sa.String(length=10), nullable=False),
        sa.Column("other_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "target_id", "week", "other_kind", "other_id", name=op.f("pk_read_together")),
    )
    with op.batch_alter_table("read_together", schema=None) as batch_op:
        batch_op.create_index("ix_read_together_week", ["week"], unique=False)

    op.create_table(
        "search_session",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("visitor", sa.String(length=48), nullable=True),
        sa.Column("audience", sa.String(length=10), nullable=False),
        sa.Column("started_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("last_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("ending", sa.String(length=10), nullable=False),
        sa.Column("searches", sa.Integer(), nullable=False),
        sa.Column("reached_ask", sa.Boolean(), nullable=False),
        sa.Column("asked_thread_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("is_held_out", sa.Boolean(), nullable=False),
        sa.Column("hold_out", sa.Integer(), nullable=False),
        sa.CheckConstraint("audience IN ('public', 'members', 'staff')", name=op.f("ck_search_session_audience_known")),
        sa.CheckConstraint(
            "ending IN ('left', 'refined', 'clicked', 'asked', 'solved')", name=op.f("ck_search_session_ending_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_session")),
        sa.UniqueConstraint("visitor", name=op.f("uq_search_session_visitor")),
    )
    with op.batch_alter_table("search_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_search_session_asked_thread_id"), ["asked_thread_id"], unique=False)
        batch_op.create_index("ix_search_session_last", ["last_at"], unique=False)
        batch_op.create_index("ix_search_session_started", ["started_at"], unique=False)

    op.create_table(
        "section",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=16), server_default="", nullable=False),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_section_not_own_parent")),
        sa.ForeignKeyConstraint(["parent_id"], ["section.id"], name=op.f("fk_section_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_section")),
        sa.UniqueConstraint("slug", name=op.f("uq_section_slug")),
    )
    with op.batch_alter_table("section", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_section_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "staff_group",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("description", sa.String(length=300), nullable=False),
        sa.Column("created_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_group")),
        sa.UniqueConstraint("name", name=op.f("uq_staff_group_name")),
    )
    op.create_table(
        "tag",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("thread_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
        sa.UniqueConstraint("name", name=op.f("uq_tag_name")),
    )
    with op.batch_alter_table("tag", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tag_thread_count"), ["thread_count"], unique=False)

    op.create_table(
        "working_day",
        sa.Column("weekday", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("opens", sa.SmallInteger(), nullable=True),
        sa.Column("closes", sa.SmallInteger(), nullable=True),
        sa.CheckConstraint("(opens IS NULL) = (closes IS NULL)", name=op.f("ck_working_day_both_or_none")),
        sa.CheckConstraint(
            "opens IS NULL OR (opens >= 0 AND opens < closes AND closes <= 1440)", name=op.f("ck_working_day_span_in_day")
        ),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_working_day_weekday_known")),
        sa.PrimaryKeyConstraint("weekday", name=op.f("pk_working_day")),
    )
    op.create_table(
        "article",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("section_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slug", sa.String(length=100), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("summary", sa.String(length=500), nullable=False),
        sa.Column("applies_to", sa.String(length=300), nullable=False),
        sa.Column("asked_as", sa.Text(), nullable=False),
        sa.Column("searched_as", sa.Text(), nullable=False),
        sa.Column("searched_audience", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("audience", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("published_revision", sa.Integer(), nullable=True),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("body_text", sa.Text(), nullable=False),
        sa.Column("toc", sa.JSON(), nullable=False),
        sa.Column("created_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("published_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("modified_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("verified_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("verified_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("source_changed_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("helpful_yes", sa.Integer(), nullable=False),
        sa.Column("helpful_no", sa.Integer(), nullable=False),
        sa.Column("helped_told", sa.Integer(), nullable=False),
        sa.Column("needs_work_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("review_every_days", sa.Integer(), nullable=True),
        sa.Column("next_review_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("review_told_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("publish_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("publish_revision", sa.Integer(), nullable=True),
        sa.Column("publish_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("audience IN ('public', 'members', 'staff')", name=op.f("ck_article_audience_known")),
        sa.CheckConstraint("kind IN ('solution', 'howto', 'faq', 'reference')", name=op.f("ck_article_kind_known")),
        sa.CheckConstraint("state IN ('draft', 'in_review', 'published', 'archived')", name=op.f("ck_article_state_known")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_article_owner_id")),
        sa.ForeignKeyConstraint(["publish_by_id"], ["person.id"], name=op.f("fk_article_publish_by_id")),
        sa.ForeignKeyConstraint(["section_id"], ["section.id"], name=op.f("fk_article_section_id")),
        sa.ForeignKeyConstraint(["verified_by_id"], ["person.id"], name=op.f("fk_article_verified_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article")),
        sa.UniqueConstraint("slug", name=op.f("uq_article_slug")),
    )
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.create_index("ix_article_listed", ["state", "section_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_article_next_review_at"), ["next_review_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_article_publish_at"), ["publish_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_article_source_changed_at"), ["source_changed_at"], unique=False)

    op.create_table(
        "assignment_rule",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("tag_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("assignee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(assignee_id IS NULL) <> (group_id IS NULL)", name=op.f("ck_assignment_rule_one_in_charge")),
        sa.ForeignKeyConstraint(["assignee_id"], ["person.id"], name=op.f("fk_assignment_rule_assignee_id")),
        sa.ForeignKeyConstraint(
            ["category_id"], ["category.id"], name=op.f("fk_assignment_rule_category_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["group_id"], ["staff_group.id"], name=op.f("fk_assignment_rule_group_id")),
        sa.ForeignKeyConstraint(["tag_id"], ["tag.id"], name=op.f("fk_assignment_rule_tag_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment_rule")),
    )
    with op.batch_alter_table("assignment_rule", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assignment_rule_group_id"), ["group_id"], unique=False)
        batch_op.create_index("ix_assignment_rule_position", ["position", "id"], unique=False)

    op.create_table(
        "canned_answer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("body_source", sa.Text(), nullable=False),
        sa.Column("category_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("use_count", sa.Integer(), nullable=False),
        sa.Column("last_used_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("created_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("is_shared OR owner_id IS NOT NULL", name=op.f("ck_canned_answer_somebody_sees_it")),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_canned_answer_category_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_canned_answer_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canned_answer")),
    )
    with op.batch_alter_table("canned_answer", schema=None) as batch_op:
        batch_op.create_index("ix_canned_answer_order", ["use_count", "title"], unique=False)
        batch_op.create_index(batch_op.f("ix_canned_answer_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "draft",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("updated_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_draft_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("person_id", "key", name=op.f("uq_draft_person_id_key")),
    )
    op.create_table(
        "mail_preference",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.CheckConstraint(
            "kind IN ('answer', 'comment', 'mention', 'accepted', 'article', 'moderation', 'outcome', 'desk', 'keeping', 'helped')",
            name=op.f("ck_mail_preference_kind_known"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mail_preference_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "kind", name=op.f("pk_mail_preference")),
    )
    op.create_table(
        "person_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("agent", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_session_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_person_session")),
    )
    with op.batch_alter_table("person_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_session_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_session_person_id"), ["person_id"], unique=False)

    op.create_table(
        "product_version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("released_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("created_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_product_version_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_version")),
        sa.UniqueConstraint("product_id", "name", name=op.f("uq_product_version_product_id_name")),
    )
    with op.batch_alter_table("product_version", schema=None) as batch_op:
        batch_op.create_index("ix_product_version_newest", ["product_id", "released_at"], unique=False)

    op.create_table(
        "search_gap",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text", sa.String(length=120), nullable=False),
        sa.Column("audience", sa.String(length=10), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("searches", sa.Integer(), nullable=False),
        sa.Column("empty", sa.Integer(), nullable=False),
        sa.Column("first_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("last_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("scanned_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("missing_thread_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("audience IN ('public', 'members', 'staff')", name=op.f("ck_search_gap_audience_known")),
        sa.CheckConstraint("state IN ('open', 'writing', 'alias', 'not_ours', 'filled')", name=op.f("ck_search_gap_state_known")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_search_gap_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_gap")),
        sa.UniqueConstraint("text", name=op.f("uq_search_gap_text")),
    )
    with op.batch_alter_table("search_gap", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_search_gap_decided_by_id"), ["decided_by_id"], unique=False)
        batch_op.create_index("ix_search_gap_list", ["state", "people"], unique=False)

    op.create_table(
        "search_step",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("session_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("text", sa.String(length=120), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("ending", sa.String(length=10), nullable=False),
        sa.Column("clicks", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=True),
        sa.Column("target_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "ending IN ('left', 'refined', 'clicked', 'asked', 'solved')", name=op.f("ck_search_step_ending_known")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["search_session.id"], name=op.f("fk_search_step_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_step")),
    )
    with op.batch_alter_table("search_step", schema=None) as batch_op:
        batch_op.create_index("ix_search_step_at", ["at"], unique=False)
        batch_op.create_index("ix_search_step_session", ["session_id", "id"], unique=False)
        batch_op.create_index("ix_search_step_target", ["kind", "target_id", "at"], unique=False)
        batch_op.create_index("ix_search_step_text", ["text"], unique=False)

    op.create_table(
        "staff_group_member",
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["staff_group.id"], name=op.f("fk_staff_group_member_group_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_staff_group_member_person_id")),
        sa.PrimaryKeyConstraint("group_id", "person_id", name=op.f("pk_staff_group_member")),
    )
    with op.batch_alter_table("staff_group_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_group_member_person_id"), ["person_id"], unique=False)

    op.create_table(
        "thread",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("slug", sa.String(length=100), nullable=False),
        sa.Column("category_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("last_activity_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("modified_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("excerpt", sa.String(length=220), nullable=False),
        sa.Column("answer_count", sa.Integer(), nullable=False),
        sa.Column("accepted_count", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("me_too_count", sa.Integer(), nullable=False),
        sa.Column("duplicate_count", sa.Integer(), nullable=False),
        sa.Column("affected_count", sa.Integer(), nullable=False),
        sa.Column("first_answer_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("first_staff_answer_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("first_peer_answer_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("solved_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("is_pinned", sa.Boolean(), nullable=False),
        sa.Column("locked_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("lock_note", sa.String(length=300), nullable=False),
        sa.Column("held_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("hidden_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("hidden_reason", sa.String(length=300), nullable=False),
        sa.Column("closed_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("close_reason", sa.String(length=300), nullable=False),
        sa.Column("duplicate_of_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("article_title", sa.String(length=300), nullable=False),
        sa.Column("article_path", sa.String(length=300), nullable=False),
        sa.Column("card_post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("duplicates_checked_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("version_words", sa.String(length=300), nullable=False),
        sa.CheckConstraint("kind IN ('question', 'discussion')", name=op.f("ck_thread_kind_known")),
        sa.CheckConstraint(
            "status IN ('unanswered', 'needs_info', 'answered', 'likely_solved', 'solved', 'disputed', 'closed', 'open')",
            name=op.f("ck_thread_status_known"),
        ),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_thread_author_id")),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_thread_category_id")),
        sa.ForeignKeyConstraint(["duplicate_of_id"], ["thread.id"], name=op.f("fk_thread_duplicate_of_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread")),
    )
    with op.batch_alter_table("thread", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_thread_article_id"), ["article_id"], unique=False)
        batch_op.create_index("ix_thread_author", ["author_id", "created_at"], unique=False)
        batch_op.create_index("ix_thread_category", ["category_id", "last_activity_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_thread_duplicate_of_id"), ["duplicate_of_id"], unique=False)
        batch_op.create_index(
            "ix_thread_duplicates_unchecked",
            ["id"],
            unique=False,
            sqlite_where=sa.text("duplicates_checked_at IS NULL AND kind = 'question'"),
            postgresql_where=sa.text("duplicates_checked_at IS NULL AND kind = 'question'"),
        )
        batch_op.create_index("ix_thread_listed_active", ["hidden_at", "held_at", "last_activity_at"], unique=False)
        batch_op.create_index("ix_thread_listed_newest", ["hidden_at", "held_at", "created_at"], unique=False)
        batch_op.create_index(
            "ix_thread_pinned",
            ["category_id", "created_at"],
            unique=False,
            sqlite_where=sa.text("is_pinned = 1"),
            postgresql_where=sa.text("is_pinned"),
        )
        batch_op.create_index(
            "ix_thread_solved",
            ["solved_at"],
            unique=False,
            sqlite_where=sa.text("solved_at IS NOT NULL"),
            postgresql_where=sa.text("solved_at IS NOT NULL"),
        )
        batch_op.create_index("ix_thread_status", ["status", "last_activity_at"], unique=False)
        batch_op.create_index(
            "ix_thread_unanswered",
            ["status", "created_at"],
            unique=False,
            sqlite_where=sa.text("first_answer_at IS NULL"),
            postgresql_where=sa.text("first_answer_at IS NULL"),
        )

    op.create_table(
        "upload",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("created_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("is_used", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_upload_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        sa.UniqueConstraint("name", name=op.f("uq_upload_name")),
    )
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_upload_person_id"), ["person_id"], unique=False)

    op.create_table(
        "article_comment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("body_source", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("created_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("resolved_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_article_comment_article_id")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_article_comment_author_id")),
        sa.ForeignKeyConstraint(["resolved_by_id"], ["person.id"], name=op.f("fk_article_comment_resolved_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_comment")),
    )
    with op.batch_alter_table("article_comment", schema=None) as batch_op:
        batch_op.create_index("ix_article_comment_article", ["article_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_article_comment_author_id"), ["author_id"], unique=False)

    op.create_table(
        "article_draft",
        sa.Column("article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("base_revision", sa.Integer(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("updated_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_article_draft_article_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_article_draft_person_id")),
        sa.PrimaryKeyConstraint("article_id", "person_id", name=op.f("pk_article_draft")),
    )
    with op.batch_alter_table("article_draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_article_draft_person_id"), ["person_id"], unique=False)

    op.create_table(
        "article_feedback",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reader_key", sa.String(length=64), nullable=False),
        sa.Column("is_helpful", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("created_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "reason IN ('', 'outdated', 'other_version', 'unclear', 'wrong', 'incomplete')",
            name=op.f("ck_article_feedback_reason_known"),
        ),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_article_feedback_article_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_feedback")),
        sa.UniqueConstraint("article_id", "reader_key", name=op.f("uq_article_feedback_article_id_reader_key")),
    )
    op.create_table(
        "article_fix",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("thread_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("settled_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("settled_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('open', 'done', 'refused')", name=op.f("ck_article_fix_state_known")),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_article_fix_article_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_article_fix_created_by_id")),
        sa.ForeignKeyConstraint(["settled_by_id"], ["person.id"], name=op.f("fk_article_fix_settled_by_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_article_fix_thread_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_fix")),
        sa.UniqueConstraint("article_id", "thread_id", name=op.f("uq_article_fix_article_id_thread_id")),
    )
    with op.batch_alter_table("article_fix", schema=None) as batch_op:
        batch_op.create_index("ix_article_fix_open", ["state", "article_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_article_fix_thread_id"), ["thread_id"], unique=False)

    op.create_table(
        "article_revision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=10), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("summary", sa.String(length=500), nullable=False),
        sa.Column("applies_to", sa.String(length=300), nullable=False),
        sa.Column("asked_as", sa.Text(), nullable=False),
        sa.Column("blocks", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("body_source", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("body_text", sa.Text(), nullable=False),
        sa.Column("toc", sa.JSON(), nullable=False),
        sa.Column("renderer_version", sa.Integer(), nullable=False),
        sa.Column("editor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("created_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("audience IN ('public', 'members', 'staff')", name=op.f("ck_article_revision_audience_known")),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_article_revision_article_id")),
        sa.ForeignKeyConstraint(["editor_id"], ["person.id"], name=op.f("fk_article_revision_editor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_revision")),
        sa.UniqueConstraint("article_id", "number", name=op.f("uq_article_revision_article_id_number")),
    )
    op.create_table(
        "article_slug",
        sa.Column("slug", sa.String(length=100), nullable=False),
        sa.Column("article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_article_slug_article_id")),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_article_slug")),
    )
    with op.batch_alter_table("article_slug", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_article_slug_article_id"), ["article_id"], unique=False)

    op.create_table(
        "article_version",
        sa.Column("article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_article_version_article_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_article_version_decided_by_id")),
        sa.ForeignKeyConstraint(["version_id"], ["product_version.id"], name=op.f("fk_article_version_version_id")),
        sa.PrimaryKeyConstraint("article_id", "version_id", name=op.f("pk_article_version")),
    )
    with op.batch_alter_table("article_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_article_version_version_id"), ["version_id"], unique=False)

    op.create_table(
        "candidate",
        sa.Column("thread_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("views_30d", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("snoozed_until", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("scanned_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('proposed', 'snoozed', 'dismissed', 'card', 'promoted')", name=op.f("ck_candidate_state_known")
        ),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_candidate_article_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_candidate_decided_by_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_candidate_thread_id")),
        sa.PrimaryKeyConstraint("thread_id", name=op.f("pk_candidate")),
    )
    with op.batch_alter_table("candidate", schema=None) as batch_op:
        batch_op.create_index("ix_candidate_queue", ["state", "score"], unique=False)

    op.create_table(
        "candidate_decision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("thread_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("snoozed_until", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "decision IN ('promoted', 'linked', 'card', 'dismissed', 'snoozed', 'restored')",
            name=op.f("ck_candidate_decision_decision_known"),
        ),
        sa.CheckConstraint("rank IS NULL OR rank >= 1", name=op.f("ck_candidate_decision_rank_from_one")),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_candidate_decision_article_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_candidate_decision_decided_by_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_candidate_decision_thread_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidate_decision")),
    )
    with op.batch_alter_table("candidate_decision", schema=None) as batch_op:
        batch_op.create_index("ix_candidate_decision_thread", ["thread_id", "id"], unique=False)

    op.create_table(
        "desk_item",
        sa.Column("thread_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("since", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("due_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("clock_since", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("waiting_reason", sa.String(length=10), nullable=False),
        sa.Column("returned_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("before_return", sa.JSON(), nullable=True),
        sa.Column("affected_count", sa.Integer(), nullable=False),
        sa.Column("escalated_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("is_backlog", sa.Boolean(), nullable=False),
        sa.Column("taken_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("taken_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("taken_until", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("assignee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("rule_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("assigned_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("assigned_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.CheckConstraint("(state = 'done') = (since IS NULL)", name=op.f("ck_desk_item_open_has_since")),
        sa.CheckConstraint("(state = 'waiting') = (due_at IS NOT NULL)", name=op.f("ck_desk_item_waiting_has_due")),
        sa.CheckConstraint("state IN ('waiting', 'asker', 'answered', 'done')", name=op.f("ck_desk_item_state_known")),
        sa.CheckConstraint(
            "waiting_reason IN ('new', 'disputed', 'stuck', 'replied', 'reopened')",
            name=op.f("ck_desk_item_waiting_reason_known"),
        ),
        sa.CheckConstraint("(taken_by_id IS NULL) = (taken_until IS NULL)", name=op.f("ck_desk_item_lock_whole")),
        sa.CheckConstraint("assignee_id IS NULL OR group_id IS NULL", name=op.f("ck_desk_item_one_in_charge")),
        sa.ForeignKeyConstraint(["assigned_by_id"], ["person.id"], name=op.f("fk_desk_item_assigned_by_id")),
        sa.ForeignKeyConstraint(["assignee_id"], ["person.id"], name=op.f("fk_desk_item_assignee_id")),
        sa.ForeignKeyConstraint(["group_id"], ["staff_group.id"], name=op.f("fk_desk_item_group_id")),
        sa.ForeignKeyConstraint(["rule_id"], ["assignment_rule.id"], name=op.f("fk_desk_item_rule_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["taken_by_id"], ["person.id"], name=op.f("fk_desk_item_taken_by_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_desk_item_thread_id")),
        sa.PrimaryKeyConstraint("thread_id", name=op.f("pk_desk_item")),
    )
    with op.batch_alter_table("desk_item", schema=None) as batch_op:
        batch_op.create_index("ix_desk_item_assignee", ["assignee_id", "since"], unique=False)
        batch_op.create_index("ix_desk_item_clock", ["clock_since"], unique=False)
        batch_op.create_index(
            "ix_desk_item_escalated",
            ["escalated_at", "thread_id"],
            unique=False,
            sqlite_where=sa.text("clock_since IS NOT NULL"),
            postgresql_where=sa.text("clock_since IS NOT NULL"),
        )
        batch_op.create_index("ix_desk_item_group", ["group_id", "since"], unique=False)
        batch_op.create_index("ix_desk_item_lock", ["taken_until"], unique=False)
        batch_op.create_index("ix_desk_item_open", ["since", "thread_id"], unique=False)
        batch_op.create_index("ix_desk_item_queue", ["due_at", "thread_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_desk_item_rule_id"), ["rule_id"], unique=False)
        batch_op.create_index("ix_desk_item_state", ["state", "since"], unique=False)
        batch_op.create_index("ix_desk_item_taken", ["taken_by_id", "taken_until"], unique=False)

    op.create_table(
        "duplicate_proposal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("thread_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("original_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("created_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('open', 'accepted', 'dismissed')", name=op.f("ck_duplicate_proposal_state_known")),
        sa.CheckConstraint("thread_id <> original_id", name=op.f("ck_duplicate_proposal_two_threads")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_duplicate_proposal_decided_by_id")),
        sa.ForeignKeyConstraint(["original_id"], ["thread.id"], name=op.f("fk_duplicate_proposal_original_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_duplicate_proposal_thread_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate_proposal")),
        sa.UniqueConstraint("thread_id", "original_id", name=op.f("uq_duplicate_proposal_thread_id_original_id")),
    )
    with op.batch_alter_table("duplicate_proposal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_duplicate_proposal_decided_by_id"), ["decided_by_id"], unique=False)
        batch_op.create_index("ix_duplicate_proposal_list", ["state", "score"], unique=False)
        batch_op.create_index(batch_op.f("ix_duplicate_proposal_original_id"), ["original_id"], unique=False)

    op.create_table(
        "follow",
        sa.Column("thread_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_muted", sa.Boolean(), nullable=False),
        sa.Column("created_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_follow_person_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_follow_thread_id")),
        sa.PrimaryKeyConstraint("thread_id", "person_id", name=op.f("pk_follow")),
    )
    with op.batch_alter_table("follow", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_follow_person_id"), ["person_id"], unique=False)

    op.create_table(
        "me_too",
        sa.Column("thread_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_me_too_person_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_me_too_thread_id")),
        sa.PrimaryKeyConstraint("thread_id", "person_id", name=op.f("pk_me_too")),
    )
    with op.batch_alter_table("me_too", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_me_too_person_id"), ["person_id"], unique=False)

    op.create_table(
        "post",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("thread_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("body_source", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("body_text", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("renderer_version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("edited_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("edited_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("comment_count", sa.Integer(), nullable=False),
        sa.Column("worked_count", sa.Integer(), nullable=False),
        sa.Column("failed_count", sa.Integer(), nullable=False),
        sa.Column("last_worked_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("is_official", sa.Boolean(), nullable=False),
        sa.Column("held_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("hidden_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("hidden_reason", sa.String(length=300), nullable=False),
        sa.CheckConstraint("kind IN ('opening', 'answer', 'reply')", name=op.f("ck_post_kind_known")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_post_author_id")),
        sa.ForeignKeyConstraint(["edited_by_id"], ["person.id"], name=op.f("fk_post_edited_by_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_post_thread_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
    )
    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.create_index("ix_post_author", ["author_id", "created_at"], unique=False)
        batch_op.create_index("ix_post_thread", ["thread_id", "kind", "score", "created_at"], unique=False)
        batch_op.create_index(
            "ix_post_worked",
            ["thread_id", "worked_count", "hidden_at", "held_at"],
            unique=False,
            sqlite_where=sa.text("worked_count > 0"),
            postgresql_where=sa.text("worked_count > 0"),
        )
        batch_op.create_index(
            "uq_post_opening",
            ["thread_id"],
            unique=True,
            sqlite_where=sa.text("kind = 'opening'"),
            postgresql_where=sa.text("kind = 'opening'"),
        )

    op.create_table(
        "removed_search",
        sa.Column("article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text", sa.String(length=120), nullable=False),
        sa.Column("removed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("removed_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_removed_search_article_id")),
        sa.ForeignKeyConstraint(["removed_by_id"], ["person.id"], name=op.f("fk_removed_search_removed_by_id")),
        sa.PrimaryKeyConstraint("article_id", "text", name=op.f("pk_removed_search")),
    )
    op.create_table(
        "removed_wording",
        sa.Column("article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("thread_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("removed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("removed_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_removed_wording_article_id")),
        sa.ForeignKeyConstraint(["removed_by_id"], ["person.id"], name=op.f("fk_removed_wording_removed_by_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_removed_wording_thread_id")),
        sa.PrimaryKeyConstraint("article_id", "thread_id", name=op.f("pk_removed_wording")),
    )
    with op.batch_alter_table("removed_wording", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_removed_wording_thread_id"), ["thread_id"], unique=False)

    op.create_table(
        "search_alias",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("said", sa.String(length=80), nullable=False),
        sa.Column("means", sa.String(length=80), nullable=False),
        sa.Column("is_mutual", sa.Boolean(), nullable=False),
        sa.Column("gap_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("removed_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_search_alias_created_by_id")),
        sa.ForeignKeyConstraint(["gap_id"], ["search_gap.id"], name=op.f("fk_search_alias_gap_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_alias")),
    )
    with op.batch_alter_table("search_alias", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_search_alias_created_by_id"), ["created_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_search_alias_gap_id"), ["gap_id"], unique=False)

    op.create_table(
        "search_gap_wording",
        sa.Column("text", sa.String(length=120), nullable=False),
        sa.Column("gap_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("audience", sa.String(length=10), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("searches", sa.Integer(), nullable=False),
        sa.Column("empty", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["gap_id"], ["search_gap.id"], name=op.f("fk_search_gap_wording_gap_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("text", name=op.f("pk_search_gap_wording")),
    )
    with op.batch_alter_table("search_gap_wording", schema=None) as batch_op:
        batch_op.create_index("ix_search_gap_wording_gap", ["gap_id", "people"], unique=False)

    op.create_table(
        "search_near",
        sa.Column("step_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rank", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("target_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["step_id"], ["search_step.id"], name=op.f("fk_search_near_step_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("step_id", "rank", name=op.f("pk_search_near")),
    )
    with op.batch_alter_table("search_near", schema=None) as batch_op:
        batch_op.create_index("ix_search_near_target", ["kind", "target_id"], unique=False)

    op.create_table(
        "thread_tag",
        sa.Column("thread_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tag_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["tag_id"], ["tag.id"], name=op.f("fk_thread_tag_tag_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_thread_tag_thread_id")),
        sa.PrimaryKeyConstraint("thread_id", "tag_id", name=op.f("pk_thread_tag")),
    )
    with op.batch_alter_table("thread_tag", schema=None) as batch_op:
        batch_op.create_index("ix_thread_tag_tag", ["tag_id", "thread_id"], unique=False)

    op.create_table(
        "thread_version",
        sa.Column("thread_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("word", sa.String(length=8), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("word IN ('asked', 'works', 'fails')", name=op.f("ck_thread_version_word_known")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_thread_version_decided_by_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_thread_version_thread_id")),
        sa.ForeignKeyConstraint(["version_id"], ["product_version.id"], name=op.f("fk_thread_version_version_id")),
        sa.PrimaryKeyConstraint("thread_id", "version_id", name=op.f("pk_thread_version")),
    )
    with op.batch_alter_table("thread_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_thread_version_version_id"), ["version_id"], unique=False)

    op.create_table(
        "article_reuse",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("thread_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_article_reuse_article_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_article_reuse_person_id")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_article_reuse_post_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_article_reuse_thread_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_reuse")),
        sa.UniqueConstraint("article_id", "post_id", name=op.f("uq_article_reuse_article_id_post_id")),
    )
    with op.batch_alter_table("article_reuse", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_article_reuse_post_id"), ["post_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_article_reuse_thread_id"), ["thread_id"], unique=False)

    op.create_table(
        "article_source",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("thread_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("post_revision", sa.Integer(), nullable=False),
        sa.Column("post_hash", sa.String(length=64), nullable=False),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("was_accepted", sa.Boolean(), nullable=False),
        sa.Column("was_listed", sa.Boolean(), nullable=False),
        sa.Column("was_refuted", sa.Boolean(), nullable=False),
        sa.Column("is_shown", sa.Boolean(), nullable=False),
        sa.Column("change", sa.String(length=10), nullable=False),
        sa.Column("changed_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "change IN ('', 'edited', 'refuted', 'withdrawn', 'hidden')", name=op.f("ck_article_source_change_known")
        ),
        sa.CheckConstraint(
            "role IN ('problem', 'environment', 'solution', 'cause', 'alternative', 'step', 'question', 'other')",
            name=op.f("ck_article_source_role_known"),
        ),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_article_source_article_id")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_article_source_author_id")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_article_source_post_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_article_source_thread_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_source")),
        sa.UniqueConstraint("article_id", "post_id", "role", name=op.f("uq_article_source_article_id_post_id_role")),
    )
    with op.batch_alter_table("article_source", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_article_source_author_id"), ["author_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_article_source_post_id"), ["post_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_article_source_thread_id"), ["thread_id"], unique=False)

    op.create_table(
        "comment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("body_source", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("body_text", sa.Text(), nullable=False),
        sa.Column("created_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("edited_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("hidden_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("hidden_reason", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_comment_author_id")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_comment_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
    )
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_comment_author_id"), ["author_id"], unique=False)
        batch_op.create_index("ix_comment_post", ["post_id", "created_at"], unique=False)

    op.create_table(
        "imported_votes",
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("up_count", sa.Integer(), nullable=False),
        sa.Column("down_count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_imported_votes_post_id")),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_imported_votes")),
    )
    op.create_table(
        "outcome",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("thread_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("voice", sa.String(length=8), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reader_key", sa.String(length=64), nullable=False),
        sa.Column("reason_kind", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("withdraws_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(kind = 'withdrawn') = (withdraws_id IS NOT NULL)", name=op.f("ck_outcome_withdrawal_names_event")),
        sa.CheckConstraint(
            "kind IN ('accepted', 'confirmed_by_asker', 'confirmed_by_other', 'judged_by_staff', 'solved_elsewhere', 'workaround', 'no_longer_relevant', 'needs_info', 'likely', 'refuted', 'withdrawn')",
            name=op.f("ck_outcome_kind_known"),
        ),
        sa.CheckConstraint(
            "reason_kind IN ('', 'outdated', 'other_version', 'unclear', 'wrong')", name=op.f("ck_outcome_reason_kind_known")
        ),
        sa.CheckConstraint("source IN ('page', 'mail', 'api', 'inference', 'import')", name=op.f("ck_outcome_source_known")),
        sa.CheckConstraint("voice IN ('asker', 'staff', 'reader', 'system')", name=op.f("ck_outcome_voice_known")),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_outcome_actor_id")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_outcome_post_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_outcome_thread_id")),
        sa.ForeignKeyConstraint(["withdraws_id"], ["outcome.id"], name=op.f("fk_outcome_withdraws_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome")),
    )
    with op.batch_alter_table("outcome", schema=None) as batch_op:
        batch_op.create_index("ix_outcome_post", ["post_id", "id"], unique=False)
        batch_op.create_index("ix_outcome_reader", ["post_id", "reader_key"], unique=False)
        batch_op.create_index("ix_outcome_thread", ["thread_id", "voice", "id"], unique=False)
        batch_op.create_index(
            "ix_outcome_withdraws",
            ["withdraws_id"],
            unique=False,
            sqlite_where=sa.text("withdraws_id IS NOT NULL"),
            postgresql_where=sa.text("withdraws_id IS NOT NULL"),
        )

    op.create_table(
        "post_revision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("tags", sa.String(length=300), nullable=False),
        sa.Column("body_source", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("editor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("created_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["editor_id"], ["person.id"], name=op.f("fk_post_revision_editor_id")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_post_revision_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_revision")),
        sa.UniqueConstraint("post_id", "number", name=op.f("uq_post_revision_post_id_number")),
    )
    op.create_table(
        "vote",
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("value", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("value IN (-1, 1)", name=op.f("ck_vote_value_known")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_vote_person_id")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_vote_post_id")),
        sa.PrimaryKeyConstraint("post_id", "person_id", name=op.f("pk_vote")),
    )
    with op.batch_alter_table("vote", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vote_person_id"), ["person_id"], unique=False)

    op.create_table(
        "acceptance",
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("thread_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("accepted_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("accepted_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("outcome_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["accepted_by_id"], ["person.id"], name=op.f("fk_acceptance_accepted_by_id")),
        sa.ForeignKeyConstraint(["outcome_id"], ["outcome.id"], name=op.f("fk_acceptance_outcome_id")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_acceptance_post_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_acceptance_thread_id")),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_acceptance")),
    )
    with op.batch_alter_table("acceptance", schema=None) as batch_op:
        batch_op.create_index("ix_acceptance_thread", ["thread_id", "accepted_at"], unique=False)

    op.create_table(
        "flag",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("thread_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("comment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reporter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.String(length=12), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("resolved_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("resolution_note", sa.String(length=300), nullable=False),
        sa.CheckConstraint(
            "reason IN ('spam', 'rude', 'off_topic', 'wrong', 'duplicate', 'outdated', 'other')",
            name=op.f("ck_flag_reason_known"),
        ),
        sa.CheckConstraint("state IN ('open', 'upheld', 'declined')", name=op.f("ck_flag_state_known")),
        sa.CheckConstraint("(post_id IS NULL) <> (comment_id IS NULL)", name=op.f("ck_flag_one_target")),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_flag_comment_id")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_flag_post_id")),
        sa.ForeignKeyConstraint(["reporter_id"], ["person.id"], name=op.f("fk_flag_reporter_id")),
        sa.ForeignKeyConstraint(["resolved_by_id"], ["person.id"], name=op.f("fk_flag_resolved_by_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_flag_thread_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag")),
    )
    with op.batch_alter_table("flag", schema=None) as batch_op:
        batch_op.create_index("ix_flag_post", ["post_id"], unique=False)
        batch_op.create_index("ix_flag_queue", ["state", "created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_flag_reporter_id"), ["reporter_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_flag_thread_id"), ["thread_id"], unique=False)

    op.create_table(
        "moderation_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("action", sa.String(length=30), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("thread_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("comment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("gap_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("alias_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("before", sa.String(length=300), nullable=False),
        sa.Column("undoes_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(CASE WHEN thread_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN post_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN comment_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN person_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN article_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN gap_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN alias_id IS NULL THEN 0 ELSE 1 END) = 1",
            name=op.f("ck_moderation_log_one_target"),
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_moderation_log_actor_id")),
        sa.ForeignKeyConstraint(["alias_id"], ["search_alias.id"], name=op.f("fk_moderation_log_alias_id")),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_moderation_log_article_id")),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_moderation_log_comment_id")),
        sa.ForeignKeyConstraint(["gap_id"], ["search_gap.id"], name=op.f("fk_moderation_log_gap_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_moderation_log_person_id")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_moderation_log_post_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_moderation_log_thread_id")),
        sa.ForeignKeyConstraint(["undoes_id"], ["moderation_log.id"], name=op.f("fk_moderation_log_undoes_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_log")),
        sa.UniqueConstraint("undoes_id", name=op.f("uq_moderation_log_undoes_id")),
    )
    with op.batch_alter_table("moderation_log", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_moderation_log_actor_id"), ["actor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_moderation_log_alias_id"), ["alias_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_moderation_log_article_id"), ["article_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_moderation_log_gap_id"), ["gap_id"], unique=False)
        batch_op.create_index("ix_moderation_log_newest", ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_moderation_log_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_moderation_log_post_id"), ["post_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_moderation_log_thread_id"), ["thread_id"], unique=False)

    op.create_table(
        "notification",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("thread_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("comment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("created_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("read_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('answer', 'comment', 'mention', 'accepted', 'article', 'moderation', 'outcome', 'desk', 'keeping', 'helped')",
            name=op.f("ck_notification_kind_known"),
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_notification_actor_id")),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_notification_article_id")),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_notification_comment_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notification_person_id")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_notification_post_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_notification_thread_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
    )
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.create_index("ix_notification_person", ["person_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notification_thread_id"), ["thread_id"], unique=False)
        batch_op.create_index("ix_notification_unread", ["person_id", "read_at"], unique=False)

    op.create_table(
        "outcome_request",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("thread_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("waiting_since", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("sent_count", sa.Integer(), nullable=False),
        sa.Column("next_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("last_sent_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("answered_at", app.core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(length=12), nullable=False),
        sa.Column("outcome_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "answer IN ('', 'solved', 'elsewhere', 'stuck', 'irrelevant', 'worked', 'failed', 'gone')",
            name=op.f("ck_outcome_request_answer_known"),
        ),
        sa.CheckConstraint("role IN ('asker', 'me_too')", name=op.f("ck_outcome_request_role_known")),
        sa.ForeignKeyConstraint(["outcome_id"], ["outcome.id"], name=op.f("fk_outcome_request_outcome_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_outcome_request_person_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_outcome_request_post_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_outcome_request_thread_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome_request")),
        sa.UniqueConstraint("thread_id", "person_id", name=op.f("uq_outcome_request_thread_id_person_id")),
    )
    with op.batch_alter_table("outcome_request", schema=None) as batch_op:
        batch_op.create_index("ix_outcome_request_due", ["next_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_outcome_request_person_id"), ["person_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("outcome_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outcome_request_person_id"))
        batch_op.drop_index("ix_outcome_request_due")

    op.drop_table("outcome_request")
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.drop_index("ix_notification_unread")
        batch_op.drop_index(batch_op.f("ix_notification_thread_id"))
        batch_op.drop_index("ix_notification_person")

    op.drop_table("notification")
    with op.batch_alter_table("moderation_log", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_moderation_log_thread_id"))
        batch_op.drop_index(batch_op.f("ix_moderation_log_post_id"))
        batch_op.drop_index(batch_op.f("ix_moderation_log_person_id"))
        batch_op.drop_index("ix_moderation_log_newest")
        batch_op.drop_index(batch_op.f("ix_moderation_log_gap_id"))
        batch_op.drop_index(batch_op.f("ix_moderation_log_article_id"))
        batch_op.drop_index(batch_op.f("ix_moderation_log_alias_id"))
        batch_op.drop_index(batch_op.f("ix_moderation_log_actor_id"))

    op.drop_table("moderation_log")
    with op.batch_alter_table("flag", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_flag_thread_id"))
        batch_op.drop_index(batch_op.f("ix_flag_reporter_id"))
        batch_op.drop_index("ix_flag_queue")
        batch_op.drop_index("ix_flag_post")

    op.drop_table("flag")
    with op.batch_alter_table("acceptance", schema=None) as batch_op:
        batch_op.drop_index("ix_acceptance_thread")

    op.drop_table("acceptance")
    with op.batch_alter_table("vote", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_vote_person_id"))

    op.drop_table("vote")
    op.drop_table("post_revision")
    with op.batch_alter_table("outcome", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outcome_withdraws",
            sqlite_where=sa.text("withdraws_id IS NOT NULL"),
            postgresql_where=sa.text("withdraws_id IS NOT NULL"),
        )
        batch_op.drop_index("ix_outcome_thread")
        batch_op.drop_index("ix_outcome_reader")
        batch_op.drop_index("ix_outcome_post")

    op.drop_table("outcome")
    op.drop_table("imported_votes")
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.drop_index("ix_comment_post")
        batch_op.drop_index(batch_op.f("ix_comment_author_id"))

    op.drop_table("comment")
    with op.batch_alter_table("article_source", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_article_source_thread_id"))
        batch_op.drop_index(batch_op.f("ix_article_source_post_id"))
        batch_op.drop_index(batch_op.f("ix_article_source_author_id"))

    op.drop_table("article_source")
    with op.batch_alter_table("article_reuse", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_article_reuse_thread_id"))
        batch_op.drop_index(batch_op.f("ix_article_reuse_post_id"))

    op.drop_table("article_reuse")
    with op.batch_alter_table("thread_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_thread_version_version_id"))

    op.drop_table("thread_version")
    with op.batch_alter_table("thread_tag", schema=None) as batch_op:
        batch_op.drop_index("ix_thread_tag_tag")

    op.drop_table("thread_tag")
    with op.batch_alter_table("search_near", schema=None) as batch_op:
        batch_op.drop_index("ix_search_near_target")

    op.drop_table("search_near")
    with op.batch_alter_table("search_gap_wording", schema=None) as batch_op:
        batch_op.drop_index("ix_search_gap_wording_gap")

    op.drop_table("search_gap_wording")
    with op.batch_alter_table("search_alias", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_search_alias_gap_id"))
        batch_op.drop_index(batch_op.f("ix_search_alias_created_by_id"))

    op.drop_table("search_alias")
    with op.batch_alter_table("removed_wording", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_removed_wording_thread_id"))

    op.drop_table("removed_wording")
    op.drop_table("removed_search")
    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_post_opening", sqlite_where=sa.text("kind = 'opening'"), postgresql_where=sa.text("kind = 'opening'")
        )
        batch_op.drop_index(
            "ix_post_worked", sqlite_where=sa.text("worked_count > 0"), postgresql_where=sa.text("worked_count > 0")
        )
        batch_op.drop_index("ix_post_thread")
        batch_op.drop_index("ix_post_author")

    op.drop_table("post")
    with op.batch_alter_table("me_too", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_me_too_person_id"))

    op.drop_table("me_too")
    with op.batch_alter_table("follow", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_follow_person_id"))

    op.drop_table("follow")
    with op.batch_alter_table("duplicate_proposal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_duplicate_proposal_original_id"))
        batch_op.drop_index("ix_duplicate_proposal_list")
        batch_op.drop_index(batch_op.f("ix_duplicate_proposal_decided_by_id"))

    op.drop_table("duplicate_proposal")
    with op.batch_alter_table("desk_item", schema=None) as batch_op:
        batch_op.drop_index("ix_desk_item_taken")
        batch_op.drop_index("ix_desk_item_state")
        batch_op.drop_index(batch_op.f("ix_desk_item_rule_id"))
        batch_op.drop_index("ix_desk_item_queue")
        batch_op.drop_index("ix_desk_item_open")
        batch_op.drop_index("ix_desk_item_lock")
        batch_op.drop_index("ix_desk_item_group")
        batch_op.drop_index(
            "ix_desk_item_escalated",
            sqlite_where=sa.text("clock_since IS NOT NULL"),
            postgresql_where=sa.text("clock_since IS NOT NULL"),
        )
        batch_op.drop_index("ix_desk_item_clock")
        batch_op.drop_index("ix_desk_item_assignee")

    op.drop_table("desk_item")
    with op.batch_alter_table("candidate_decision", schema=None) as batch_op:
        batch_op.drop_index("ix_candidate_decision_thread")

    op.drop_table("candidate_decision")
    with op.batch_alter_table("candidate", schema=None) as batch_op:
        batch_op.drop_index("ix_candidate_queue")

    op.drop_table("candidate")
    with op.batch_alter_table("article_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_article_version_version_id"))

    op.drop_table("article_version")
    with op.batch_alter_table("article_slug", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_article_slug_article_id"))

    op.drop_table("article_slug")
    op.drop_table("article_revision")
    with op.batch_alter_table("article_fix", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_article_fix_thread_id"))
        batch_op.drop_index("ix_article_fix_open")

    op.drop_table("article_fix")
    op.drop_table("article_feedback")
    with op.batch_alter_table("article_draft", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_article_draft_person_id"))

    op.drop_table("article_draft")
    with op.batch_alter_table("article_comment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_article_comment_author_id"))
        batch_op.drop_index("ix_article_comment_article")

    op.drop_table("article_comment")
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_upload_person_id"))

    op.drop_table("upload")
    with op.batch_alter_table("thread", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_thread_unanswered",
            sqlite_where=sa.text("first_answer_at IS NULL"),
            postgresql_where=sa.text("first_answer_at IS NULL"),
        )
        batch_op.drop_index("ix_thread_status")
        batch_op.drop_index(
            "ix_thread_solved", sqlite_where=sa.text("solved_at IS NOT NULL"), postgresql_where=sa.text("solved_at IS NOT NULL")
        )
        batch_op.drop_index("ix_thread_pinned", sqlite_where=sa.text("is_pinned = 1"), postgresql_where=sa.text("is_pinned"))
        batch_op.drop_index("ix_thread_listed_newest")
        batch_op.drop_index("ix_thread_listed_active")
        batch_op.drop_index(
            "ix_thread_duplicates_unchecked",
            sqlite_where=sa.text("duplicates_checked_at IS NULL AND kind = 'question'"),
            postgresql_where=sa.text("duplicates_checked_at IS NULL AND kind = 'question'"),
        )
        batch_op.drop_index(batch_op.f("ix_thread_duplicate_of_id"))
        batch_op.drop_index("ix_thread_category")
        batch_op.drop_index("ix_thread_author")
        batch_op.drop_index(batch_op.f("ix_thread_article_id"))

    op.drop_table("thread")
    with op.batch_alter_table("staff_group_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_group_member_person_id"))

    op.drop_table("staff_group_member")
    with op.batch_alter_table("search_step", schema=None) as batch_op:
        batch_op.drop_index("ix_search_step_text")
        batch_op.drop_index("ix_search_step_target")
        batch_op.drop_index("ix_search_step_session")
        batch_op.drop_index("ix_search_step_at")

    op.drop_table("search_step")
    with op.batch_alter_table("search_gap", schema=None) as batch_op:
        batch_op.drop_index("ix_search_gap_list")
        batch_op.drop_index(batch_op.f("ix_search_gap_decided_by_id"))

    op.drop_table("search_gap")
    with op.batch_alter_table("product_version", schema=None) as batch_op:
        batch_op.drop_index("ix_product_version_newest")

    op.drop_table("product_version")
    with op.batch_alter_table("person_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_session_person_id"))
        batch_op.drop_index(batch_op.f("ix_person_session_expires_at"))

    op.drop_table("person_session")
    op.drop_table("mail_preference")
    op.drop_table("draft")
    with op.batch_alter_table("canned_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_canned_answer_owner_id"))
        batch_op.drop_index("ix_canned_answer_order")

    op.drop_table("canned_answer")
    with op.batch_alter_table("assignment_rule", schema=None) as batch_op:
        batch_op.drop_index("ix_assignment_rule_position")
        batch_op.drop_index(batch_op.f("ix_assignment_rule_group_id"))

    op.drop_table("assignment_rule")
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_article_source_changed_at"))
        batch_op.drop_index(batch_op.f("ix_article_publish_at"))
        batch_op.drop_index(batch_op.f("ix_article_next_review_at"))
        batch_op.drop_index("ix_article_listed")

    op.drop_table("article")
    op.drop_table("working_day")
    with op.batch_alter_table("tag", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tag_thread_count"))

    op.drop_table("tag")
    op.drop_table("staff_group")
    with op.batch_alter_table("section", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_section_parent_id"))

    op.drop_table("section")
    with op.batch_alter_table("search_session", schema=None) as batch_op:
        batch_op.drop_index("ix_search_session_started")
        batch_op.drop_index("ix_search_session_last")
        batch_op.drop_index(batch_op.f("ix_search_session_asked_thread_id"))

    op.drop_table("search_session")
    with op.batch_alter_table("read_together", schema=None) as batch_op:
        batch_op.drop_index("ix_read_together_week")

    op.drop_table("read_together")
    op.drop_table("product")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_person_role", sqlite_where=sa.text("role <> 'member'"), postgresql_where=sa.text("role <> 'member'")
        )
        batch_op.drop_index(batch_op.f("ix_person_pending_email"))

    op.drop_table("person")
    op.drop_table("periodic_run")
    op.drop_table("pageview_total")
    with op.batch_alter_table("pageview_day", schema=None) as batch_op:
        batch_op.drop_index("ix_pageview_day_day")

    op.drop_table("pageview_day")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index("ix_job_ready")

    op.drop_table("job")
    with op.batch_alter_table("import_record", schema=None) as batch_op:
        batch_op.drop_index("ix_import_record_local")

    op.drop_table("import_record")
    op.drop_table("holiday")
    op.drop_table("category")
