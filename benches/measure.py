#!/usr/bin/env python3
"""Measures bursar as whole processes, in one interleaved run, against the goals and the peers.

    python3 benches/measure.py [--sizes 10000,100000,1000000] [--rounds 5] [--work DIR]

Builds the release binary and `benches/fill.rs`, fills vaults and the same books in the clear, and then runs every job once
a round (A B C, A B C, …), so that a busy machine slows all of them alike. Prints medians of processor and wall time; trust the
former and the ratios, which are of processor times: others may be using the machine.
sqlite3 and hledger join when they are installed: sqlite3 with a plain wide table of the same transactions, hledger with a
journal of them. `--tax` also runs the criterion benches, encrypted and in the clear. Standard library only.
"""

import argparse, collections, http.client, json, os, pathlib, re, shutil, sqlite3, statistics, subprocess, sys, tempfile, time

REPO = pathlib.Path(__file__).resolve().parent.parent
PASSPHRASE = "correct horse battery staple zebra\n"
INSTITUTION = "ins_109508"
MONTH = "2025-06"
WORD = "kestrel"
LONG_JOB_S = 20.0  # A job that takes longer than this runs once only.

Result = collections.namedtuple("Result", "wall cpu rss")


def run(argv, env, folder):
    """One process: wall seconds, processor seconds, peak MiB (never below this script's own)."""
    sink = os.open(os.devnull, os.O_RDWR)
    log = folder / "stderr.txt"
    with open(log, "wb") as err:
        files = [(os.POSIX_SPAWN_DUP2, sink, 0), (os.POSIX_SPAWN_DUP2, sink, 1), (os.POSIX_SPAWN_DUP2, err.fileno(), 2)]
        begin = time.perf_counter()
        pid = os.posix_spawnp(argv[0], [str(word) for word in argv], env, file_actions=files)
        _, status, usage = os.wait4(pid, 0)
        wall = time.perf_counter() - begin
    os.close(sink)
    if status != 0:
        sys.exit(f"{' '.join(map(str, argv))} failed:\n{log.read_text()}")
    return Result(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def interleave(jobs, rounds, folder):
    """Every job once a round; the first round warms the page cache and counts only for long jobs."""
    found = collections.defaultdict(list)
    for number in range(rounds + 1):
        for name, (argv, env) in jobs.items():
            long = found[name] and found[name][0].wall > LONG_JOB_S
            if not long:
                found[name].append(run(argv, env, folder))
        print(f"round {number} of {rounds}", file=sys.stderr, flush=True)
    return {name: results[1:] or results for name, results in found.items()}


def median(results, field="wall"):
    return statistics.median(getattr(result, field) for result in results)


class Book:
    """A filled vault of `rows` transactions, and the same in the clear, as a wide table and as a journal."""

    def __init__(self, rows, folder, fill, peers):
        self.rows, self.dir = rows, folder / str(rows)
        self.facts_file = self.dir / "facts.json"
        if not self.facts_file.exists():
            shutil.rmtree(self.dir, ignore_errors=True)
            self.facts_file.parent.mkdir(parents=True)
            line = subprocess.run([*fill, self.dir, str(rows)], check=True, stdout=subprocess.PIPE, text=True).stdout
            self.facts_file.write_text(line.strip().splitlines()[-1])
        self.facts = json.loads(self.facts_file.read_text())
        self.wide, self.journal = self.dir / "wide.db", self.dir / "book.hledger"
        if peers and not self.wide.exists():
            self.write_wide()
        if "hledger" in peers and not self.journal.exists():
            self.write_journal()

    def env(self, home):
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "TZ") if name in os.environ}
        vault = {"BURSAR_VAULT": self.dir / "vault", "BURSAR_IDENTITY": self.dir / "recovery.txt"}
        return kept | {name: str(value) for name, value in vault.items()} | {"HOME": str(home), "BURSAR_NO_CONFIG": "1"}

    def write_wide(self):
        """What one would keep in SQLite without a second thought: one wide table, text keys, the usual indexes."""
        new = self.dir / "wide.tmp"
        new.unlink(missing_ok=True)
        db = sqlite3.connect(new, isolation_level=None)
        db.execute("ATTACH ? AS book", (str(self.dir / "plain.db"),))
        db.executescript("""PRAGMA main.journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;
            CREATE TABLE main.account (id TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL);
            CREATE TABLE main.txn (id TEXT NOT NULL, account_id TEXT NOT NULL, date TEXT NOT NULL, authorized_date TEXT,
                amount INTEGER NOT NULL, currency TEXT NOT NULL, name TEXT NOT NULL, merchant TEXT, category TEXT NOT NULL,
                kind INTEGER NOT NULL, pending INTEGER NOT NULL);
            INSERT INTO main.account SELECT provider_id, name, kind FROM book.accounts;
            INSERT INTO main.txn SELECT t.provider_id, a.provider_id,
                printf('%04d-%02d-%02d', t.date / 10000, t.date / 100 % 100, t.date % 100), t.authorized_date,
                t.amount, c.code, replace(p.stem, char(1), '#') || ' ' || ifnull(t.digits, ''), y.name,
                ifnull(g.code, 'OTHER'), t.kind, t.state = 1
                FROM book.transactions t JOIN book.accounts a ON a.id = t.account JOIN book.currencies c ON c.id = t.currency
                JOIN book.phrases p ON p.id = t.phrase JOIN book.payees y ON y.id = t.payee
                LEFT JOIN book.categories g ON g.id = t.category ORDER BY t.date, t.id;
            CREATE UNIQUE INDEX main.txn_id ON txn (id); CREATE INDEX main.txn_date ON txn (date);
            CREATE INDEX main.txn_account ON txn (account_id, date); COMMIT;""")
        db.close()
        new.rename(self.wide)

    def write_journal(self):
        top = ("Expenses", "Income", "Equity")
        rows = sqlite3.connect(self.wide).execute(
            "SELECT date, t.name, t.category, t.kind, amount, currency, a.name, a.kind FROM txn t JOIN account a ON a.id = account_id")
        new = self.dir / "book.tmp"
        with open(new, "w", encoding="utf-8") as out:
            out.write("decimal-mark .\n")
            for date, name, category, kind, minor, currency, account, of in rows:
                side = "Liabilities" if of in ("credit", "loan") else "Assets"
                amount = f"{'-' if minor > 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02d}"
                text = re.sub(r"[;|\x00-\x1f]", " ", name).strip()
                out.write(f"{date} * {text}\n    {top[kind]}:{category}  {amount} {currency}\n    {side}:{account}\n\n")
        new.rename(self.journal)


