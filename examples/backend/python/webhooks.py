"""Takes the webhooks of Rufer, with the standard library only: believes only what is signed and fresh, and takes every event once.

RUFER_WEBHOOK_SECRET=... python3 webhooks.py, and Rufer with RUFER_WEBHOOK_URL=http://localhost:8081/webhooks
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT = int(os.environ.get("PORT", "8081"))
TOLERANCE_S = 300
DAY_S = 86_400
# far more than any event has
MOST_BYTES = 1_000_000
# two of them while the secret is being changed
SECRETS = os.environ.get("RUFER_WEBHOOK_SECRET", "").split(",")
if not all(secret.startswith("whsec_") for secret in SECRETS):
    sys.exit("set RUFER_WEBHOOK_SECRET to what Rufer has")
KEYS = [base64.b64decode(secret.removeprefix("whsec_")) for secret in SECRETS]
# the ids of a day -> when they came; where several processes take webhooks they belong into your database
seen = {}
lock = threading.Lock()


def take(event):
    """Here belongs what you do with it. Rufer waits 5 s for an answer, so longer work comes after it, out of a queue of yours."""
    print(event["type"], json.dumps(event["data"]), flush=True)


class Receiver(BaseHTTPRequestHandler):
    # for whoever connects and says nothing
    timeout = 10

    def do_POST(self):
        if self.path != "/webhooks":
            return self.answer(404)
        length = self.headers.get("content-length", "")
        if not length.isdecimal() or int(length) > MOST_BYTES:
            return self.answer(413)
        # as it came: what is signed are these bytes, and not what a parser makes of them
        body = self.rfile.read(int(length))
        if not is_genuine(self.headers, body):
            return self.answer(401)
        # Rufer sends again what it saw no answer to, and that is no reason to do it twice
        is_first = is_new(self.headers["webhook-id"])
        self.answer(204)
        if is_first:
            take(json.loads(body))

    def answer(self, status):
        self.send_response(status)
        self.end_headers()
        self.wfile.flush()

    def log_message(self, *_):
        """Says nothing of every request."""


def is_genuine(headers, body):
    """Whether Rufer sent it, and lately: an old one may be somebody else's copy."""
    timestamp = headers.get("webhook-timestamp", "")
    if not timestamp.isdecimal() or abs(time.time() - int(timestamp)) > TOLERANCE_S:
        return False
    signed = f"{headers.get('webhook-id')}.{timestamp}.".encode() + body
    expected = [b"v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)) for key in KEYS]
    given = headers.get("webhook-signature", "").encode().split(b" ")
    # in a time that does not tell how much of it is right
    return any(hmac.compare_digest(one, other) for one in given for other in expected)


def is_new(event_id):
    now = time.time()
    with lock:
        while seen and seen[next(iter(seen))] < now - DAY_S:
            del seen[next(iter(seen))]
        if event_id in seen:
            return False
        seen[event_id] = now
        return True


server = ThreadingHTTPServer(("127.0.0.1", PORT), Receiver)
print(f"http://localhost:{PORT}/webhooks", flush=True)
server.serve_forever()
