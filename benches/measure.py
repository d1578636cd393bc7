#!/usr/bin/env python3
"""Measures bursar as whole processes, in one interleaved run, against its goals and the peers.

    python3 benches/measure.py [--sizes 10000,100000,1000000] [--rounds 5] [--work DIR] [--cold-build]

Builds the release binary and `benches/fill.rs`, fills vaults and the same books in the clear, and then runs every job once
a round, each round in another order, so that a busy machine slows all of them alike. Prints medians of wall and processor time; ratios
are of wall time, or of processor time with `--busy`, for a machine that others use. sqlite3 joins with a plain wide table
of the same transactions, hledger and tackler with journals of them, when they are installed. Syncs read from the loopback:
what the sandbox said once is played back, so that making up transactions is not measured. Standard library only.
"""

import argparse, collections, json, os, pathlib, random, shutil, statistics, subprocess, sys, tempfile, time

from banks import Replay, Sandbox
from books import MONTH, WORD, Book, peer_jobs

REPO = pathlib.Path(__file__).resolve().parent.parent
PASSPHRASE = "correct horse battery staple zebra\n"
INSTITUTION = "ins_109508"
LONG_JOB_S = 3.0  # A job that takes longer than this runs once only.
REPLAYED = 1_000_000  # Longer histories come from the sandbox itself: a replay keeps 1.5 KB a transaction on the disk.

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
    """Every job once a round, each round in another order; the first one warms the page cache and counts only for long jobs."""
    found, order = collections.defaultdict(list), list(jobs.items())
    for number in range(rounds + 1):
        random.Random(number).shuffle(order)
        for name, (argv, env) in order:
            long = found[name] and found[name][0].wall > LONG_JOB_S
            if not long:
                found[name].append(run(argv, env, folder))
        print(f"round {number} of {rounds}", file=sys.stderr, flush=True)
    return {name: results[1:] or results for name, results in found.items()}


def median(results, field="wall"):
    return statistics.median(getattr(result, field) for result in results)


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


class Vault:
    """A new, empty vault of the default cost, linked to a bank."""

    def __init__(self, binary, bank, base, folder):
        self.binary, self.folder, self.place = binary, folder, pathlib.Path(tempfile.mkdtemp(dir=folder))
        passphrase = self.place / "passphrase.txt"
        passphrase.write_text(PASSPHRASE)
        passphrase.chmod(0o600)
        bare = {k: v for k, v in base.items() if k != "BURSAR_IDENTITY"} | bank.env() | {"BURSAR_VAULT": str(self.place / "vault")}
        self.by_passphrase = bare | {"BURSAR_PASSPHRASE_FILE": str(passphrase)}
        self.keyed = bare | {"BURSAR_IDENTITY": str(self.place / "recovery.txt")}
        self.run(self.by_passphrase, "init", "--env", "sandbox", "--recovery-file", self.place / "recovery.txt", "--yes", "--no-input")
        self.run(self.keyed, "link", "--institution", INSTITUTION, "--no-sync", "--yes", "--no-input")

    def run(self, env, *words):
        return run([self.binary, *words], env, self.folder)

    def unlocks(self, fill, rounds):
        """By passphrase, by a key at hand, and one Argon2id of the same cost in turn."""
        shown = subprocess.run([self.binary, "vault", "inspect", "--json", "--no-input"], env=self.keyed, check=True, stdout=subprocess.PIPE)
        cost = next(slot["kdf"] for slot in json.loads(shown.stdout)["header_slots"] if slot["kdf"])
        kdf = [*fill, "kdf", *(str(cost[part]) for part in "mtp")]
        found = collections.defaultdict(list)
        for _ in range(rounds):
            found["passphrase"].append(self.run(self.by_passphrase, "accounts"))
            found["identity"].append(self.run(self.keyed, "accounts"))
            found["argon2id"].append(json.loads(subprocess.run(kdf, check=True, stdout=subprocess.PIPE).stdout)["s"])
        return found, cost

    def close(self):
        shutil.rmtree(self.place)


def sync_jobs(binary, rows, rounds, base, folder, fill):
    """First sync, the next one without news, and one in which the whole history comes again unchanged."""
    found = collections.defaultdict(list)
    with Sandbox(binary, rows, base) as sandbox:
        bank = Replay(sandbox) if rows <= REPLAYED else sandbox
        for number in range(rounds + 1 if rows <= REPLAYED else 1):
            vault = Vault(binary, bank, base, folder)
            first = vault.run(vault.keyed, "sync")
            again = vault.run(vault.keyed, "sync")
            if number > 0 or rows > REPLAYED:  # The first round fills the replay.
                found["first"].append(first)
                found["again"].append(again)
                found["bytes"].append((vault.place / "vault/vault.db").stat().st_size / rows)
            if rows <= REPLAYED:
                bank.whole = True
                found["whole"].append(vault.run(vault.keyed, "sync"))
                bank.whole = False
                begin = time.perf_counter()
                bank.drain()
                found["server"].append(time.perf_counter() - begin)
                if number == rounds:
                    found["unlocks"], found["cost"] = vault.unlocks(fill, 5)
            vault.close()
    return found


