-- The book, format 3: what a year with real banks needs. Append-only, as every migration.

UPDATE vault SET min_reader = 3;

-- Providers other than Plaid: what a run cost of a daily number of calls. connections.provider names the provider,
-- and 3 in transactions.source is SimpleFIN.
ALTER TABLE sync_runs ADD COLUMN calls INTEGER NOT NULL DEFAULT 0;
