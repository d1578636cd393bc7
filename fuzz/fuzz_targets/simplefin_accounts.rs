//! `bursar::fuzz::simplefin_accounts`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    bursar::fuzz::simplefin_accounts(bytes);
});