def stores(fill, books, folder):
    """What encryption costs the store: writing afresh, reading the books."""
    written, read = {}, {}
    for book in books:
        if book.rows <= 100_000:
            with tempfile.TemporaryDirectory(dir=folder) as name:
                line = subprocess.run([*fill, name, str(book.rows)], check=True, stdout=subprocess.PIPE, text=True).stdout
                written[book.rows] = json.loads(line)
        line = subprocess.run([*fill, book.dir, "read"], check=True, stdout=subprocess.PIPE, text=True).stdout
        read[book.rows] = json.loads(line)
    return written, read


def ms(seconds):
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"


def process_rows(found, books, field):
    """The lines about whole processes."""
    def line(what, goal, job):
        beside = []
        for peer in ("sqlite3", "hledger", "tackler"):
            theirs = found.get(f"{peer} {job}")
            ratio = median(found[job], field) / median(theirs, field) if theirs else None
            beside.append("" if ratio is None else f"× {ratio:.2f}" if peer == "sqlite3" else f"{1 / ratio:.0f}")
        return [what, goal, ms(median(found[job])), ms(median(found[job], "cpu")), *beside]

    rows = [line("`--version`", "5 ms", "version")]
    for name in ("accounts", "status", "last 50"):
        rows += [line(f"{name}, {book.rows:,}", "12 ms", f"{name} {book.rows}") for book in books]
    goals = {10_000: "15 ms", 100_000: "45 ms", 1_000_000: "350 ms, × 0.3, 150 hledger, 15 tackler"}
    rows += [line(f"month × category, {b.rows:,}", goals.get(b.rows, ""), f"month by category {b.rows}") for b in books]
    largest = {"balances": "450 ms", "net worth": "", "register": "15 ms", "word": "30 ms"}
    rows += [line(f"{name}, {b.rows:,}", goal if b.rows == 1_000_000 else "", f"{name} {b.rows}") for name, goal in largest.items() for b in books]
    for job in (f"{name} {books[-1].rows}" for name in ("month by category", "balances", "register", "word", "last 50")):
        rows.append([f"peak memory, {job}", "32 MiB", f"{max(r.rss for r in found[job]):.0f} MiB"])
    return rows + [[f"filled vault, {book.rows:,}", "260 B a transaction", f"{book.facts['bytes_per_transaction']} B"] for book in books]


def store_rows(written, read):
    """The lines about encryption."""
    rows = []
    for size, facts in written.items():
        made = facts["rows_alone"]["cpu_s"]
        for what, goal in (("first_sync", "1.35 ×"), ("replay", "1.2 ×")):
            sealed, clear = (facts[kind][what]["cpu_s"] - made for kind in ("encrypted", "clear"))
            rows.append([f"store's {what.replace('_', ' ')}, encrypted : clear, {size:,}", goal, f"{sealed / clear:.2f} ×", ms(sealed)])
    for size, questions in read.items():
        for question, times in questions.items():
            ratio = times["encrypted"] / times["clear"]
            rows.append([f"{question}, encrypted : clear, {size:,}", "1.4 ×", f"{ratio:.2f} ×", ms(times["encrypted"])])
    return rows


def sync_rows(size, found):
    goals = {100_000: "0.87 s", 1_000_000: "12 s"}
    rows = [[f"first sync, {size:,}", goals.get(size, ""), ms(median(found["first"])), ms(median(found["first"], "cpu"))]]
    if "whole" in found:
        again = found["whole"]
        rows.append([f"sync, all rows again unchanged, {size:,}", {100_000: "0.51 s"}.get(size, ""), ms(median(again)), ms(median(again, "cpu"))])
        rows.append([f"pages of {size:,} read as bytes alone", "", ms(statistics.median(found["server"]))])
    rows += [
        [f"sync without news, {size:,}", "", ms(median(found["again"])), ms(median(found["again"], "cpu"))],
        [f"peak memory, first sync, {size:,}", "64 MiB", f"{max(r.rss for r in found['first']):.0f} MiB"],
        [f"synced vault, {size:,}", "260 B a transaction", f"{statistics.median(found['bytes']):.0f} B"],
    ]
    if "unlocks" in found:
        times, cost = found["unlocks"], found["cost"]
        whole, kdf = median(times["passphrase"]), statistics.median(times["argon2id"])
        rows.append([f"passphrase unlock, whole process (m={cost['m']}, t={cost['t']}, p={cost['p']})", "1 s", ms(whole)])
        rows.append(["the same beyond Argon2id itself", "15 ms", ms(whole - kdf)])
    return rows


