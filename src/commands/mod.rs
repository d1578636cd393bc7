//! One file a command: arguments beside what they do.