def bursar_jobs(binary, books, home):
    month_by_category = "report spending --monthly --by category --format csv".split()
    jobs = {"version": ([binary, "--version"], books[0].env(home))}
    for book in books:
        for name, words in {
            "accounts": ["accounts"],
            "status": ["status"],
            "last 50": ["transactions", "--limit", "50"],
            "month by category": month_by_category,
            "balances": ["report", "cashflow", "--by", "account"],
            "net worth": ["report", "networth"],
            "register": ["transactions", "acct:a1", "-p", MONTH, "--format", "csv"],
            "word": ["transactions", WORD, "--limit", "50"],
        }.items():
            jobs[f"{name} {book.rows}"] = ([binary, *words], book.env(home))
    return jobs


def peer_jobs(books, home, peers, journals_up_to):
    jobs = {}
    sql = {
        "month by category": "SELECT substr(date, 1, 7), category, currency, sum(amount) FROM txn WHERE kind = 0 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        "balances": "SELECT a.name, currency, sum(amount) FROM txn JOIN account a ON a.id = account_id GROUP BY account_id, currency",
        "register": f"SELECT date, t.name, amount FROM txn t WHERE account_id = (SELECT account_id FROM txn LIMIT 1) AND date LIKE '{MONTH}-%' AND date BETWEEN '{MONTH}-01' AND '{MONTH}-31'",
        "word": f"SELECT date, name, amount FROM txn WHERE name LIKE '%{WORD}%' ORDER BY date DESC LIMIT 50",
    }
    words = {
        "month by category": ["balance", "--monthly", "--flat", "-O", "csv", "Expenses"],
        "balances": ["balance", "--flat", "Assets", "Liabilities"],
        "register": ["register", "Assets:Everyday Checking", "-p", MONTH],
    }
    for book in books:
        env = book.env(home)
        if "sqlite3" in peers:
            jobs |= {f"sqlite3 {job} {book.rows}": (["sqlite3", book.wide, text], env) for job, text in sql.items()}
        if "hledger" in peers and book.rows <= journals_up_to:
            chosen = words if book.rows < 1_000_000 else {"month by category": words["month by category"]}
            jobs |= {f"hledger {job} {book.rows}": (["hledger", "-f", book.journal, *rest], env) for job, rest in chosen.items()}
    return jobs


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

    def drain(self):
        """Seconds that the server alone needs: all pages read as bytes, nothing parsed but the cursor."""
        host = self.told["base_url"].removeprefix("http://")
        line = http.client.HTTPConnection(host)

        def post(path, **body):
            keys = {"client_id": self.told["client_id"], "secret": self.told["secret"]}
            line.request("POST", path, json.dumps(keys | body), {"Content-Type": "application/json"})
            return line.getresponse().read()

        public = post("/sandbox/public_token/create", institution_id=INSTITUTION, initial_products=["transactions"])
        token = json.loads(post("/item/public_token/exchange", public_token=json.loads(public)["public_token"]))["access_token"]
        begin, cursor, more = time.perf_counter(), "", True
        while more:
            page = post("/transactions/sync", access_token=token, cursor=cursor, count=500)
            cursor = re.search(rb'"next_cursor":\s*"([^"]*)"', page).group(1).decode()
            more = re.search(rb'"has_more":\s*true', page) is not None
        return time.perf_counter() - begin


