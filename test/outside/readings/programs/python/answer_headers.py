"""How each program answers: the page in one header, the value of its parameter in another."""

from platform import python_version
from urllib.parse import quote

EXACT = ["/login", "/accounts/login/", "/payments", "/admin/users", "/reports/q1", "/Reports/Q2"]
FOLDERS = ["/vault", "/public"]


def answer_headers(page, value=None):
    """The headers of an answer with a page of the site."""
    if value is None:
        return {"x-page": page}
    return {"x-page": page, "x-value": quote(value, safe="", errors="surrogateescape")}


def request_headers(host, method):
    """The headers of the answer to /request: the host and method that the application reads."""
    return {"x-page": "/request", "x-host": quote(host or "", safe=""), "x-method": method}


def version_headers(version):
    """The headers of the answer to /version."""
    return answer_headers("/version", f"{version} on Python {python_version()}")
