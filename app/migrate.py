"""Flask-Migrate's object, and the import of every table so that migrations see the whole schema."""

from flask_migrate import Migrate

from app.accounts import models as accounts_models
from app.core.db import Base
from app.desk import models as desk_models
from app.forum import models as forum_models
from app.importing import models as importing_models
from app.jobs import models as jobs_models
from app.kb import models as kb_models
from app.moderation import models as moderation_models
from app.notifications import models as notifications_models
from app.pagecache import models as pagecache_models
from app.pagecache.triggers import create_with_tables
from app.pageviews import models as pageviews_models
from app.search import models as search_models
from app.uploads import models as uploads_models
from app.watched import WATCHED

ALL_MODELS = (
    accounts_models, desk_models, forum_models, importing_models, jobs_models, kb_models, moderation_models, notifications_models,
    pagecache_models, pageviews_models, search_models, uploads_models,
)  # fmt: skip

create_with_tables(Base.metadata, WATCHED)

migrate = Migrate(render_as_batch=True)
