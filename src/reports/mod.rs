//! Reports: pure functions from few rows to a value that serialises.
