//! `bursar::fuzz::key_header`, with the public secrets of the fixture that the corpus grew from.

#![no_main]

use bursar::fuzz::Secrets;

const SECRETS: Secrets<'_> = Secrets {
    passphrase: "fixture-passphrase-of-format-1",
    identity: include_str!("../../tests/fixtures/vaults/v1/recovery.txt"),
};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    bursar::fuzz::key_header(bytes, &SECRETS);
});
