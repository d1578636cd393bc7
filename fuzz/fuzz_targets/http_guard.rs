//! `bursar::fuzz::http_guard`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    bursar::fuzz::http_guard(bytes);
});
