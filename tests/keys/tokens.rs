//! A bank's token, by the format document and other people's libraries: the ledger's key does not open it, the banks' key does.

use std::fs;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use hkdf::Hkdf;
use serde_json::Value;
use sha2::Sha256;

use super::{key_file, raw_key};
use crate::env::TestEnv;

/// What an age identity file opens of a text or binary age file.
fn opened(env: &TestEnv, identity: &str, sealed: &[u8]) -> Option<Value> {
    let text = fs::read_to_string(env.path(identity)).unwrap();
    let identity: age::x25519::Identity = text.lines().last().unwrap().parse().unwrap();
    let sealed = age::armor::ArmoredReader::new(sealed);
    let decryptor = age::Decryptor::new(sealed).unwrap();
    let mut plain = Vec::new();
    std::io::Read::read_to_end(&mut decryptor.decrypt(std::iter::once(&identity as _)).ok()?, &mut plain).unwrap();
    Some(serde_json::from_slice(&plain).unwrap())
}

/// The sealed token of the one connection, with what it is bound to.
fn sealed_token(env: &TestEnv, outer: &Value) -> (Vec<u8>, String, String) {
    let copy = env.path("tmp/tokens.db");
    fs::copy(env.vault().join("vault.db"), &copy).unwrap();
    let db = rusqlite::Connection::open(&copy).unwrap();
    db.execute_batch(&format!("PRAGMA cipher_log_level = NONE; PRAGMA key = \"x'{}'\";", raw_key(outer))).unwrap();
    let row = db.query_row("SELECT token, item_id, environment FROM connections", [], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
    });
    fs::remove_file(&copy).unwrap();
    row.unwrap()
}

/// Opens a sealed token with what a label gives under a master key.
fn open(
    master: &str,
    vault_id: &str,
    label: &str,
    (blob, item, environment): &(Vec<u8>, String, String),
) -> Option<String> {
    let vault_id = bursar::vault::Hex::<16>::parse(vault_id).unwrap().0;
    let mut key = [0; 32];
    let master = BASE64_STANDARD.decode(master).unwrap();
    Hkdf::<Sha256>::new(Some(&vault_id), &master).expand(label.as_bytes(), &mut key).unwrap();
    let (key_id, nonce, body) = (&blob[1..5], &blob[5..29], &blob[29..]);
    let parts: [&[u8]; 5] = [b"bursar/v1/token", &vault_id, item.as_bytes(), environment.as_bytes(), key_id];
    let aad: Vec<u8> =
        parts.iter().flat_map(|part| [&u32::try_from(part.len()).unwrap().to_be_bytes()[..], part].concat()).collect();
    let cipher = XChaCha20Poly1305::new(&key.into());
    let plain = cipher.decrypt(XNonce::from_slice(nonce), Payload { msg: body, aad: &aad }).ok()?;
    Some(String::from_utf8(plain).unwrap())
}

#[test]
fn the_ledgers_key_opens_no_token() {
    let env = TestEnv::household();
    let viewer = key_file(&env, "viewer", &["--role", "viewer"]);
    let owner = key_file(&env, "owner", &[]);
    let sealed = fs::read(env.vault().join("bursar.keys")).unwrap();
    let outer = opened(&env, &viewer, &sealed).expect("a viewer opens the outer file");
    let vault_id = outer["vault_id"].as_str().unwrap();
    let token = sealed_token(&env, &outer);

    let bank = outer["bank_sealed"].as_str().unwrap().as_bytes();
    assert!(opened(&env, &viewer, bank).is_none(), "a viewer opens the inner file");
    let ledger = outer["ledger"]["keys"]["1"].as_str().unwrap();
    let labels = ["sqlcipher/1", "pin", "digest", "readings", "token/1", "client/1", "audit", "slot2"];
    for label in labels {
        assert_eq!(open(ledger, vault_id, &format!("bursar/v1/{label}"), &token), None, "{label}");
    }
    let inner = opened(&env, &owner, bank).expect("an owner opens the inner file");
    let bank = inner["bank"]["keys"]["1"].as_str().unwrap();
    let plain = open(bank, vault_id, "bursar/v1/token/1", &token).expect("the banks' key opens the token");
    assert_eq!(&plain, env.token(1).0.expose());
    let moved = (token.0.clone(), format!("{}x", token.1), token.2.clone());
    assert_eq!(open(bank, vault_id, "bursar/v1/token/1", &moved), None, "a token in another row");
}