def sync_jobs(binary, rows, rounds, base, folder):
    """First sync and the next one without news, each time in a new vault of the default cost."""
    found = collections.defaultdict(list)
    passphrase = folder / "passphrase.txt"
    passphrase.write_text(PASSPHRASE)
    passphrase.chmod(0o600)
    for _ in range(rounds):
        with Sandbox(binary, rows, base) as server, tempfile.TemporaryDirectory(dir=folder) as name:
            place = pathlib.Path(name)
            env = {k: v for k, v in base.items() if k != "BURSAR_IDENTITY"} | server.env() | {"BURSAR_VAULT": str(place / "vault")}
            secret = {"BURSAR_PASSPHRASE_FILE": str(passphrase)}
            init = [binary, "init", "--env", "sandbox", "--recovery-file", place / "recovery.txt", "--yes", "--no-input"]
            run(init, env | secret, folder)
            keyed = env | {"BURSAR_IDENTITY": str(place / "recovery.txt")}
            if rows <= 100_000:
                found["unlock by passphrase"].append(run([binary, "accounts"], env | secret, folder))
                found["unlock by identity"].append(run([binary, "accounts"], keyed, folder))
            run([binary, "link", "--institution", INSTITUTION, "--no-sync", "--yes", "--no-input"], keyed, folder)
            found[f"first sync {rows}"].append(run([binary, "sync"], keyed, folder))
            found[f"sync again {rows}"].append(run([binary, "sync"], keyed, folder))
            found[f"server alone {rows}"].append(Result(server.drain(), 0, 0))
            found[f"bytes {rows}"].append((place / "vault/vault.db").stat().st_size / rows)
    return found


def tax(bench):
    """The criterion benches: medians by name, in seconds."""
    text = subprocess.run(bench, check=True, stdout=subprocess.PIPE, text=True, cwd=REPO).stdout
    unit = {"ns": 1e-9, "µs": 1e-6, "us": 1e-6, "ms": 1e-3, "s": 1.0}
    found, name = {}, None
    for line in text.splitlines():
        if match := re.match(r"^((?:read|write)/[^\[]+?)\s*(?:time:|$)", line):
            name = match.group(1)
        if match := re.search(r"time:\s+\[\S+ \S+ (\S+) (\S+) ", line):
            found[name] = float(match.group(1)) * unit[match.group(2)]
    return found


