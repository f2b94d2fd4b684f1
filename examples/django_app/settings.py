"""Settings of the project."""

SECRET_KEY = "for-development-only"  # noqa: S105 - an example's
DEBUG = True
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "events"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "events.sqlite"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "urls"
USE_TZ = True
