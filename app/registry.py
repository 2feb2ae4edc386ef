"""Which parts the application is made of: blueprints, search sources, subscribers, jobs. Read by the factory only."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Flask

from app.accounts.holdings import HOLDINGS as ACCOUNT_HOLDINGS
from app.accounts.models import Person
from app.accounts.routes.blueprint import blueprint as accounts_blueprint
from app.accounts.session import delete_expired_sessions, read_along
from app.api.routes.blueprint import blueprint as api_blueprint
from app.core.events import Event, subscribe
from app.core.holdings import register_holdings
from app.core.settings import Settings
from app.core.trust import make_table, member_bound
from app.core.trust import use_table as use_trust_table
from app.desk import leaving as desk_leaving
from app.desk import subscribers as desk_subscribers
from app.desk.holdings import HOLDINGS as DESK_HOLDINGS
from app.desk.jobs import APPLY_JOB, RESETTLE_EVERY, RESETTLE_JOB, TICK_EVERY, TICK_JOB, apply_job, resettle_job, tick_job
from app.desk.models import CannedAnswer
from app.desk.routes.blueprint import blueprint as desk_blueprint
from app.desk.terms import DeskTerms, use_terms
from app.forum import indexing as forum_indexing
from app.forum.holdings import HOLDINGS as FORUM_HOLDINGS
from app.forum.models import Comment, Draft, PostRevision
from app.forum.queries.categories import category_names
from app.forum.routes.blueprint import blueprint as forum_blueprint
from app.forum.screening import use_screeners
from app.forum.services.archiving import ARCHIVE_EVERY, ARCHIVE_JOB, archive_job
from app.forum.services.expecting import WAITING_JOB, waiting_job
from app.forum.services.figures import ISSUE_JOB
from app.forum.services.inferring import INFER_JOB, make_infer_handler
from app.forum.services.proposing import PROPOSE_EVERY, PROPOSE_JOB, make_propose_handler
from app.forum.services.recounting import recount_issue_job, recount_job, register_recount
from app.forum.services.relating import RELATE_EVERY, RELATE_JOB, make_relate_handler
from app.importing import leaving as importing_leaving
from app.insights.routes.blueprint import blueprint as insights_blueprint
from app.jobs.queue import Handler, register_handler
from app.jobs.schedule import register_periodic
from app.kb import indexing as kb_indexing
from app.kb import subscribers as kb_subscribers
from app.kb.holdings import HOLDINGS as KB_HOLDINGS
from app.kb.jobs import (
    CARE_EVERY,
    CARE_JOB,
    PUBLISH_EVERY,
    PUBLISH_JOB,
    RECOUNT_EVERY,
    RECOUNT_JOB,
    SCAN_EVERY,
    SCAN_JOB,
    care_job,
    make_scan_handler,
    publish_due_job,
    recount_articles,
    recount_texts,
    uses_job,
)
from app.kb.jobs import RELATE_EVERY as KB_RELATE_EVERY
from app.kb.jobs import RELATE_JOB as KB_RELATE_JOB
from app.kb.jobs import recount_job as kb_recount_job
from app.kb.jobs import relate_job as kb_relate_job
from app.kb.models import ArticleComment, ArticleDraft, ArticleRevision
from app.kb.routes.blueprint import blueprint as kb_blueprint
from app.kb.services.reusing import USES_JOB
from app.kb.terms import KbTerms
from app.kb.terms import use_terms as use_kb_terms
from app.moderation import subscribers as moderation_subscribers
from app.moderation.flags.terms import FlagTerms, use_flag_terms
from app.moderation.holdings import HOLDINGS as MODERATION_HOLDINGS
from app.moderation.inbox.registry import InboxSource, use_sources
from app.moderation.inbox.sources.appeals import APPEALS
from app.moderation.inbox.sources.changed import CHANGED
from app.moderation.inbox.sources.matters import CANDIDATES, DISPUTED, MERGES
from app.moderation.inbox.sources.people import REPORTED_PEOPLE
from app.moderation.inbox.sources.texts import HELD, REPORTS
from app.moderation.inbox.sources.waves import WAVES
from app.moderation.removing.deciding import REMOVE_JOB, RESTORE_JOB
from app.moderation.removing.working import remove_job, restore_job
from app.moderation.routes.blueprint import blueprint as moderation_blueprint
from app.moderation.screening import checking as screening_checking
from app.moderation.screening import recording as screening_recording
from app.moderation.screening.learning import TRAIN_EVERY, TRAIN_JOB, learn_job
from app.moderation.screening.repeats import FORGET_EVERY as FORGET_TEXTS_EVERY
from app.moderation.screening.repeats import FORGET_JOB as FORGET_TEXTS_JOB
from app.moderation.screening.repeats import forget_job as forget_texts_job
from app.moderation.screening.terms import ScreeningTerms
from app.moderation.screening.terms import use_terms as use_screening_terms
from app.moderation.trust import levels as trust_levels
from app.moderation.trust import subscribers as trust_subscribers
from app.moderation.waves.ending import PURGE_EVERY as PURGE_WAVES_EVERY
from app.moderation.waves.ending import PURGE_JOB as PURGE_WAVES_JOB
from app.moderation.waves.ending import purge_job as purge_waves_job
from app.moderation.waves.stepping import WORK_JOB as WAVE_JOB
from app.moderation.waves.stepping import work_job as wave_job
from app.moderation.waves.terms import WaveTerms
from app.moderation.waves.terms import use_terms as use_wave_terms
from app.notifications import article_news, flag_news, privacy_news, search_news, standing_news, topic_news, trust_news, wave_news
from app.notifications import subscribers as notification_subscribers
from app.notifications.holdings import HOLDINGS as NOTIFICATION_HOLDINGS
from app.notifications.jobs import ASK_EVERY, ASK_JOB, ask_job, solved_job
from app.notifications.queries import UNREAD_ALONG, count_unread
from app.notifications.routes.blueprint import blueprint as notifications_blueprint
from app.notifications.sending import BATCH as MAIL_BATCH
from app.notifications.sending import send_mails
from app.notifications.services.asking import SOLVED_JOB
from app.notifications.services.notifying import MAIL_JOB
from app.pagecache.installing import TRIM_EVERY, TRIM_JOB, trim_job
from app.pages import indexnow
from app.pages.blueprint import blueprint as pages_blueprint
from app.pageviews.jobs import FORGET_EVERY, FORGET_JOB, RECENT_EVERY, RECENT_JOB, forget_job, recent_job
from app.pageviews.recent import recount_recent
from app.privacy.holdings import HOLDINGS as PRIVACY_HOLDINGS
from app.privacy.routes.blueprint import blueprint as privacy_blueprint
from app.privacy.services.erasing import ERASE_EVERY, ERASE_JOB, erase_job
from app.privacy.services.erasing import RECOUNT_JOB as PRIVACY_RECOUNT_JOB
from app.privacy.services.erasing import recount_job as privacy_recount_job
from app.privacy.services.exporting import EXPIRE_EVERY, EXPIRE_JOB, EXPORT_JOB, expire_exports_job, export_job
from app.privacy.services.forgetting import FORGET_EVERY as FORGET_READERS_EVERY
from app.privacy.services.forgetting import FORGET_JOB as FORGET_READERS_JOB
from app.privacy.services.forgetting import forget_readers_job
from app.privacy.services.merging import MERGE_JOB, merge_job
from app.privacy.terms import PrivacyTerms
from app.privacy.terms import use_terms as use_privacy_terms
from app.search import sync as search_sync
from app.search.documents import ARTICLE, SYNC_JOB, THREAD, register_category_names, register_source
from app.search.engines import create_engine, use_engine
from app.search.holdings import HOLDINGS as SEARCH_HOLDINGS
from app.search.ledger import recorder as search_recorder
from app.search.ledger.jobs import (
    END_EVERY,
    END_JOB,
    GAPS_EVERY,
    GAPS_JOB,
    RERUN_JOB,
    end_sessions_job,
    make_gaps_handler,
    rerun_job,
)
from app.search.ranking import Priors
from app.search.routes.blueprint import blueprint as search_blueprint
from app.uploads.holdings import HOLDINGS as UPLOAD_HOLDINGS
from app.uploads.routes.blueprint import blueprint as uploads_blueprint
from app.uploads.services.cleaning import delete_orphans, register_texts
from app.web.contract import IndexPolicy, use_index_policy
from app.web.render import provide

Subscriptions = Sequence[tuple[type[Event], Callable[[Any], None]]]

# What waits for moderators, in the order of the inbox's filters.
INBOX_SOURCES: tuple[InboxSource, ...] = (REPORTS, REPORTED_PEOPLE, HELD, APPEALS, DISPUTED, CHANGED, MERGES, CANDIDATES, WAVES)


def register_blueprints(app: Flask) -> None:
    """Add the pages of every package; its route modules attached themselves when its blueprint was imported."""
    app.register_blueprint(accounts_blueprint)
    app.register_blueprint(forum_blueprint)
    app.register_blueprint(uploads_blueprint)
    app.register_blueprint(kb_blueprint)
    app.register_blueprint(pages_blueprint)
    if key := app.extensions["settings"].indexnow_key:
        app.add_url_rule(f"/{key}.txt", "indexnow_key", indexnow.indexnow_key)
    app.register_blueprint(notifications_blueprint)
    app.register_blueprint(moderation_blueprint)
    app.register_blueprint(desk_blueprint)
    app.register_blueprint(search_blueprint)
    app.register_blueprint(insights_blueprint)
    app.register_blueprint(api_blueprint)
    app.register_blueprint(privacy_blueprint)


def register_sources(app: Flask) -> None:
    """Choose the search engine and tell it how to load threads and articles."""
    settings = app.extensions["settings"]
    priors, database = Priors.of(settings.search_priors), settings.effective_database_url
    use_engine(create_engine(settings.search_engine, settings.instance_path, priors, database, settings.workers))
    register_category_names(category_names)
    threads = forum_indexing
    register_source(THREAD, threads.load_many, threads.all_ids, threads.present, threads.titles, threads.texts)
    register_source(ARTICLE, kb_indexing.load_many, kb_indexing.all_ids, kb_indexing.present, kb_indexing.titles)


def register_subscribers(app: Flask) -> None:
    """Say who reacts to what: the answer to 'what happens when ...'."""
    packages: tuple[Subscriptions, ...] = (
        search_recorder.SUBSCRIPTIONS,
        kb_subscribers.SUBSCRIPTIONS,
        desk_subscribers.SUBSCRIPTIONS,
        desk_leaving.SUBSCRIPTIONS,
        importing_leaving.SUBSCRIPTIONS,
        moderation_subscribers.SUBSCRIPTIONS,
        trust_subscribers.SUBSCRIPTIONS,
        notification_subscribers.SUBSCRIPTIONS,
        article_news.SUBSCRIPTIONS,
        search_news.SUBSCRIPTIONS,
        wave_news.SUBSCRIPTIONS,
        flag_news.SUBSCRIPTIONS,
        privacy_news.SUBSCRIPTIONS,
        trust_news.SUBSCRIPTIONS,
        standing_news.SUBSCRIPTIONS,
        topic_news.SUBSCRIPTIONS,
        indexnow.SUBSCRIPTIONS,
    )
    for subscriptions in packages:
        for event_type, handler in subscriptions:
            subscribe(event_type, handler)


def register_jobs(app: Flask) -> None:
    """Tell each package its terms, and register its background work."""
    settings: Settings = app.extensions["settings"]
    for register in (
        _register_accounts, _register_uploads, _register_pageviews, _register_pagecache, _register_search,
        _register_forum, _register_kb, _register_desk, _register_trust, _register_screening, _register_flags,
        _register_removing, _register_waves, _register_inbox, _register_notifications, _register_privacy, _register_contract,
    ):  # fmt: skip
        register(settings)


def _job(kind: str, handler: Handler, every: timedelta | None = None, batch: int = 1, *, is_slow: bool = False) -> None:
    """Register what does one kind of work, and how often it is done by itself."""
    register_handler(kind, handler, batch, is_slow=is_slow)
    if every is not None:
        register_periodic(kind, every)


def _register_accounts(_settings: Settings) -> None:
    """Forget sign-ins that are over."""
    _job("accounts.expire_sessions", delete_expired_sessions, timedelta(hours=6))


def _register_uploads(settings: Settings) -> None:
    """Name the texts that keep images alive, and delete images that none of them shows."""
    register_texts(
        (
            PostRevision.body_source, Comment.body_source, Draft.fields, ArticleRevision.body_source, ArticleDraft.fields,
            ArticleComment.body_source, CannedAnswer.body_source, Person.about_source,
        )
    )  # fmt: skip
    _job("uploads.delete_orphans", lambda _payloads: delete_orphans(settings.instance_path), timedelta(days=1))


def _register_pageviews(_settings: Settings) -> None:
    """Forget who read what when its time is over; keep what was read of late in step with the days."""
    _job(FORGET_JOB, forget_job, FORGET_EVERY)
    _job(RECENT_JOB, recent_job, RECENT_EVERY)
    register_recount("pageview_recent.views", recount_recent)


def _register_pagecache(_settings: Settings) -> None:
    """Forget which pages changed when every process has read it."""
    _job(TRIM_JOB, trim_job, TRIM_EVERY)


def _register_search(settings: Settings) -> None:
    """Keep the index in step, and learn from searches."""
    _job(SYNC_JOB, search_sync.sync_documents, batch=search_sync.SYNC_BATCH)
    _job(search_sync.REBUILD_JOB, search_sync.rebuild_index)
    _job(search_sync.VERIFY_JOB, search_sync.verify_index, timedelta(days=1))
    _job(search_sync.CHECK_JOB, search_sync.check_index, timedelta(minutes=1))
    _job(END_JOB, end_sessions_job, END_EVERY)
    _job(GAPS_JOB, make_gaps_handler(settings), GAPS_EVERY)
    _job(RERUN_JOB, rerun_job)


def _register_forum(settings: Settings) -> None:
    """Repair figures, infer outcomes, propose duplicates, archive old threads, notice who waits, find what to read next."""
    _job("forum.recount", recount_job, timedelta(days=1))
    _job(ISSUE_JOB, recount_issue_job)
    _job(INFER_JOB, make_infer_handler(settings), timedelta(days=1))
    _job(PROPOSE_JOB, make_propose_handler(settings), PROPOSE_EVERY)
    _job(ARCHIVE_JOB, archive_job, ARCHIVE_EVERY)
    _job(WAITING_JOB, waiting_job, timedelta(days=1))
    _job(RELATE_JOB, make_relate_handler(settings), RELATE_EVERY)


def _register_kb(settings: Settings) -> None:
    """Tell the knowledge base its terms; let it look for candidates, publish what is due, and care for what is old."""
    use_kb_terms(KbTerms(review_days=settings.article_review_days, zone=settings.time_zone))
    _job(SCAN_JOB, make_scan_handler(settings), SCAN_EVERY)
    _job(RECOUNT_JOB, kb_recount_job, RECOUNT_EVERY)
    register_recount("article.helpful", recount_articles)
    register_recount("article.body_text", recount_texts)
    _job(PUBLISH_JOB, publish_due_job, PUBLISH_EVERY)
    _job(CARE_JOB, care_job, CARE_EVERY)
    _job(USES_JOB, uses_job)
    _job(KB_RELATE_JOB, kb_relate_job, KB_RELATE_EVERY)


def _register_contract(settings: Settings) -> None:
    """Tell the page contract what search engines may index, and tell them what changed, if they are to be told."""
    use_index_policy(
        IndexPolicy(
            unanswered_days=settings.index_unanswered_days, least_characters=settings.index_min_characters,
            least_threads=settings.index_min_threads, lists_people=settings.index_people != "none",
        )
    )  # fmt: skip
    indexnow.use_indexnow_terms(indexnow.IndexNowTerms(settings.indexnow_key, settings.indexnow_url, settings.base_url))
    _job(indexnow.JOB, indexnow.indexnow_job, batch=indexnow.BATCH, is_slow=True)


def _register_inbox(_settings: Settings) -> None:
    """Say where items of the inbox come from."""
    use_sources(INBOX_SOURCES)


def _register_notifications(_settings: Settings) -> None:
    """Send mails, and ask people whether what they asked for is solved."""
    _job(MAIL_JOB, send_mails, batch=MAIL_BATCH, is_slow=True)
    _job(ASK_JOB, ask_job, ASK_EVERY)
    _job(SOLVED_JOB, solved_job)
    _job(topic_news.STARTED_JOB, topic_news.started_job)


def _register_trust(settings: Settings) -> None:
    """Say by which table people are trusted, and keep their levels in step with their records."""
    _job(trust_levels.REFRESH_JOB, trust_levels.refresh_job, batch=trust_levels.BATCH)
    _job(trust_levels.RIPEN_JOB, trust_levels.ripen_job, trust_levels.RIPEN_EVERY)
    _job(trust_levels.RECOUNT_JOB, trust_levels.recount_job, trust_levels.RECOUNT_EVERY)
    _job(trust_levels.QUIET_JOB, trust_levels.quiet_job)
    register_recount("person.trust", trust_levels.recount_accepted)
    register_recount("person.level", trust_levels.recount_levels)
    member = member_bound(settings.new_member_texts, settings.new_member_hours)
    use_trust_table(make_table(settings.trust_abilities, settings.trust_bounds, member=member))


def _register_screening(settings: Settings) -> None:
    """Tell screening its terms, let it look at what is written, and let it learn and forget."""
    use_screening_terms(
        ScreeningTerms(
            own_host=urlsplit(settings.base_url).netloc, new_texts=settings.new_member_texts,
            new_for=timedelta(hours=settings.new_member_hours), links=settings.new_member_links,
            images=settings.new_member_images, pace=settings.screening_pace, repeats=settings.screening_repeats,
            sure=settings.screening_sure, examples=settings.screening_examples,
        )
    )  # fmt: skip
    use_screeners((screening_checking.screen,), (screening_checking.prepare,), (screening_recording.record,))
    _job(TRAIN_JOB, learn_job, TRAIN_EVERY)
    _job(FORGET_TEXTS_JOB, forget_texts_job, FORGET_TEXTS_EVERY)


def _register_flags(settings: Settings) -> None:
    """Tell reports their terms."""
    use_flag_terms(FlagTerms(threshold=settings.flag_threshold, limit=settings.flag_limit))


def _register_removing(_settings: Settings) -> None:
    """Take away what somebody wrote, and give it back."""
    _job(REMOVE_JOB, remove_job)
    _job(RESTORE_JOB, restore_job)


def _register_privacy(settings: Settings) -> None:
    """Name everything that is kept about people, and let it be copied, erased and merged."""
    for lines in (
        ACCOUNT_HOLDINGS, FORUM_HOLDINGS, UPLOAD_HOLDINGS, KB_HOLDINGS, DESK_HOLDINGS, SEARCH_HOLDINGS, MODERATION_HOLDINGS,
        NOTIFICATION_HOLDINGS, PRIVACY_HOLDINGS,
    ):  # fmt: skip
        register_holdings(lines)
    use_privacy_terms(
        PrivacyTerms(
            instance=settings.instance_path, keep_exports=timedelta(days=settings.export_days),
            grace=timedelta(days=settings.erase_after_days), posts=settings.erase_posts,
            keep_reader_keys=timedelta(days=settings.reader_key_days),
        )
    )  # fmt: skip
    _job(FORGET_READERS_JOB, forget_readers_job, FORGET_READERS_EVERY)
    _job(EXPORT_JOB, export_job)
    _job(EXPIRE_JOB, expire_exports_job, EXPIRE_EVERY)
    _job(ERASE_JOB, erase_job, ERASE_EVERY)
    _job(PRIVACY_RECOUNT_JOB, privacy_recount_job)
    _job(MERGE_JOB, merge_job)


def _register_waves(settings: Settings) -> None:
    """Tell waves of spam their terms, put big ones away in the background, and remove those whose time is over."""
    own_host = urlsplit(settings.base_url).netloc
    use_wave_terms(WaveTerms(purge_after=timedelta(days=settings.wave_purge_days), own_host=own_host))
    _job(WAVE_JOB, wave_job)
    _job(PURGE_WAVES_JOB, purge_waves_job, PURGE_WAVES_EVERY)


def _register_desk(settings: Settings) -> None:
    """Tell the desk its terms, and let it look after its queue."""
    use_terms(
        DeskTerms(
            zone=settings.time_zone,
            take_for=timedelta(minutes=settings.take_minutes),
            escalate_after=timedelta(hours=settings.escalate_after_hours),
        )
    )
    _job(TICK_JOB, tick_job, TICK_EVERY)
    _job(RESETTLE_JOB, resettle_job, RESETTLE_EVERY)
    _job(APPLY_JOB, apply_job)


def register_providers(app: Flask) -> None:
    """Give the layout the values that packages provide."""
    provide("unread_count", read_along("unread_count", UNREAD_ALONG, count_unread))