def table(rows):
    print("| what | goal | processor; wall, median and best | processor time of plain sqlite3 | of hledger |\n|---|---|---|---|---|")
    for row in rows:
        print("| " + " | ".join(row) + " |")


def ms(seconds):
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"


def process_rows(found, books):
    """The lines about whole processes."""
    def line(what, goal, job):
        beside = []
        for peer, text in (("sqlite3", "× {:.2f}"), ("hledger", "{:.0f} times faster")):
            theirs = found.get(f"{peer} {job}")
            ratio = median(found[job], "cpu") / median(theirs, "cpu") if theirs else None
            beside.append("" if ratio is None else text.format(ratio if peer == "sqlite3" else 1 / ratio))
        best = min(result.wall for result in found[job])
        return [what, goal, f"{ms(median(found[job], 'cpu'))}; {ms(median(found[job]))}, best {ms(best)}", *beside]

    rows = [line("`--version`", "≤ 5 ms", "version")]
    for name in ("accounts", "status", "last 50"):
        rows += [line(f"{name}, {book.rows:,}", "≤ 12 ms", f"{name} {book.rows}") for book in books]
    goals = {10_000: "≤ 15 ms", 100_000: "≤ 45 ms", 1_000_000: "≤ 350 ms, × 0.3, 150 times"}
    rows += [line(f"month × category, {b.rows:,}", goals.get(b.rows, ""), f"month by category {b.rows}") for b in books]
    largest = {"balances": "≤ 450 ms", "net worth": "", "register": "≤ 15 ms", "word": "≤ 30 ms"}
    rows += [line(f"{name}, {b.rows:,}", goal if b.rows == 1_000_000 else "", f"{name} {b.rows}") for name, goal in largest.items() for b in books]
    for job in (f"{name} {books[-1].rows}" for name in ("month by category", "balances", "register", "word", "last 50")):
        rows.append([f"peak memory, {job}", "≤ 32 MiB", f"{max(r.rss for r in found[job]):.0f} MiB", "", ""])
    for book in books:
        facts = book.facts
        rows.append([f"vault, {book.rows:,}", "≤ 260 B a transaction", f"{facts['bytes_per_transaction']} B", "", ""])
        made = facts["rows_alone"]["cpu_s"]
        for what, goal in (("first_sync", "≤ 1.35 ×"), ("replay", "≤ 1.2 ×")):
            sealed, clear = (facts[kind][what]["cpu_s"] - made for kind in ("encrypted", "clear"))
            shown = f"{sealed / clear:.2f} × ({ms(sealed)} of processor, clear {ms(clear)})"
            rows.append([f"store's {what.replace('_', ' ')}, encrypted : clear, {book.rows:,}", goal, shown, "", ""])
    return rows


def sync_rows(found, sizes):
    rows = []
    for size in sizes:
        first, again = found[f"first sync {size}"], found[f"sync again {size}"]
        goals = {100_000: "≤ 0.87 s", 1_000_000: "≤ 12 s"}
        alone = median(found[f"server alone {size}"])
        cpu = median(first, "cpu")
        rows += [
            [f"first sync, {size:,}", goals.get(size, ""), f"{ms(median(first))}; {ms(cpu)} of processor; server alone {ms(alone)}", "", ""],
            [f"next sync, nothing new, {size:,}", "", ms(median(again)), "", ""],
            [f"peak memory, first sync, {size:,}", "≤ 64 MiB", f"{max(r.rss for r in first):.0f} MiB", "", ""],
            [f"sandbox's vault, {size:,}", "≤ 260 B a transaction", f"{statistics.median(found[f'bytes {size}']):.0f} B", "", ""],
        ]
    if "unlock by passphrase" in found:
        whole, keyed = median(found["unlock by passphrase"]), median(found["unlock by identity"])
        rows.append(["unlock by passphrase, whole process", "≤ 1 s", f"{ms(whole)}; by identity {ms(keyed)}", "", ""])
    return rows


