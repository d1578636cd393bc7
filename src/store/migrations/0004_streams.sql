-- The book, format 4: payments that come back as the bank itself sees them. Append-only, as every migration.

UPDATE vault SET min_reader = 4;

CREATE TABLE streams (
  account INTEGER NOT NULL REFERENCES accounts (id),
  provider_id TEXT NOT NULL,
  label TEXT NOT NULL,
  frequency TEXT NOT NULL,
  status TEXT NOT NULL,
  active INTEGER NOT NULL,
  currency INTEGER NOT NULL REFERENCES currencies (id),
  amount INTEGER NOT NULL,
  average INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  next INTEGER,
  as_of INTEGER NOT NULL,
  PRIMARY KEY (account, provider_id)
) STRICT;
