//! An embedded Plaid-compatible sandbox.
