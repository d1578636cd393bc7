//! The only unsafe code: each block with its reason.
