#!/usr/bin/env python3
"""Verifies a bursar vault without bursar, from vault-format.md alone.

  verify-without-bursar.py VAULT IDENTITY_FILE [PIN_FILE]

Opens the key file with `age` (on the path), the database with SQLCipher, and recomputes the audit chain, the digest of every place, the
root in the last audit entry, the seals of secrets (what is sealed is not shown) and the pin. Prints a line a check; ends with 1 if one
does not match. Needs `pip install sqlcipher3-binary pynacl`.
"""
import base64, hashlib, hmac, json, subprocess, sys
from pathlib import Path

from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt as unseal
from sqlcipher3 import dbapi2 as sqlcipher

# What each digest covers: area, table, columns in their order, and where account and month come from.
TRANSACTION = (
    "id, account, date, amount, currency, state, phrase, digits, source, provider_id, pending_id, authorized_date, datetime, "
    "authorized_datetime, provider_category, confidence, taxonomy, channel, original, check_number, parties, place, details, "
    "provider_hash, kind, category, payee"
)
COVERED = [
    (1, "transactions", TRANSACTION, lambda row: (row[1], month(row[2]))),
    (2, "edits", "transaction_id, category, category_source, payee, note, edited_at", None),
    (2, "transaction_tags", "transaction_id, tag", None),
    (2, "account_types", "account, kind", None),
    (3, "currencies", "id, code, exponent, official", None),
    (3, "categories", "id, code, main", None),
    (3, "words", "id, word", None),
    (3, "payees", "id, name", None),
    (3, "phrases", "id, stem, merchant, payee", None),
    (3, "merchants", "id, name, entity_id, website", None),
    (3, "documents", "id, json", None),
    (3, "tags", "id, name", None),
    (4, "balances", "account, date, currency, current, available, credit_limit", lambda row: (row[0], 0)),
    (5, "aliases", "provider_hash, provider_id, transaction_id", None),
    (6, "connections", "*", None),
    (6, "accounts", "*", None),
    (
        7,
        "liabilities",
        "account, currency, kind, rates, statement_balance, statement_date, minimum, due, overdue, past_due, last_payment, "
        "last_payment_date, as_of",
        lambda row: (row[0], 0),
    ),
    (7, "holdings", "account, security, currency, quantity, price, price_date, value, cost, as_of", lambda row: (row[0], 0)),
    (
        7,
        "trades",
        "account, provider_id, date, security, ticker, kind, subtype, name, quantity, price, currency, amount, fees",
        lambda row: (row[0], 0),
    ),
    (
        7,
        "streams",
        "account, provider_id, label, frequency, status, active, currency, amount, average, first, last, next, as_of",
        lambda row: (row[0], 0),
    ),
    (7, "securities", "id, connection, provider_id, name, ticker, kind", None),
    (8, "alerts", "key, kind, first_seen, told_at", None),
    (8, "regular_alerts", "kind, payee, account, currency, amount, amount_before, date, until", None),
    (8, "looks", "date, transactions", None),
    (8, "late_arrivals", "transaction_id, came_at", None),
]


def mac(key, *parts):
    return hmac.new(key, b"".join(parts), hashlib.sha256).digest()


def hkdf(key, salt, label):
    """RFC 5869 with SHA-256, one block."""
    return mac(mac(salt, key), label, b"\1")


def age(identity, sealed):
    return json.loads(subprocess.run(["age", "-d", "-i", identity], input=sealed, capture_output=True, check=True).stdout)


def number(value):
    return value.to_bytes(8, "little", signed=True)


def month(day):
    """A day is the number yyyymmdd."""
    return day // 100


def canonical(table, row):
    """A row as it is hashed: the table's name, then each value behind its kind."""
    out = []
    for value in (table, *row):
        if value is None:
            out.append(b"\0")
        elif isinstance(value, int):
            out.append(b"\1" + number(value))
        elif isinstance(value, float):
            raise SystemExit("a real: no table that is covered has one")
        else:
            body, kind = (value.encode(), b"\3") if isinstance(value, str) else (bytes(value), b"\4")
            out.append(kind + number(len(body)) + body)
    return b"".join(out)


def digests(db, key):
    sums = {}
    for area, table, columns, place in COVERED:
        for row in db.execute(f"SELECT {columns} FROM {table}"):
            entry = sums.setdefault((area, *(place(row) if place else (0, 0))), [0, 0, 0])
            element = mac(key, canonical(table, row))
            entry[0] += 1
            entry[1] = (entry[1] + int.from_bytes(element[:16], "little")) % 2**128
            entry[2] = (entry[2] + int.from_bytes(element[16:], "little")) % 2**128
    return {place: (n, a.to_bytes(16, "little") + b.to_bytes(16, "little")) for place, (n, a, b) in sums.items()}


