//! The only stdio: data, status, hints, prompts, progress.
