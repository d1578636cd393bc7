-- The book, format 2: debts and holdings. Append-only, as every migration.
-- Money is minor units (what is owed is negative, what is asked for or paid towards a debt is positive). Rates, quantities
-- and prices are exact decimal text. There is no column for an account number or an address.

UPDATE vault SET min_reader = 2;

-- Terms of a debt as its bank said them last. rates: JSON, [{"kind", "percent"}].
CREATE TABLE liabilities (
  account INTEGER PRIMARY KEY REFERENCES accounts (id),
  currency INTEGER NOT NULL REFERENCES currencies (id),
  kind TEXT NOT NULL,
  rates TEXT NOT NULL,
  statement_balance INTEGER,
  statement_date INTEGER,
  minimum INTEGER,
  due INTEGER,
  overdue INTEGER,
  past_due INTEGER,
  last_payment INTEGER,
  last_payment_date INTEGER,
  as_of INTEGER NOT NULL
) STRICT;

CREATE TABLE securities (
  id INTEGER PRIMARY KEY,
  connection INTEGER NOT NULL REFERENCES connections (id),
  provider_id TEXT NOT NULL,
  name TEXT,
  ticker TEXT,
  kind TEXT,
  UNIQUE (connection, provider_id)
) STRICT;

-- What an account holds as its bank said last; several rows of one security are several lots.
CREATE TABLE holdings (
  id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts (id),
  security INTEGER REFERENCES securities (id),
  currency INTEGER NOT NULL REFERENCES currencies (id),
  quantity TEXT NOT NULL,
  price TEXT NOT NULL,
  price_date INTEGER,
  value INTEGER NOT NULL,
  cost INTEGER,
  as_of INTEGER NOT NULL
) STRICT;
CREATE INDEX holdings_account ON holdings (account);

-- Whether a connection offers a product (liabilities, investments): code is the provider's when it did not answer.
CREATE TABLE products (
  connection INTEGER NOT NULL REFERENCES connections (id),
  product TEXT NOT NULL,
  code TEXT,
  asked_at INTEGER NOT NULL,
  UNIQUE (connection, product)
) STRICT;
