//! The category taxonomy: what the provider's values mean and how people call them.