def size_rows(binary):
    tree = subprocess.run(["cargo", "tree", "-e", "normal,build", "--prefix", "none", "--no-dedupe"], cwd=REPO, check=True, stdout=subprocess.PIPE, text=True)
    names = {tuple(line.split()[:2]) for line in tree.stdout.splitlines() if line.strip()}
    twice = sum(count > 1 for count in collections.Counter(name for name, _ in names).values())
    return [
        ["binary", "25 MB", f"{os.path.getsize(binary) / 1e6:.1f} MB"],
        ["crates, without those of tests", "fewer than 320", f"{len(names)}, {twice} names twice"],
    ]


def cold_build(folder):
    """A debug build with nothing built before, crates fetched already."""
    subprocess.run(["cargo", "fetch", "--quiet", "--locked"], cwd=REPO, check=True)
    with tempfile.TemporaryDirectory(dir=folder) as target:
        result = run(["cargo", "build", "--quiet", "--locked", "--manifest-path", REPO / "Cargo.toml", "--target-dir", target], dict(os.environ), folder)
    return [["cold debug build", "240 s", f"{result.wall:.0f} s", f"{result.cpu:.0f} s"]]


def table(rows):
    head = ["what", "goal", "wall", "processor", "× sqlite3", "× faster than hledger", "than tackler"]
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(row + [""] * (len(head) - len(row))) + " |")


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--sizes", default="10000,100000,1000000", help="transactions of the books, ascending")
    ask.add_argument("--sync-sizes", default="100000,1000000", help="transactions of the sandbox; 0 leaves syncs out")
    ask.add_argument("--rounds", type=int, default=5)
    ask.add_argument("--work", type=pathlib.Path, help="where the data are made and kept (a temporary directory unless told)")
    ask.add_argument("--binary", type=pathlib.Path, help="this release binary instead of building one")
    ask.add_argument("--fill", type=pathlib.Path, help="this built `fill` instead of `cargo bench --bench fill`")
    ask.add_argument("--peers", default="sqlite3,hledger,tackler", help="names or paths")
    ask.add_argument("--journals-up-to", type=int, default=1_000_000, help="hledger reads no book of more transactions than this")
    ask.add_argument("--busy", action="store_true", help="ratios of processor times")
    ask.add_argument("--cold-build", action="store_true", help="also a debug build from nothing")
    ask.add_argument("--prepare", action="store_true", help="only make the data")
    asked = ask.parse_args()
    sizes = [int(size) for size in asked.sizes.split(",")]
    sync_sizes = [int(size) for size in asked.sync_sizes.split(",") if int(size)]
    peers = {pathlib.Path(peer).name: peer for peer in asked.peers.split(",") if shutil.which(peer)}
    with tempfile.TemporaryDirectory() as scratch:
        work = (asked.work or pathlib.Path(scratch)).resolve()
        home = work / "home"
        home.mkdir(parents=True, exist_ok=True)
        if not asked.binary:
            # By itself: together with tests or benches it would have their weak key derivation.
            subprocess.run(["cargo", "build", "--release", "--quiet", "--bin", "bursar"], cwd=REPO, check=True)
            shutil.copy2(REPO / "target/release/bursar", work / "bursar")
        binary = (asked.binary or work / "bursar").resolve()
        fill = [asked.fill.resolve()] if asked.fill else ["cargo", "bench", "--quiet", "--manifest-path", REPO / "Cargo.toml", "--bench", "fill", "--"]
        books = [Book(rows, work, fill, peers) for rows in sizes]
        if asked.prepare:
            return
        found = interleave(bursar_jobs(binary, books, home) | peer_jobs(books, home, peers, asked.journals_up_to), asked.rounds, work)
        rows = process_rows(found, books, "cpu" if asked.busy else "wall")
        for size in sync_sizes:
            rows += sync_rows(size, sync_jobs(binary, size, min(asked.rounds, 3) if size <= 100_000 else 1, books[0].env(home), work, fill))
        rows += store_rows(*stores(fill, books, work)) + size_rows(binary)
        rows += cold_build(work) if asked.cold_build else []
        table(rows)
        (work / "results.json").write_text(json.dumps({name: [list(result) for result in all_of] for name, all_of in found.items()}))


if __name__ == "__main__":
    main()
