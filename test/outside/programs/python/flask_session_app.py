"""Flask with Flask-Session: the session is in a file, the cookie has only its name."""

import os
import sys

from cachelib.file import FileSystemCache
from flask import Flask, jsonify, redirect, request, session
from flask_session import Session

app = Flask(__name__)
app.config.update(
    SESSION_TYPE="cachelib",
    SESSION_CACHELIB=FileSystemCache(os.environ["SESSION_FOLDER"]),
)
Session(app)


@app.get("/login")
def form():
    return '<form method="post"><input name="user"></form>'


@app.post("/login")
def login():
    # No regeneration, as in most applications: the value of the cookie stays.
    session["user"] = request.form["user"]
    return redirect("/me")


@app.post("/logout")
def logout():
    session.clear()
    return redirect("/login")


@app.get("/me")
def me():
    return jsonify(user=session.get("user"), notes=session.get("notes", 0))


@app.post("/notes")
def notes():
    session["notes"] = session.get("notes", 0) + 1
    return jsonify(user=session.get("user"), notes=session["notes"])


if __name__ == "__main__":
    app.run("127.0.0.1", int(sys.argv[1]))
