"""Every setting, declared once, read from the environment and validated at start. Holds no logic of any feature."""

import errno
import os
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from app.core import setting_values as read
from app.core.i18n import LANGUAGES
from app.core.trust import parse_abilities, parse_bounds

PROJECT_ROOT = Path(__file__).resolve().parents[2]
# Settings that are not read any more, and what stands in their place.
GONE = {
    "ARTICLE_TRUST": "is not used any more: levels of trust say who writes articles; see TRUST_ABILITIES and TRUST_BOUNDS",
    "SCREENING_TRUST": "is not used any more: levels of trust say who writes freely; see TRUST_ABILITIES and TRUST_BOUNDS",
}


class SettingsError(Exception):
    """One or more settings are wrong; the message lists all of them."""


def _setting(name: str, default: Any, parse: Callable[[str], Any], sentence: str) -> Any:
    return field(default=default, metadata={"env": name, "parse": parse, "doc": sentence})


@dataclass(frozen=True)
class Settings:
    """The settings of one installation. Build it with `Settings.from_env`."""

    # The site and its address.
    site_name: str = _setting("SITE_NAME", "Threadwell", read.text, "Name in the top bar, titles and mails.")
    site_tagline: str = _setting(
        "SITE_TAGLINE", "Ask, answer, and find what already works.", read.text, "The sentence of welcome on the home page."
    )
    brand_hue: int = _setting("BRAND_HUE", 250, read.integer(0, 360), "Hue of the brand colour (OKLCH degrees).")
    logo_url: str = _setting("LOGO_URL", "", read.logo_url, "Path or address of a logo shown in place of our mark.")
    footer_links: tuple[tuple[str, str], ...] = _setting(
        "FOOTER_LINKS",
        (),
        read.links,
        "Links of your own at the foot of every page: Imprint=/imprint | Privacy=https://example.com/privacy, for example.",
    )
    footer_text: str = _setting("FOOTER_TEXT", "", read.text, "A line of your own at the foot of every page.")
    content_licence: str = _setting(
        "CONTENT_LICENCE",
        "",
        read.text,
        "Licence of what people write, named under articles: CC BY-SA 4.0, for example. Default: none named.",
    )
    base_url: str = _setting(
        "BASE_URL", "", read.site_url, "The public address, without a slash at the end. Default: http://127.0.0.1:PORT."
    )
    time_zone: ZoneInfo = _setting(
        "TIME_ZONE", ZoneInfo("UTC"), read.zone, "Time zone of the site: days of figures, working hours, quiet hours of mails."
    )
    default_language: str = _setting(
        "DEFAULT_LANGUAGE",
        "en",
        read.choice(*LANGUAGES),
        "Language of the site: for readers whose browser asks for none of LANGUAGES, and for search engines.",
    )
    languages: tuple[str, ...] = _setting(
        "LANGUAGES", LANGUAGES, read.languages, "Languages that readers may choose: en, de, zh, with commas between them."
    )
    transparency: str = _setting(
        "TRANSPARENCY",
        "off",
        read.choice("off", "on"),
        "on: the page /transparency says how much was decided each month, without names or texts.",
    )

    # Where and how it runs.
    secret_key: str = _setting(
        "SECRET_KEY", "", read.secret, "Signs cookies and links. Generated into the instance folder when unset."
    )
    instance_path: Path = _setting(
        "INSTANCE_PATH",
        PROJECT_ROOT / "instance",
        lambda raw: Path(raw).resolve(),
        "Folder of the database, search index, uploads and mails.",
    )
    host: str = _setting("HOST", "127.0.0.1", read.text, "Address the web server listens on.")
    port: int = _setting("PORT", 8000, read.integer(1, 65535), "Port the web server listens on.")
    workers: int = _setting(
        "WORKERS",
        1,
        read.integer(1, 64),
        "Web server processes. Above 1, set REDIS_URL so that limits and view counts are shared.",
    )
    database_url: str = _setting(
        "DATABASE_URL", "", read.database_url, "postgresql://... ; default: SQLite in the instance folder."
    )
    redis_url: str = _setting(
        "REDIS_URL", "", read.redis_url, "redis://... ; shares rate limits and view counts between processes. Default: memory."
    )
    jobs: str = _setting(
        "JOBS",
        "inline",
        read.choice("inline", "external"),
        "inline: background work in the web process; external: run `threadwell worker`.",
    )
    page_cache_mb: int = _setting(
        "PAGE_CACHE_MB",
        8,
        read.integer(0, 10_000),
        "Memory of each web process for pages kept ready for visitors, in MiB; 0: none are.",
    )
    page_sharing_mb: int = _setting(
        "PAGE_SHARING_MB",
        8,
        read.integer(0, 10_000),
        "Memory of each web process for pages that members share but for what is each one's own, in MiB; 0: none are.",
    )
    trusted_proxies: int = _setting(
        "TRUSTED_PROXIES", 0, read.integer(0, 10), "How many proxies in front set X-Forwarded-For; 0 ignores that header."
    )
    rate_limits: str = _setting(
        "RATE_LIMITS", "on", read.choice("on", "off"), "off only for load tests and audits; announced at start."
    )
    log_level: str = _setting(
        "LOG_LEVEL", "INFO", read.choice("DEBUG", "INFO", "WARNING", "ERROR"), "Least level that is logged."
    )

    # Mails.
    mail_url: str = _setting(
        "MAIL_URL",
        "",
        read.mail_url,
        "smtp://user:password@host:587 or smtps://... ; default: mails are written to the instance folder.",
    )
    mail_from: str = _setting("MAIL_FROM", "community@localhost", read.sender, "Sender address of mails.")
    reminder_after_days: tuple[int, ...] = _setting(
        "REMINDER_AFTER_DAYS",
        (2, 7),
        read.reminder_days,
        "Days after an answer on which its silent asker is asked by mail whether it helped; at most two, or off.",
    )
    quiet_hours: tuple[int, int] | None = _setting(
        "QUIET_HOURS", (21, 8), read.quiet_hours, "From hour to hour (TIME_ZONE) no mail asks anybody anything; or off."
    )

    # Accounts.
    session_days: int = _setting("SESSION_DAYS", 30, read.integer(1, 365), "Days after which a sign-in ends.")
    mail_confirmation: str = _setting(
        "MAIL_CONFIRMATION",
        "optional",
        read.choice("optional", "required"),
        "required: people who signed up read, but write only once they confirmed their mail address.",
    )
    signup_seconds: int = _setting(
        "SIGNUP_SECONDS",
        3,
        read.integer(0, 600),
        "Seconds that signing up takes a person at least; who is faster is asked again. 0: never.",
    )
    signup_question: str = _setting(
        "SIGNUP_QUESTION", "", read.text, "A question of your own that people answer to sign up. Default: none is asked."
    )
    signup_answers: tuple[str, ...] = _setting(
        "SIGNUP_ANSWERS",
        (),
        read.alternatives,
        "The answers that are taken, with | between them; capitals and punctuation do not matter.",
    )
    blocked_mail_hosts: frozenset[str] = _setting(
        "BLOCKED_MAIL_HOSTS",
        frozenset(),
        read.hosts,
        "Hosts of throw-away mail that nobody signs up with, sub-domains too: with commas between them, or the path of a file.",
    )

    # What is kept about people.
    export_days: int = _setting(
        "EXPORT_DAYS", 7, read.integer(1, 90), "Days for which a copy of somebody's data can be downloaded before it is deleted."
    )
    erase_posts: str = _setting(
        "ERASE_POSTS",
        "ask",
        read.choice("ask", "keep", "remove"),
        "What becomes of the posts of people who erase their account: ask them, keep the posts without a name, or remove them.",
    )
    erase_after_days: int = _setting(
        "ERASE_AFTER_DAYS",
        14,
        read.integer(0, 90),
        "Days between confirming that an account be erased and its end; signing in keeps it.",
    )
    reader_key_days: int = _setting(
        "READER_KEY_DAYS",
        365,
        read.integer(1, 3650),
        "Days after which what a visitor said of an answer or article is not tied to a hash of their address any more.",
    )

    # Questions and answers.
    max_upload_mb: int = _setting("MAX_UPLOAD_MB", 5, read.integer(1, 100), "Largest image, in MiB.")
    likely_after_days: int = _setting(
        "LIKELY_AFTER_DAYS",
        14,
        read.integer(0, 3650),
        "An asker's silence of so many days after an upvoted answer makes a question likely solved; 0 never.",
    )
    likely_min_score: int = _setting(
        "LIKELY_MIN_SCORE", 1, read.integer(1, 1_000), "Votes that answer needs before silence counts."
    )
    duplicate_min_score: int = _setting(
        "DUPLICATE_MIN_SCORE",
        70,
        read.integer(1, 100),
        "Two questions so alike (per cent of what a question has in common with itself) are proposed as duplicates.",
    )
    also_read_min: int = _setting(
        "ALSO_READ_MIN",
        5,
        read.integer(2, 10_000),
        "Visits in which two pages must have been read before each is named under the other as read by the same people.",
    )
    index_unanswered_days: int = _setting(
        "INDEX_UNANSWERED_DAYS",
        30,
        read.integer(0, 3650),
        "After so many days an unanswered question asks search engines not to index it.",
    )

    # What search engines and other crawlers get.
    index_min_characters: int = _setting(
        "INDEX_MIN_CHARACTERS",
        120,
        read.integer(0, 10_000),
        "A question without answers and with fewer characters asks search engines not to index it.",
    )
    index_min_threads: int = _setting(
        "INDEX_MIN_THREADS",
        3,
        read.integer(1, 1_000),
        "Categories and tags with fewer threads ask search engines not to index them.",
    )
    index_people: str = _setting(
        "INDEX_PEOPLE",
        "praised",
        read.choice("praised", "none"),
        "praised: search engines may index people of whom something was accepted or voted for; none: nobody's page.",
    )
    ai_crawlers: tuple[str, ...] = _setting(
        "AI_CRAWLERS",
        (),
        read.crawlers,
        "allow, disallow, or which crawlers of AI companies robots.txt keeps out: training, search, assistants, or names like GPTBot.",
    )
    indexnow_key: str = _setting(
        "INDEXNOW_KEY",
        "",
        read.indexnow_key,
        "A key of your choice (8 to 128 letters, digits, dashes): changed pages are told to search engines by IndexNow. Default: not.",
    )
    indexnow_url: str = _setting(
        "INDEXNOW_URL", "https://api.indexnow.org/indexnow", read.web_url, "Where IndexNow takes changes."
    )

    # The desk.
    take_minutes: int = _setting(
        "TAKE_MINUTES", 30, read.integer(1, 1440), "Minutes for which a question at the desk is held for whoever takes it."
    )
    escalate_after_hours: int = _setting(
        "ESCALATE_AFTER_HOURS",
        8,
        read.integer(0, 2000),
        "Working hours after which a question without an official or accepted answer is escalated; 0: never.",
    )

    # Trust and new people.
    trust_abilities: str = _setting(
        "TRUST_ABILITIES",
        "",
        read.checked(parse_abilities),
        "Abilities that another level brings than the page /trust says: propose_articles=never show_website=regular, for example.",
    )
    trust_bounds: str = _setting(
        "TRUST_BOUNDS",
        "",
        read.checked(parse_bounds),
        "What levels take, where it is not as on the page /trust: regular.days=60 trusted.helps=20, for example.",
    )
    new_member_texts: int = _setting(
        "NEW_MEMBER_TEXTS", 2, read.integer(0, 50), "People with fewer visible texts count as new; 0: nobody does."
    )
    new_member_hours: int = _setting(
        "NEW_MEMBER_HOURS",
        24,
        read.integer(0, 8760),
        "Hours after joining for which people count as new, however much they wrote.",
    )
    new_member_links: int = _setting(
        "NEW_MEMBER_LINKS", 2, read.integer(0, 100), "Other sites that one text of somebody new may link to; with more it waits."
    )
    new_member_images: str = _setting(
        "NEW_MEMBER_IMAGES",
        "hold",
        read.choice("allow", "hold", "block"),
        "Texts of new people with images: allow, hold for a moderator, or block.",
    )

    # Moderation.
    inbox_claim_minutes: int = _setting(
        "INBOX_CLAIM_MINUTES",
        5,
        read.integer(1, 240),
        "Minutes for which others see that a moderator looks at an item of the inbox.",
    )
    flag_threshold: int = _setting(
        "FLAG_THRESHOLD",
        3,
        read.integer(0, 1000),
        "Reports of ordinary weight, by at least two people, that take a text out of sight until a moderator has looked; 0: never.",
    )
    flag_limit: int = _setting(
        "FLAG_LIMIT", 2, read.integer(0, 1000), "Reports a day by people most of whose reports moderators declined."
    )
    screening_pace: int = _setting(
        "SCREENING_PACE",
        8,
        read.integer(0, 1000),
        "Texts by one person within ten minutes after which the next one waits; 0: never.",
    )
    screening_repeats: int = _setting(
        "SCREENING_REPEATS",
        2,
        read.integer(0, 1000),
        "Texts of 30 days that say much the same, after which the next one waits; 0: never.",
    )
    screening_sure: int = _setting(
        "SCREENING_SURE", 95, read.integer(0, 99), "Per cent of certainty from which a text that reads like spam waits; 0: never."
    )
    screening_examples: int = _setting(
        "SCREENING_EXAMPLES", 50, read.integer(10, 100_000), "Texts hidden as spam from which on the classifier is used."
    )
    wave_purge_days: int = _setting(
        "WAVE_PURGE_DAYS",
        30,
        read.integer(0, 3650),
        "Days after which the texts of a wave of spam that was put away are removed for good; 0: never by itself.",
    )

    # Search.
    search_engine: str = _setting(
        "SEARCH_ENGINE",
        "auto",
        read.choice("auto", "whoosh", "postgres"),
        "Search engine; auto chooses the best one for the database.",
    )
    search_priors: tuple[str, ...] = _setting(
        "SEARCH_PRIORS",
        read.SEARCH_PRIORS,
        read.search_priors,
        "What may lift a document among equally good matches: votes, solved, confirmed, viewed, maintained; or off.",
    )
    search_ledger_days: int = _setting(
        "SEARCH_LEDGER_DAYS",
        90,
        read.integer(0, 3650),
        "Days for which searches and how they ended are kept, without personal data; 0: nothing is noted.",
    )
    search_gap_people: int = _setting(
        "SEARCH_GAP_PEOPLE", 2, read.integer(1, 1_000), "So many people searched in vain before their words are listed as a gap."
    )
    search_hold_out: int = _setting(
        "SEARCH_HOLD_OUT",
        5,
        read.integer(0, 50),
        "Per cent of search sessions that ask without suggestions, to measure what these are worth; 0: none.",
    )
    search_hold_out_sessions: int = _setting(
        "SEARCH_HOLD_OUT_SESSIONS",
        150,
        read.integer(0, 1_000_000),
        "Sessions a week that reach the page to ask on, below which SEARCH_HOLD_OUT rests: too few to learn from. 0: it never rests.",
    )

    # Articles.
    article_review_days: int = _setting(
        "ARTICLE_REVIEW_DAYS",
        365,
        read.integer(0, 3650),
        "Days after which somebody should look at an article again; 0: never. Each article can have its own rhythm.",
    )
    promotion_min_views: int = _setting(
        "PROMOTION_MIN_VIEWS",
        30,
        read.integer(0, 1_000_000),
        "Human views in 30 days from which a thread can become a candidate.",
    )
    promotion_min_score: float = _setting(
        "PROMOTION_MIN_SCORE", 20.0, read.decimal, "Score from which a thread is proposed for promotion."
    )
    promotion_min_age_days: int = _setting(
        "PROMOTION_MIN_AGE_DAYS", 2, read.integer(0, 365), "Days after which a thread can be proposed; before, it is too new."
    )
    promotion_view_weight: float = _setting(
        "PROMOTION_VIEW_WEIGHT", 6.0, read.decimal, "Points for each doubling of views in 30 days."
    )
    promotion_steady_weight: float = _setting(
        "PROMOTION_STEADY_WEIGHT", 2.0, read.decimal, "Points for each doubling of views in 90 days."
    )
    promotion_trend_weight: float = _setting(
        "PROMOTION_TREND_WEIGHT", 3.0, read.decimal, "Points when views doubled within 30 days; taken off when they halved."
    )
    promotion_outcome_weight: float = _setting(
        "PROMOTION_OUTCOME_WEIGHT", 10.0, read.decimal, "Points for a solved question; half for one merely answered with votes."
    )
    promotion_confirmed_weight: float = _setting(
        "PROMOTION_CONFIRMED_WEIGHT", 3.0, read.decimal, "Points for each doubling of people for whom it worked."
    )
    promotion_vote_weight: float = _setting(
        "PROMOTION_VOTE_WEIGHT", 3.0, read.decimal, "Points for each doubling of votes on question and best answer."
    )
    promotion_me_too_weight: float = _setting(
        "PROMOTION_ME_TOO_WEIGHT", 4.0, read.decimal, "Points for each doubling of people with the same problem."
    )
    promotion_duplicate_weight: float = _setting("PROMOTION_DUPLICATE_WEIGHT", 5.0, read.decimal, "Points for each duplicate.")
    promotion_search_weight: float = _setting(
        "PROMOTION_SEARCH_WEIGHT", 2.0, read.decimal, "Points for each doubling of searches that ended at it within 30 days."
    )
    promotion_failed_search_weight: float = _setting(
        "PROMOTION_FAILED_SEARCH_WEIGHT",
        3.0,
        read.decimal,
        "Points for each doubling of searches that failed near it within 30 days.",
    )
    promotion_refuted_weight: float = _setting(
        "PROMOTION_REFUTED_WEIGHT", 4.0, read.decimal, "Points off for each doubling of readers for whom it did not work."
    )
    promotion_covered_weight: float = _setting(
        "PROMOTION_COVERED_WEIGHT", 10.0, read.decimal, "Points off when an answer leads to an article already."
    )

    is_testing: bool = False

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Read all settings; raise SettingsError with every problem at once."""
        values: dict[str, Any] = {}
        problems = [f"{name}: {words}" for name, words in GONE.items() if environ.get(name, "").strip()]
        for spec in fields(cls):
            name = spec.metadata.get("env")
            raw = environ.get(name, "") if name else ""
            if not raw.strip():
                continue
            try:
                values[spec.name] = spec.metadata["parse"](raw)
            except ValueError as error:
                problems.append(f"{name}: {error}")
        if bool(values.get("signup_question")) != bool(values.get("signup_answers")):
            problems.append("SIGNUP_QUESTION and SIGNUP_ANSWERS: set both or neither")
        if values.get("default_language", "en") not in values.get("languages", LANGUAGES):
            problems.append("LANGUAGES: must have DEFAULT_LANGUAGE among them")
        if values.get("search_engine") == "postgres" and not values.get("database_url", "").startswith("postgresql"):
            problems.append("SEARCH_ENGINE: postgres needs a DATABASE_URL that begins with postgresql://")
        if problems:
            raise SettingsError("Please correct these settings:\n  " + "\n  ".join(problems))
        values.setdefault("base_url", f"http://127.0.0.1:{values.get('port', 8000)}")
        return cls(**values)

    @property
    def is_sqlite(self) -> bool:
        return not self.database_url or self.database_url.startswith("sqlite")

    @property
    def effective_database_url(self) -> str:
        return self.database_url or f"sqlite:///{self.instance_path / 'threadwell.sqlite3'}"

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https://")

    def ensure_instance(self) -> str:
        """Create the instance folder (private to its owner) and return the secret key, generated on first use.

        Raises SettingsError when nothing can be written there.
        """
        try:
            return self._prepare_instance()
        except OSError as error:
            raise SettingsError(f"INSTANCE_PATH: cannot write to {self.instance_path} ({error.strerror})") from error

    def _prepare_instance(self) -> str:
        self.instance_path.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not os.access(self.instance_path, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        if self.secret_key:
            return self.secret_key
        key_file = self.instance_path / "secret_key"
        if not key_file.exists():
            fresh = self.instance_path / f"secret_key.{secrets.token_hex(4)}"
            fresh.touch(mode=0o600)
            fresh.write_text(secrets.token_urlsafe(48), encoding="ascii")
            with suppress(FileExistsError):  # another process was faster: its key counts
                key_file.hardlink_to(fresh)
            fresh.unlink()
        key = key_file.read_text(encoding="ascii").strip()
        if not key:  # the power was cut before it was on the disk
            raise SettingsError(
                f"SECRET_KEY: {key_file} is empty. Put back a copy, or remove it and let everybody sign in again."
            )
        return key
