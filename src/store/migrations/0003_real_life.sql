-- The book, format 3: what a year with real banks needs. Append-only, as every migration.

UPDATE vault SET min_reader = 3;
