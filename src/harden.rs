//! What the process does first to keep its memory private.
