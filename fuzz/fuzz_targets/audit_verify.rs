//! `bursar::fuzz::audit_verify`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    bursar::fuzz::audit_verify(bytes);
});
