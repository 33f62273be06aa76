"""The example site by Starlette: starlette_app.py h11|httptools PORT."""

import sys
from importlib.metadata import version

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from answer_headers import EXACT, FOLDERS, answer_headers, request_headers, version_headers

HTTP, PORT = sys.argv[1], int(sys.argv[2])


def page_route(written, page):
    """A route that answers with a page."""

    def endpoint(request):
        return Response(headers=answer_headers(page, request.path_params.get("value")))

    return Route(written, endpoint)


def version_endpoint(request):
    """Answers /version."""
    server = f"uvicorn {version('uvicorn')}, {HTTP} {version(HTTP)}"
    return Response(headers=version_headers(f"Starlette {version('starlette')} ({server})"))


class RequestApp:
    """Answers /request with any method, which a function's route does not."""

    async def __call__(self, scope, receive, send):
        request = Request(scope)
        response = Response(headers=request_headers(request.url.hostname, request.method))
        await response(scope, receive, send)


app = Starlette(
    routes=[
        Route("/version", version_endpoint),
        Route("/request", RequestApp()),
        *(page_route(page, page) for page in EXACT),
        page_route("/payments/{value}", "/payments/{id}"),
        *(
            Mount(folder, routes=[page_route("/{value:path}", folder + "/{rest}")])
            for folder in FOLDERS
        ),
    ]
)

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=PORT, http=HTTP, log_level="critical")
