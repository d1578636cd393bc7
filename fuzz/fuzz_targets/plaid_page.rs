//! `bursar::fuzz::plaid_page`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    bursar::fuzz::plaid_page(bytes);
});
