//! The keys themselves, not only their written forms: where they lie while the vault is open.

use std::fs;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use hkdf::Hkdf;
use serde_json::Value;
use sha2::Sha256;

use super::{may_read_others, stuck::Stuck};
use crate::env::TestEnv;

/// Every key of a vault, by name: those in its key file, and those that are derived from them.
pub(super) struct Keys(Vec<(String, [u8; 32])>);

impl Keys {
    pub(super) fn of(env: &TestEnv, identity: &str) -> Self {
        let text = fs::read_to_string(env.path(identity)).unwrap();
        let identity: age::x25519::Identity = text.lines().last().unwrap().parse().unwrap();
        let open =
            |sealed: &[u8]| -> Value { serde_json::from_slice(&age::decrypt(&identity, sealed).unwrap()).unwrap() };
        let outer = open(&fs::read(env.vault().join("bursar.keys")).unwrap());
        let inner = open(outer["bank_sealed"].as_str().unwrap().as_bytes());
        let id = bursar::vault::Hex::<16>::parse(outer["vault_id"].as_str().unwrap()).unwrap().0;
        let mut keys = vec![("audit".to_owned(), key(&inner["audit_k0"]))];
        for (payload, name, purposes) in [
            (&outer, "ledger", &["sqlcipher/", "pin", "digest", "readings"][..]),
            (&inner, "bank", &["token/", "client/"]),
        ] {
            for (number, master) in payload[name]["keys"].as_object().unwrap() {
                let master = key(master);
                keys.push((format!("{name} {number}"), master));
                for purpose in purposes {
                    let number = if purpose.ends_with('/') { number } else { "" };
                    let label = format!("bursar/v1/{purpose}{number}");
                    let mut derived = [0; 32];
                    Hkdf::<Sha256>::new(Some(&id), &master).expand(label.as_bytes(), &mut derived).unwrap();
                    keys.push((label, derived));
                }
            }
        }
        let wrapped = identity_bytes(text.lines().last().unwrap());
        keys.push(("identity".to_owned(), wrapped));
        for (name, lasting) in outer["lasting"].as_object().into_iter().flatten() {
            keys.push((format!("lasting {name}"), key(lasting)));
        }
        Self(keys)
    }

    /// Each as bytes and as the text that SQLCipher takes.
    pub(super) fn forms(&self) -> Vec<(String, Vec<u8>)> {
        let mut forms = Vec::new();
        for (name, key) in &self.0 {
            let hex = bursar::vault::Hex(*key).to_string();
            forms.push((name.clone(), key.to_vec()));
            forms.push((format!("{name} in hex"), hex.into_bytes()));
        }
        forms
    }
}

/// The secret half of an age identity.
fn identity_bytes(text: &str) -> [u8; 32] {
    let (_, bytes) = bech32::decode(text).unwrap();
    bytes.try_into().unwrap()
}

fn key(text: &Value) -> [u8; 32] {
    BASE64_STANDARD.decode(text.as_str().unwrap()).unwrap().try_into().unwrap()
}

#[test]
fn a_key_lies_only_where_memory_is_never_swapped_out() {
    if !may_read_others() {
        return;
    }
    let mut env = TestEnv::household();
    let file = env.path("secrets/device");
    env.ok(&["keys", "add", "key-file", file.to_str().unwrap(), "--label", "device"]);
    let keys = Keys::of(&env, "secrets/device");
    let forms = keys.forms();
    let forms: Vec<(&str, &[u8])> = forms.iter().map(|(name, form)| (name.as_str(), form.as_slice())).collect();
    let (reads, syncs) = (env.command(&["accounts"]), env.command(&["sync", "--json"]));
    env.unset("BURSAR_PASSPHRASE_FILE");
    env.set("BURSAR_IDENTITY", file.to_str().unwrap());
    for command in [reads, syncs, env.command(&["sync", "--full", "--json"])] {
        let what = format!("{command:?}");
        let stuck = Stuck::start(command);
        assert!(
            stuck.holds(&forms[..4]).iter().any(|found| found.starts_with("ledger 1 at")),
            "{what}: the search finds what is there"
        );
        assert_eq!(stuck.holds_unlocked(&forms), Vec::<String>::new(), "{what}");
    }
}