def root(db, key):
    rows = db.execute("SELECT area, account, month, entries, sum FROM digests ORDER BY area, account, month")
    return mac(key, *(b"".join(map(number, row[:4])) + bytes(row[4]) for row in rows))


def text(value):
    return b"\0" + number(0) if value is None else b"\1" + number(len(value.encode())) + value.encode()


def audit(db, vault_id, key):
    """Walks the chain; gives the number of entries, the last root, and the first entry that does not follow (or None)."""
    head, last, count = hashlib.sha256(b"bursar/v1/audit/genesis" + vault_id).digest(), b"", 0
    columns = "seq, at, epoch, root, actor, action, resource, detail, mac"
    for seq, at, epoch, found, actor, action, resource, detail, kept in db.execute(f"SELECT {columns} FROM audit ORDER BY seq"):
        count += 1
        texts = b"".join(map(text, (actor, action, resource, detail)))
        head = mac(key, head, number(seq), number(at), number(epoch), bytes(found), texts)
        if seq != count or head != bytes(kept):
            return count, last, count
        key, last = hkdf(key, b"", b"bursar/v1/audit/next"), bytes(found)
    ((seq, kept_key, kept_head),) = db.execute("SELECT seq, key, head FROM audit_state")
    whole = (seq, bytes(kept_key), bytes(kept_head)) == (count, key, head)
    return count, last, None if whole else count + 1


def associated(purpose, vault_id, item, environment, key_id):
    parts = (purpose, vault_id, item.encode(), environment.encode(), key_id.to_bytes(4, "big"))
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def seals(db, vault_id, keys):
    tokens = [(b"token", row) for row in db.execute("SELECT token, item_id, environment FROM connections WHERE token IS NOT NULL")]
    clients = [(b"client", (row[0], "", row[1])) for row in db.execute("SELECT sealed, environment FROM credentials")]
    for kind, (sealed, item, environment) in tokens + clients:
        key_id, purpose = int.from_bytes(sealed[1:5], "big"), b"bursar/v1/" + kind
        key = hkdf(base64.b64decode(keys[str(key_id)]), vault_id, purpose + b"/%d" % key_id)
        assert sealed[0] == 1, "the first byte of a seal"
        unseal(sealed[29:], associated(purpose, vault_id, item, environment, key_id), sealed[5:29], key)
    return len(tokens) + len(clients)


def main(vault, identity, pin=None):
    outer = age(identity, (Path(vault) / "bursar.keys").read_bytes())
    inner = age(identity, outer["bank_sealed"].encode())
    vault_id, key_id = bytes.fromhex(outer["vault_id"]), outer["db"]["key_id"]
    ledger = base64.b64decode(outer["ledger"]["keys"][str(key_id)])
    lasting = outer.get("lasting", {})
    derived = lambda name: base64.b64decode(lasting[name]) if name in lasting else hkdf(ledger, vault_id, f"bursar/v1/{name}".encode())
    raw = hkdf(ledger, vault_id, b"bursar/v1/sqlcipher/%d" % key_id).hex()
    db = sqlcipher.connect(f"file:{Path(vault).absolute()}/vault.db?mode=ro", uri=True)
    db.execute(f"PRAGMA key = \"x'{raw}{outer['db']['salt_hex']}'\"")
    checks = []
    checks.append(("key file", (inner["vault_id"], inner["gen"]) == (outer["vault_id"], outer["gen"]), f"generation {outer['gen']}"))
    count, last, bad = audit(db, vault_id, base64.b64decode(inner["audit_k0"]))
    checks.append(("audit", bad is None, f"{count} entries" if bad is None else f"entry {bad} does not follow"))
    key = derived("digest")
    found = digests(db, key)
    columns = "area, account, month, entries, sum"
    kept = {tuple(row[:3]): (row[3], bytes(row[4])) for row in db.execute(f"SELECT {columns} FROM digests") if row[3]}
    wrong = sorted(place for place in found.keys() | kept.keys() if found.get(place) != kept.get(place))
    checks.append(("digests", not wrong, f"{len(kept)} places" if not wrong else f"differ: {wrong}"))
    checks.append(("root", root(db, key) == last, "of the last entry"))
    checks.append(("seals", True, f"{seals(db, vault_id, inner['bank']['keys'])} secrets open"))
    if pin:
        kept = json.loads(Path(pin).read_text())
        numbers = kept["gen"].to_bytes(8, "big") + kept["epoch"].to_bytes(8, "big")
        made = mac(derived("pin"), vault_id, numbers, bytes.fromhex(kept["audit_head"]))
        checks.append(("pin", made.hex() == kept["mac"], f"generation {kept['gen']}, change {kept['epoch']}"))
    for name, ok, detail in checks:
        print(f"{'ok ' if ok else 'BAD'} {name}: {detail}")
    return all(ok for _, ok, _ in checks)


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    sys.exit(0 if main(*sys.argv[1:]) else 1)
