-- The book, format 1. Append-only: a released migration is never edited.
-- Money is INTEGER minor units (negative left the owner), days are INTEGER yyyymmdd, instants are INTEGER
-- milliseconds since 1970 UTC, booleans are 0 or 1. Words that repeat are rows of a dictionary.

CREATE TABLE vault (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  min_reader INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  environment TEXT
) STRICT;
INSERT INTO vault VALUES (1, 1, 0, NULL);

CREATE TABLE currencies (
  id INTEGER PRIMARY KEY,
  code TEXT NOT NULL,
  exponent INTEGER NOT NULL CHECK (exponent BETWEEN 0 AND 18),
  official INTEGER NOT NULL,
  UNIQUE (code, official)
) STRICT;

CREATE TABLE connections (
  id INTEGER PRIMARY KEY,
  provider TEXT NOT NULL,
  environment TEXT NOT NULL,
  item_id TEXT NOT NULL,
  institution_id TEXT,
  institution TEXT,
  name TEXT,
  token BLOB,
  cursor TEXT,
  history TEXT NOT NULL DEFAULT 'not_ready',
  state TEXT NOT NULL DEFAULT 'ok',
  error_code TEXT,
  error_message TEXT,
  request_id TEXT,
  consent_expires_at INTEGER,
  bank_updated_at INTEGER,
  last_attempt_at INTEGER,
  last_success_at INTEGER,
  created_at INTEGER NOT NULL,
  removed_at INTEGER,
  UNIQUE (environment, item_id)
) STRICT;

CREATE TABLE accounts (
  id INTEGER PRIMARY KEY,
  connection INTEGER REFERENCES connections (id),
  provider_id TEXT,
  persistent_id TEXT,
  name TEXT NOT NULL,
  official_name TEXT,
  mask TEXT,
  kind TEXT NOT NULL,
  subtype TEXT,
  currency INTEGER NOT NULL REFERENCES currencies (id),
  current INTEGER,
  available INTEGER,
  credit_limit INTEGER,
  as_of INTEGER,
  user_name TEXT,
  hidden INTEGER NOT NULL DEFAULT 0,
  closed INTEGER NOT NULL DEFAULT 0,
  placeholder INTEGER NOT NULL DEFAULT 0,
  vanished_at INTEGER,
  created_at INTEGER NOT NULL,
  UNIQUE (connection, provider_id)
) STRICT;

-- One row an account and day: what the bank said last on that day.
CREATE TABLE balances (
  account INTEGER NOT NULL REFERENCES accounts (id),
  date INTEGER NOT NULL,
  currency INTEGER NOT NULL REFERENCES currencies (id),
  current INTEGER NOT NULL,
  available INTEGER,
  credit_limit INTEGER,
  UNIQUE (account, date)
) STRICT;

CREATE TABLE categories (
  id INTEGER PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  main TEXT NOT NULL
) STRICT;

CREATE TABLE payees (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  folded TEXT NOT NULL
) STRICT;

CREATE TABLE merchants (
  id INTEGER PRIMARY KEY,
  name TEXT,
  entity_id TEXT,
  website TEXT
) STRICT;
CREATE UNIQUE INDEX merchants_whole ON merchants (ifnull(name, ''), ifnull(entity_id, ''), ifnull(website, ''));

-- A description with each run of digits taken out (U+0001 stands where one was), together with its merchant:
-- few rows describe millions of transactions, so a search reads few rows.
CREATE TABLE phrases (
  id INTEGER PRIMARY KEY,
  stem TEXT NOT NULL,
  folded TEXT NOT NULL,
  merchant INTEGER REFERENCES merchants (id),
  payee INTEGER NOT NULL REFERENCES payees (id)
) STRICT;
CREATE UNIQUE INDEX phrases_whole ON phrases (stem, ifnull(merchant, 0));

-- Short words of the provider: payment channel, confidence, taxonomy version.
CREATE TABLE words (
  id INTEGER PRIMARY KEY,
  word TEXT NOT NULL UNIQUE
) STRICT;

-- Counterparties and places as compact JSON; hash finds a text again.
CREATE TABLE documents (
  id INTEGER PRIMARY KEY,
  hash INTEGER NOT NULL,
  json TEXT NOT NULL
) STRICT;
CREATE INDEX documents_hash ON documents (hash);

