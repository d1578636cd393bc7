//! Plaid's own shapes and field names; amounts stay decimal text.
