-- The book, format 3: what a year with real banks needs. Append-only, as every migration.

UPDATE vault SET min_reader = 3;

-- Accounts that are joined, in the columns of format 1: placeholder 2 in accounts is a shell, the other side of one that goes on; its rows are
-- tombstones with the facts that the rows of that one had. state in tombstones is 2 or 3 for one that was posted or pending and taken
-- back before. Within one connection, rows of before are hashed (provider_hash) under the negative id of the shell instead of the connection's.

-- Which conditions an alert was made of: one row as long as the condition holds. told_at: when the owner's hook took it.
CREATE TABLE alerts (
  key TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  first_seen INTEGER NOT NULL,
  told_at INTEGER
) STRICT;

-- What the last look through the history found of regular payments; until: the last day on which it is news.
CREATE TABLE regular_alerts (
  kind TEXT NOT NULL,
  payee INTEGER NOT NULL REFERENCES payees (id),
  account INTEGER NOT NULL REFERENCES accounts (id),
  currency INTEGER NOT NULL REFERENCES currencies (id),
  amount INTEGER NOT NULL,
  amount_before INTEGER,
  date INTEGER NOT NULL,
  until INTEGER NOT NULL,
  PRIMARY KEY (kind, payee, currency, date)
) STRICT;

-- When that look was, and at which transactions: one keyed value over the digests of all of them.
CREATE TABLE looks (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  date INTEGER NOT NULL,
  transactions BLOB NOT NULL
) STRICT;

-- Transactions that a sync brought days after their date, and are no part of a history that came as a whole; kept for days.
CREATE TABLE late_arrivals (
  transaction_id INTEGER PRIMARY KEY REFERENCES transactions (id),
  came_at INTEGER NOT NULL
) STRICT;

-- The last runs of a connection, and the last entry of an action, are found without reading all of them.
CREATE INDEX sync_runs_ended ON sync_runs (connection, id, outcome);
CREATE INDEX audit_action ON audit (action);

-- Calls of the provider, counted by day (UTC, yyyymmdd). Bounded by the store, which drops old days; no part of the digests, because
-- nothing of anybody's money is in them.
CREATE TABLE calls (
    date     INTEGER NOT NULL,
    endpoint TEXT NOT NULL,
    outcome  TEXT NOT NULL,
    calls    INTEGER NOT NULL,
    billable INTEGER NOT NULL,
    millis   INTEGER NOT NULL,
    PRIMARY KEY (date, endpoint, outcome)
) STRICT;

-- How long they took: a histogram in steps that grow with the time.
CREATE TABLE call_times (
    date     INTEGER NOT NULL,
    endpoint TEXT NOT NULL,
    step     INTEGER NOT NULL,
    calls    INTEGER NOT NULL,
    PRIMARY KEY (date, endpoint, step)
) STRICT;

-- The same calls by connection, for a shorter time, without those that never left this machine: daily numbers of calls are kept to by it.
CREATE TABLE connection_calls (
    date       INTEGER NOT NULL,
    connection INTEGER NOT NULL,
    calls      INTEGER NOT NULL,
    billable   INTEGER NOT NULL,
    PRIMARY KEY (date, connection)
) STRICT;

-- Providers other than Plaid: connections.provider names the provider, and 3 in transactions.source is SimpleFIN.

-- What the owner says an account is, where that is not what its bank says or its name suggests; kept over syncs.
CREATE TABLE account_types (
    account INTEGER PRIMARY KEY REFERENCES accounts (id),
    kind    TEXT NOT NULL
) STRICT;

-- Trades of investment accounts, each with the name that its security had; days before the last question stay as they were.
-- quantity, price: exact decimal text. amount: negative is money leaving the account's cash.
CREATE TABLE trades (
    id          INTEGER PRIMARY KEY,
    account     INTEGER NOT NULL REFERENCES accounts (id),
    provider_id TEXT NOT NULL,
    date        INTEGER NOT NULL,
    security    TEXT,
    ticker      TEXT,
    kind        TEXT NOT NULL,
    subtype     TEXT NOT NULL,
    name        TEXT NOT NULL,
    quantity    TEXT NOT NULL,
    price       TEXT NOT NULL,
    currency    INTEGER NOT NULL REFERENCES currencies (id),
    amount      INTEGER NOT NULL,
    fees        INTEGER,
    UNIQUE (account, provider_id)
) STRICT;
CREATE INDEX trades_account ON trades (account, date);