-- state: 0 posted, 1 pending, 2 removed by the provider (kept as a tombstone).
-- kind: 0 expense, 1 income, 2 transfer.  source: 0 plaid, 1 import, 2 manual.
-- payee and phrase are rows of those tables; confidence, taxonomy and channel of words; parties and place of documents.
-- An enforced reference costs a look-up a row and dictionaries only ever grow, so `vault check` proves these instead.
-- category and payee are the effective ones; the provider's own are provider_category and phrases.payee.
CREATE TABLE transactions (
  id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts (id),
  date INTEGER NOT NULL,
  amount INTEGER NOT NULL,
  currency INTEGER NOT NULL REFERENCES currencies (id),
  state INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  category INTEGER REFERENCES categories (id),
  payee INTEGER NOT NULL,
  phrase INTEGER NOT NULL,
  digits TEXT,
  source INTEGER NOT NULL,
  provider_hash INTEGER,
  provider_id TEXT,
  pending_id TEXT,
  authorized_date INTEGER,
  datetime INTEGER,
  authorized_datetime INTEGER,
  provider_category INTEGER,
  confidence INTEGER,
  taxonomy INTEGER,
  channel INTEGER,
  original TEXT,
  check_number TEXT,
  parties INTEGER,
  place INTEGER,
  details TEXT
) STRICT;
-- Not unique: rows are told apart by provider_id itself, the hash only finds them.
CREATE INDEX transactions_provider ON transactions (provider_hash);
CREATE INDEX transactions_by_date ON transactions (date, category, currency, kind, state, amount, account, payee);
CREATE INDEX transactions_by_account ON transactions (account, date, currency, state, amount);
CREATE INDEX transactions_by_phrase ON transactions (phrase, date, state, digits);

-- Provider ids of pending rows that live on as a posted one.
CREATE TABLE aliases (
  id INTEGER PRIMARY KEY,
  provider_hash INTEGER NOT NULL,
  provider_id TEXT NOT NULL,
  transaction_id INTEGER NOT NULL REFERENCES transactions (id)
) STRICT;
CREATE INDEX aliases_hash ON aliases (provider_hash);
CREATE INDEX aliases_transaction ON aliases (transaction_id);

-- When a row was taken back, and what state it had.
CREATE TABLE tombstones (
  transaction_id INTEGER PRIMARY KEY REFERENCES transactions (id),
  removed_at INTEGER NOT NULL,
  state INTEGER NOT NULL
) STRICT;

-- What the owner says; a provider never writes here.
CREATE TABLE edits (
  transaction_id INTEGER PRIMARY KEY REFERENCES transactions (id),
  category INTEGER REFERENCES categories (id),
  category_source INTEGER,
  payee INTEGER REFERENCES payees (id),
  note TEXT,
  folded_note TEXT,
  edited_at INTEGER NOT NULL
) STRICT;

CREATE TABLE tags (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  folded TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE transaction_tags (
  transaction_id INTEGER NOT NULL REFERENCES transactions (id),
  tag INTEGER NOT NULL REFERENCES tags (id),
  UNIQUE (transaction_id, tag)
) STRICT;
CREATE INDEX transaction_tags_tag ON transaction_tags (tag, transaction_id);

CREATE TABLE sync_runs (
  id INTEGER PRIMARY KEY,
  connection INTEGER NOT NULL REFERENCES connections (id),
  started_at INTEGER NOT NULL,
  finished_at INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  added INTEGER NOT NULL,
  modified INTEGER NOT NULL,
  removed INTEGER NOT NULL,
  refused INTEGER NOT NULL DEFAULT 0,
  notes TEXT,
  error_code TEXT,
  error_message TEXT,
  request_id TEXT
) STRICT;
CREATE INDEX sync_runs_connection ON sync_runs (connection, started_at);

-- Rows of a bank that the book cannot hold exactly, until they come in a form that it can. kind: account, transaction.
CREATE TABLE refused (
  connection INTEGER NOT NULL REFERENCES connections (id),
  kind TEXT NOT NULL,
  provider_id TEXT NOT NULL,
  reason TEXT NOT NULL,
  since INTEGER NOT NULL,
  UNIQUE (connection, kind, provider_id)
) STRICT;

-- Link sessions, written before anything is sent; sealed holds what must not be lost (link token, public token).
CREATE TABLE link_intents (
  id INTEGER PRIMARY KEY,
  environment TEXT NOT NULL,
  mode TEXT NOT NULL,
  connection INTEGER REFERENCES connections (id),
  state TEXT NOT NULL,
  sealed BLOB,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  detail TEXT
) STRICT;

CREATE TABLE consents (
  id INTEGER PRIMARY KEY,
  given_at INTEGER NOT NULL,
  withdrawn_at INTEGER,
  connection INTEGER REFERENCES connections (id),
  text_version TEXT NOT NULL,
  scope TEXT NOT NULL
) STRICT;

CREATE TABLE credentials (
  environment TEXT PRIMARY KEY,
  sealed BLOB NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE audit (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  resource TEXT,
  detail TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  root BLOB NOT NULL,
  mac BLOB NOT NULL
) STRICT;

CREATE TABLE audit_state (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  seq INTEGER NOT NULL,
  key BLOB NOT NULL,
  head BLOB NOT NULL
) STRICT;

-- Keyed sums over the rows of a place (docs/vault-format.md, "Digests").
CREATE TABLE digests (
  area INTEGER NOT NULL,
  account INTEGER NOT NULL,
  month INTEGER NOT NULL,
  entries INTEGER NOT NULL,
  sum BLOB NOT NULL,
  UNIQUE (area, account, month)
) STRICT;
