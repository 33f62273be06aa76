"""Plain Flask: the whole session is in the cookie, signed."""

import sys

from flask import Flask, jsonify, redirect, request, session

app = Flask(__name__)
app.secret_key = "only for this test"


@app.get("/login")
def form():
    return '<form method="post"><input name="user"></form>'


@app.post("/login")
def login():
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
