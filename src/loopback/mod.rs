//! The one-shot listener on 127.0.0.1 that completes a link.
