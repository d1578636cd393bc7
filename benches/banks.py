"""Banks on the loopback: the sandbox, and a replay of what it once said, which costs next to nothing to serve."""

import http.client, http.server, json, os, subprocess, tempfile, threading

CHANGES = "/transactions/sync"


class Sandbox:
    """`bursar sandbox serve` of a number of transactions."""

    def __init__(self, binary, rows, env):
        words = [binary, "sandbox", "serve", "--port", "0", "--seed", "7", "--transactions", str(rows)]
        self.process = subprocess.Popen(words, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.told = json.loads(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def env(self):
        told = self.told
        return {"BURSAR_PLAID_BASE_URL": told["base_url"], "PLAID_CLIENT_ID": told["client_id"], "PLAID_SECRET": told["secret"]}


class Replay:
    """Hands questions on to a sandbox and keeps its answers; later gives the same answers.

    They lie in a file: a child starts with the peak memory of its parent, so this script must stay small.

    `whole` makes the last cursor stand for the beginning: a bank that sends everything again, changed in nothing.
    """

    def __init__(self, sandbox):
        self.source, self.answers, self.last, self.whole = sandbox, {}, None, False
        self.kept, self.lock = tempfile.TemporaryFile(), threading.Lock()
        replay = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                kind, answer = replay.answer(self.path, body, self.headers)
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, path, body, headers):
        cursor = json.loads(body).get("cursor") or "" if path == CHANGES else ""
        if self.whole and cursor == self.last:
            cursor = ""
        if (path, cursor) not in self.answers:
            line = http.client.HTTPConnection(self.source.told["base_url"].removeprefix("http://"))
            kept = ("PLAID-CLIENT-ID", "PLAID-SECRET", "Plaid-Version", "Content-Type")
            line.request("POST", path, body, {name: headers[name] for name in kept})
            reply = line.getresponse()
            answer = reply.read()
            if reply.status != 200:
                raise ValueError(f"{path}: {answer!r}")
            if path == CHANGES:
                self.last = json.loads(answer)["next_cursor"]
            with self.lock:
                begin = self.kept.seek(0, os.SEEK_END)
                self.kept.write(answer)
                self.kept.flush()
            self.answers[path, cursor] = (reply.headers["Content-Type"], begin, len(answer))
        kind, begin, length = self.answers[path, cursor]
        return kind, os.pread(self.kept.fileno(), length, begin)

    def env(self):
        return self.source.env() | {"BURSAR_PLAID_BASE_URL": f"http://127.0.0.1:{self.server.server_port}"}

    def drain(self):
        """Reads all pages as bytes; nothing is parsed but the cursor. What any client needs at least."""
        line, cursor, pages = http.client.HTTPConnection("127.0.0.1", self.server.server_port), "", len(self.answers)
        for _ in range(pages):
            line.request("POST", CHANGES, json.dumps({"cursor": cursor}), {"Content-Type": "application/json"})
            page = line.getresponse().read()
            cursor = page[page.rindex(b'"next_cursor"') :].split(b'"')[3].decode()
            if cursor == self.last:
                return
