-- The book, format 3: what a year with real banks needs. Append-only, as every migration.

UPDATE vault SET min_reader = 3;

-- Which conditions an alert was made of: one row as long as the condition holds. told_at: when the owner's hook took it.
CREATE TABLE alerts (
  key TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  first_seen INTEGER NOT NULL,
  told_at INTEGER
) STRICT;
