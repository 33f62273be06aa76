"""The example site by Werkzeug's router and its own server: werkzeug_app.py PORT."""

import logging
import sys
from importlib.metadata import version

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.serving import run_simple
from werkzeug.wrappers import Request, Response

from answer_headers import EXACT, FOLDERS, answer_headers, request_headers, version_headers

PAGES = Map(
    [
        Rule("/version", endpoint="/version"),
        Rule("/request", endpoint="/request"),
        *(Rule(page, endpoint=page) for page in EXACT),
        Rule("/payments/<value>", endpoint="/payments/{id}"),
        *(Rule(f"{folder}/<path:value>", endpoint=folder + "/{rest}") for folder in FOLDERS),
    ]
)


@Request.application
def app(request):
    """Answers with the page that the router finds."""
    try:
        page, values = PAGES.bind_to_environ(request.environ).match()
    except HTTPException as answer:
        return answer
    if page == "/version":
        return Response(headers=version_headers(f"Werkzeug {version('werkzeug')}"))
    if page == "/request":
        return Response(headers=request_headers(request.host, request.method))
    return Response(headers=answer_headers(page, values.get("value")))


if __name__ == "__main__":
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    run_simple("127.0.0.1", int(sys.argv[1]), app)
