"""Settings: the only file that reads the environment. Runs with nothing set; docs/operating.md has every variable."""

import base64
from datetime import timedelta
from pathlib import Path

import django_stubs_ext
from csp.constants import NONE, SELF

from dashboard import env, secrets

# Makes QuerySet[Cluster] and its kind mean at run time what they mean to the type checker.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = env.path("PILOTHOUSE_DATA_DIR", BASE_DIR / ".data")

PILOTHOUSE_MODE = env.choice("PILOTHOUSE_MODE", ("development", "production"), "development")
PRODUCTION = PILOTHOUSE_MODE == "production"
DEBUG = env.flag("PILOTHOUSE_DEBUG")

ALLOWED_HOSTS = env.hosts("PILOTHOUSE_HOSTS", [] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]"])
PILOTHOUSE_ORIGINS = env.origins("PILOTHOUSE_ORIGINS")
PILOTHOUSE_PROXIES = env.number("PILOTHOUSE_PROXIES", 1 if PRODUCTION else 0, lowest=0, highest=5)
PILOTHOUSE_METRICS_TOKEN = env.secret("PILOTHOUSE_METRICS_TOKEN")
PILOTHOUSE_ADMIN_PASSWORD = env.secret("PILOTHOUSE_ADMIN_PASSWORD")
KUBECONFIG = env.paths("KUBECONFIG", Path("~/.kube/config"))

PILOTHOUSE_SHELL_GRACE_SECONDS = env.number("PILOTHOUSE_SHELL_GRACE_SECONDS", 300, lowest=0, highest=86_400)
PILOTHOUSE_SHELLS_PER_USER = env.number("PILOTHOUSE_SHELLS_PER_USER", 10, lowest=1, highest=1000)
PILOTHOUSE_SHELLS_PER_CLUSTER = env.number("PILOTHOUSE_SHELLS_PER_CLUSTER", 100, lowest=1, highest=10_000)
PILOTHOUSE_INTERNAL_URL = env.origin("PILOTHOUSE_INTERNAL_URL")

PILOTHOUSE_RECORDING_DAYS = env.number("PILOTHOUSE_RECORDING_DAYS", 90, lowest=1, highest=36_500)
PILOTHOUSE_RECORDING_GIGABYTES = env.number("PILOTHOUSE_RECORDING_GIGABYTES", 10, lowest=1, highest=1_000_000)
_recording_storage = env.text("PILOTHOUSE_RECORDING_STORAGE")
_recording_options = env.options("PILOTHOUSE_RECORDING_STORAGE_OPTIONS")

SECRET_KEY = env.secret("PILOTHOUSE_SECRET_KEY")
_encryption_key = env.key("PILOTHOUSE_ENCRYPTION_KEY", secrets.ENCRYPTION_KEY_BYTES)

if PRODUCTION:
    env.refuse_unsafe_production(
        debug=DEBUG,
        secret_key=SECRET_KEY,
        encryption_key=_encryption_key,
        hosts=ALLOWED_HOSTS,
        origins=PILOTHOUSE_ORIGINS,
    )
SECRET_KEY = SECRET_KEY or secrets.kept(DATA_DIR / "secret_key", secrets.SECRET_KEY_BYTES)
PILOTHOUSE_ENCRYPTION_KEY = _encryption_key or base64.b64decode(
    secrets.kept(DATA_DIR / "encryption_key", secrets.ENCRYPTION_KEY_BYTES)
)

INSTALLED_APPS = [
    "clusters",
    "dashboard",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "csp",
    "axes",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "dashboard.packing.Packing",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "dashboard.urls"
ASGI_APPLICATION = "dashboard.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                ("dashboard.folding.Loader", ["django.template.loaders.filesystem.Loader"]),
                ("django.template.loaders.cached.Loader", ["django.template.loaders.app_directories.Loader"]),
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "dashboard.context_processors.frame",
            ],
        },
    },
]

# State. Without DATABASE_URL and REDIS_URL one process does it all on one SQLite file.

REDIS_URL = env.redis("REDIS_URL")
EMBEDDED = not REDIS_URL

_postgresql = env.database("DATABASE_URL")
if _postgresql:
    # Every request runs in a thread of its own, so that connections are worth keeping only in a pool.
    _postgresql["OPTIONS"]["pool"] = {"min_size": 2, "max_size": 20, "timeout": 10}
DATABASES = {
    "default": _postgresql
    or {
        "ENGINE": "django.db.backends.sqlite3",
        "CONN_MAX_AGE": 60,
        "NAME": DATA_DIR / "pilothouse.sqlite3",
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # A larger cache makes the first list of a cluster faster; clusters.checkpoints keeps the log short.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA mmap_size=134217728;"
            " PRAGMA cache_size=-32000; PRAGMA wal_autocheckpoint=40000; PRAGMA journal_size_limit=16000000;",
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CHANNEL_LAYERS = {
    "default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}
    if EMBEDDED
    else {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": "pilothouse"},
    }
}

# Languages and time

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_I18N = False

# Static files: hashed names, so that a browser keeps them for ever; compressed once, when they are gathered.

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
_files = "django.core.files.storage.FileSystemStorage"
STORAGES = {
    "default": {"BACKEND": _files},
    "recordings": {"BACKEND": _recording_storage, "OPTIONS": _recording_options}
    if _recording_storage
    else {
        "BACKEND": _files,
        "OPTIONS": {
            "location": DATA_DIR / "recordings",
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "dashboard.staticfiles.HashedStorage"
    },
}
SERVESTATIC_KEEP_ONLY_HASHED_FILES = True
SERVESTATIC_USE_ZSTD = False

# People

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "dashboard.backends.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "fleet"
LOGOUT_REDIRECT_URL = "sign-in"

# Counted in the database for a name at an address: nobody elsewhere can lock its owner out, no restart forgets.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_TEMPLATE = "registration/locked_out.html"
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# What a browser may do with our pages

SESSION_ENGINE = "dashboard.sessions"
SESSION_COOKIE_NAME = "__Host-pilothouse" if PRODUCTION else "pilothouse"
SESSION_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 7 * 24 * 3600
CSRF_COOKIE_NAME = "__Host-csrf" if PRODUCTION else "csrf"
CSRF_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "dashboard.views.errors.stale_form"
CSRF_TRUSTED_ORIGINS = PILOTHOUSE_ORIGINS
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# What the process says

LOG_LEVEL = env.choice("PILOTHOUSE_LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), "INFO")
LOGGING = {
    "version": 1,
    # Daphne's loggers exist before this is read; disabled, "Exception inside application" would be lost.
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"refusals": {"()": "dashboard.refusals.WithoutTraceback"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "clusters": {"level": LOG_LEVEL},
        "dashboard": {"level": LOG_LEVEL},
        # Django's own handlers would say everything twice, or by e-mail.
        "django": {"handlers": [], "level": "WARNING"},
        "django.request": {"filters": ["refusals"]},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        # Anyone can send a foreign Host; the answer is 400 and not worth a traceback.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        # Its warnings only repeat refusals that we have logged.
        "daphne": {"level": "ERROR"},
    },
}

env.refuse_unknown("PILOTHOUSE_", besides="PILOTHOUSE_TEST_")
