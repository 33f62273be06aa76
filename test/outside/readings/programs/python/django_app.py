"""The example site by Django, as a WSGI application."""

from importlib.metadata import version

from django import get_version
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path, re_path

from answer_headers import EXACT, FOLDERS, answer_headers, request_headers, version_headers

settings.configure(
    ALLOWED_HOSTS=["*"],
    APPEND_SLASH=True,
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="for this table only",
    LOGGING={"version": 1, "loggers": {"django": {"handlers": []}}},
)


def page_view(page):
    """A view that answers with a page."""
    return lambda request, value=None: HttpResponse(headers=answer_headers(page, value))


def version_view(request):
    """Answers /version."""
    server = f"gunicorn {version('gunicorn')}"
    return HttpResponse(headers=version_headers(f"Django {get_version()} ({server})"))


def request_view(request):
    """Answers /request."""
    return HttpResponse(headers=request_headers(request.get_host(), request.method))


urlpatterns = [
    path("version", version_view),
    path("request", request_view),
    *(path(page[1:], page_view(page)) for page in EXACT if page != "/reports/q1"),
    # Two more habits: a final slash that is optional, and one that APPEND_SLASH adds.
    re_path("^reports/q1/?$", page_view("/reports/q1")),
    path("payments/<str:value>", page_view("/payments/{id}")),
    *(path(f"{folder[1:]}/<path:value>", page_view(folder + "/{rest}")) for folder in FOLDERS),
]
application = get_wsgi_application()
