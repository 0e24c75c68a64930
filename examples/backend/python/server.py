"""A back end in front of Rufer, with the standard library only: signs users in, hands out session tokens, revokes them.

RUFER_URL=... RUFER_SECRET_KEY=... python3 server.py, then open http://localhost:8080
"""

import json
import os
import re
import secrets
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

RUFER_URL = os.environ.get("RUFER_URL", "http://localhost:3000")
RUFER_SECRET_KEY = os.environ.get("RUFER_SECRET_KEY", "")
PORT = int(os.environ.get("PORT", "8080"))
ROOT = Path(__file__).resolve().parents[3]
FILES = {
    "/": (ROOT / "examples/plain-html/index.html", "text/html; charset=utf-8"),
    "/rufer-client.js": (ROOT / "dist/rufer-client/index.js", "text/javascript"),
}
# the value of a cookie -> the id of its user
sessions = {}


class BackEnd(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path in FILES:
            path, media_type = FILES[self.path]
            self.answer(200, path.read_bytes(), {"content-type": media_type})
        elif self.path == "/settings":
            self.answer_json({"url": re.sub("^http", "ws", RUFER_URL) + "/ws"})
        else:
            self.answer(404)

    def do_POST(self):
        try:
            self.post()
        except URLError as error:
            print(error, file=sys.stderr, flush=True)
            self.answer(502)

    def post(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        # a body in JSON, which no form of another site can send
        if self.headers.get("content-type") != "application/json":
            return self.answer(404)
        if self.path == "/sign-in":
            return self.sign_in(**json.loads(body))
        found = re.search(r"(?:^|; )session=([\w-]+)", self.headers.get("cookie", ""))
        user_id = sessions.get(found[1]) if found else None
        if user_id is None:
            return self.answer(403)
        if self.path == "/token":
            return self.answer_json(call_rufer("POST", "/api/users/session-token", {"userId": user_id}))
        if self.path == "/sign-out":
            return self.sign_out(found[1], user_id)
        return self.answer(404)

    def sign_in(self, userId, displayName):
        """Here belongs what you know users by: a password, a passkey, somebody else's sign-in. This example believes everybody."""
        call_rufer("POST", "/api/users/register", {"userId": userId, "displayName": displayName})
        cookie = secrets.token_urlsafe(32)
        sessions[cookie] = userId
        self.answer_json({"userId": userId}, {"set-cookie": f"session={cookie}; HttpOnly; SameSite=Strict; Path=/"})

    def sign_out(self, cookie, user_id):
        """Closes every connection of the user, and voids every token."""
        del sessions[cookie]
        self.answer_json(call_rufer("DELETE", f"/api/users/{quote(user_id, safe='')}/sessions"))

    def answer_json(self, value, headers=None):
        self.answer(200, json.dumps(value).encode(), {"content-type": "application/json", **(headers or {})})

    def answer(self, status, body=b"", headers=None):
        self.send_response(status)
        for name, value in {"content-length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Says nothing of every request."""


def call_rufer(method, path, body=None):
    request = Request(RUFER_URL + path, method=method, headers={"x-rufer-secret-key": RUFER_SECRET_KEY})
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("content-type", "application/json")
    with urlopen(request) as response:
        return json.load(response)


server = ThreadingHTTPServer(("127.0.0.1", PORT), BackEnd)
print(f"http://localhost:{PORT}", flush=True)
server.serve_forever()
