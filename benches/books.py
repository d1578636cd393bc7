"""Books to measure: a filled vault, and the same transactions as SQLite's and the journals' users would keep them."""

import json, os, re, shutil, sqlite3, subprocess

MONTH = "2025-06"
WORD = "kestrel"
TOP = ("Expenses", "Income", "Equity")
TACKLER = """[kernel]
strict = false
audit = { mode = false, hash = "SHA-256" }
timestamp = { default-time = 00:00:00, timezone = { name = "UTC" } }
[kernel.input]
storage = "fs"
fs = { path = ".", dir = ".", ext = "tackler" }
[transaction]
accounts = { path = "none" }
commodities = { path = "none" }
tags = { path = "none" }
[report]
report-timezone = "UTC"
scale = { min = 2, max = 2 }
formats = [ "txt" ]
accounts = [ ]
targets = [ "balance" ]
balance = { title = "Balance", type = "flat" }
balance-group = { title = "Balance by month", type = "flat", group-by = "month" }
register = { title = "Register" }
[export]
targets = [ ]
equity = { equity-account = "Equity:Balance" }
"""


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
        self.wide = self.dir / "wide.db"
        if peers and not self.wide.exists():
            self.write_wide()
        if missing := [peer for peer in ("hledger", "tackler") if peer in peers and not self.journal(peer).exists()]:
            self.write_journals(missing)

    def journal(self, peer):
        return self.dir / f"book.{peer}"

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

    def write_journals(self, peers):
        rows = sqlite3.connect(self.wide).execute(
            "SELECT date, t.name, t.category, t.kind, amount, currency, a.name, a.kind FROM txn t JOIN account a ON a.id = account_id")
        new = {peer: open(self.dir / f"{peer}.tmp", "w", encoding="utf-8") for peer in peers}
        if "hledger" in new:
            new["hledger"].write("decimal-mark .\n")
        for date, name, category, kind, minor, currency, account, of in rows:
            side = "Liabilities" if of in ("credit", "loan") else "Assets"
            value = f"{'-' if minor > 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02d}"
            text, account = re.sub(r"[;|#'\x00-\x1f]", " ", name).strip(), f"{side}:{account.replace(' ', '')}"
            if "hledger" in new:
                new["hledger"].write(f"{date} * {text}\n    {TOP[kind]}:{category}  {value} {currency}\n    {account}\n\n")
            if "tackler" in new:
                new["tackler"].write(f"{date} '{text}\n {TOP[kind]}:{category}  {value} {currency}\n {account}\n\n")
        for peer, out in new.items():
            out.close()
            os.rename(out.name, self.journal(peer))
        (self.dir / "tackler.toml").write_text(TACKLER)


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
        "register": ["register", "Assets:EverydayChecking", "-p", MONTH],
    }
    border = lambda name, day: {name: {"begin" if "Begin" in name else "end": f"{day}T00:00:00Z"}}
    days = [border("TxnFilterTxnTSBegin", f"{MONTH}-01"), border("TxnFilterTxnTSEnd", "2025-07-01")]
    june = json.dumps({"txnFilter": {"TxnFilterAND": {"txnFilters": days}}})
    tackler = {
        "month by category": ["--reports", "balance-group", "--accounts", "Expenses(:.*)?"],
        "balances": ["--reports", "balance", "--accounts", "(Assets|Liabilities)(:.*)?"],
        "register": ["--reports", "register", "--accounts", "Assets:EverydayChecking", "--api-filter-def", june],
    }
    for book in books:
        env = book.env(home)
        if "sqlite3" in peers:
            jobs |= {f"sqlite3 {job} {book.rows}": (["sqlite3", book.wide, text], env) for job, text in sql.items()}
        if "hledger" in peers and book.rows <= journals_up_to:
            chosen = words if book.rows < 1_000_000 else {"month by category": words["month by category"]}
            jobs |= {f"hledger {job} {book.rows}": (["hledger", "-f", book.journal("hledger"), *rest], env) for job, rest in chosen.items()}
        if "tackler" in peers:
            start = [peers["tackler"], "--config", book.dir / "tackler.toml", "--input.file", book.journal("tackler")]
            jobs |= {f"tackler {job} {book.rows}": ([*start, *rest], env) for job, rest in tackler.items()}
    return jobs