def tax_rows(found):
    rows = []
    for name, sealed in found.items():
        clear = found.get(name.removesuffix("encrypted") + "clear")
        if name.endswith("/encrypted") and clear:
            goal = "≤ 1.35 ×" if "sync" in name else "≤ 1.4 ×"
            rows.append([f"{name.removesuffix('/encrypted')}, encrypted : clear", goal, f"{sealed / clear:.2f} × ({ms(sealed)})", "", ""])
    return rows


def size_rows(binary):
    tree = subprocess.run(["cargo", "tree", "-e", "normal,build", "--prefix", "none", "--no-dedupe"], cwd=REPO, check=True, stdout=subprocess.PIPE, text=True)
    names = {tuple(line.split()[:2]) for line in tree.stdout.splitlines() if line.strip()}
    twice = sum(count > 1 for count in collections.Counter(name for name, _ in names).values())
    return [
        ["binary", "≤ 25 MB", f"{os.path.getsize(binary) / 1e6:.1f} MB", "", ""],
        ["crates, without those of tests", "< 320", f"{len(names)}, {twice} names twice", "", ""],
    ]


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--sizes", default="10000,100000,1000000", help="transactions of the books, ascending")
    ask.add_argument("--sync-sizes", default="100000,1000000", help="transactions of the sandbox; 0 leaves syncs out")
    ask.add_argument("--rounds", type=int, default=5)
    ask.add_argument("--work", type=pathlib.Path, help="where the data are made and kept (a temporary directory unless told)")
    ask.add_argument("--binary", type=pathlib.Path, help="this release binary instead of building one")
    ask.add_argument("--fill", type=pathlib.Path, help="this built `fill` instead of `cargo bench --bench fill`")
    ask.add_argument("--book", type=pathlib.Path, help="this built `book` instead of `cargo bench --bench book`")
    ask.add_argument("--peers", default="sqlite3,hledger")
    ask.add_argument("--journals-up-to", type=int, default=1_000_000, help="hledger reads no book of more transactions than this")
    ask.add_argument("--tax", action="store_true", help="also the criterion benches")
    asked = ask.parse_args()
    sizes = [int(size) for size in asked.sizes.split(",")]
    sync_sizes = [int(size) for size in asked.sync_sizes.split(",") if int(size)]
    peers = {peer for peer in asked.peers.split(",") if shutil.which(peer)}
    with tempfile.TemporaryDirectory() as scratch:
        work = (asked.work or pathlib.Path(scratch)).resolve()
        home = work / "home"
        home.mkdir(parents=True, exist_ok=True)
        if not asked.binary:
            subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=REPO, check=True)
        binary = (asked.binary or REPO / "target/release/bursar").resolve()
        fill = [asked.fill.resolve()] if asked.fill else ["cargo", "bench", "--quiet", "--manifest-path", REPO / "Cargo.toml", "--bench", "fill", "--"]
        books = [Book(rows, work, fill, peers) for rows in sizes]
        found = interleave(bursar_jobs(binary, books, home) | peer_jobs(books, home, peers, asked.journals_up_to), asked.rounds, work)
        rows = process_rows(found, books)
        synced = {}
        for size in sync_sizes:
            synced |= sync_jobs(binary, size, 1 if size >= 1_000_000 else min(asked.rounds, 3), books[0].env(home), work)
        rows += sync_rows(synced, sync_sizes) + size_rows(binary)
        if asked.tax:
            rows += tax_rows(tax([asked.book.resolve(), "--bench"] if asked.book else ["cargo", "bench", "--quiet", "--bench", "book"]))
        table(rows)
        results = {name: [list(result) for result in all_of] for name, all_of in found.items()}
        (work / "results.json").write_text(json.dumps(results))


if __name__ == "__main__":
    main()
