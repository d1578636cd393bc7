//! `bursar` and `bursar status`: what is there, and what to do next.

use crate::env::TestEnv;

#[test]
fn without_a_vault_the_first_steps_are_named() {
    let env = TestEnv::new();
    let bare = env.ok(&[]);
    env.snapshot("status-none", &bare);
    assert_eq!(bare.stdout, env.ok(&["status"]).stdout);
    let status = env.json(&["status"]);
    assert_eq!((&status["exists"], &status["unlocked"]), (&false.into(), &false.into()));
    assert!(status["role"].is_null() && status["session_expires_at"].is_null());
    assert_eq!(status["connections"], serde_json::json!([]));
    assert!(status["next"].as_array().unwrap().contains(&"bursar init".into()), "{status}");
}

#[test]
fn a_locked_vault_is_shown_as_locked_and_nothing_is_asked() {
    let mut env = TestEnv::new();
    env.init();
    env.unset("BURSAR_PASSPHRASE_FILE");
    env.snapshot("status-locked", &env.ok(&["status"]));
    assert_eq!(env.json(&["status"])["unlocked"], false);
    for command in [&["accounts"][..], &["transactions"], &["report"], &["sync"], &["connections"], &["vault", "check"]]
    {
        let mut args = command.to_vec();
        args.push("--json");
        let error = env.fails(4, &args).error();
        assert_eq!(
            (&error["code"], &error["kind"], &error["exit_code"]),
            (&"vault_locked".into(), &"auth".into(), &4.into())
        );
    }
    env.snapshot("accounts-locked", &env.fails(4, &["accounts"]));
}

#[test]
fn without_a_vault_every_command_says_so() {
    let env = TestEnv::new();
    env.snapshot("accounts-no-vault", &env.fails(5, &["accounts"]));
    for command in
        [&["transactions"][..], &["report"], &["sync"], &["connections"], &["vault", "check"], &["vault", "inspect"]]
    {
        let mut args = command.to_vec();
        args.push("--json");
        assert_eq!(env.fails(5, &args).error()["code"], "no_vault");
    }
}

#[cfg(feature = "sandbox")]
#[test]
fn an_open_vault_shows_its_connections() {
    let mut env = TestEnv::new();
    env.bank();
    env.init();
    env.snapshot("status-empty", &env.ok(&[]));
    env.link("ins_109508");
    env.snapshot("status-open", &env.ok(&[]));
    let status = env.json(&["status"]);
    assert_eq!((&status["unlocked"], &status["role"]), (&true.into(), &"owner".into()));
    for field in [
        "id",
        "name",
        "institution",
        "state",
        "action",
        "last_success_at",
        "bank_updated_at",
        "consent_expires_at",
        "error",
    ] {
        assert!(status["connections"][0].get(field).is_some(), "{field} in {status}");
    }
    env.ok(&["sandbox", "reset-login", "c1"]);
    env.fails(8, &["sync"]);
    let ill = env.ok(&[]);
    env.snapshot("status-reauth", &ill);
    assert_eq!(ill.hint(), "bursar link --repair c1", "{ill}");
    env.snapshot("connections-reauth", &env.ok(&["connections"]));
}
