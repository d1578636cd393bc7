//! A command that waits for its secret: nobody waits for it, and what changed meanwhile is no attack.

use std::{fs, process::Command};

use crate::env::{PASSPHRASE, TestEnv};

#[test]
fn while_a_secret_is_awaited_others_may_change_every_key() {
    let env = TestEnv::household();
    let (question, answer) = (env.path("tmp/question"), env.path("tmp/answer"));
    for pipe in [&question, &answer] {
        assert!(Command::new("mkfifo").arg(pipe).status().unwrap().success());
    }
    let script = env.secret_file("ask", &format!("echo asked > {}; cat {}\n", question.display(), answer.display()));
    let waiting = env.start(&["accounts", "--passphrase-command", &format!("sh {}", script.display())]);
    assert_eq!(fs::read_to_string(&question).unwrap(), "asked\n");
    env.ok(&["keys", "rotate", "--all", "--yes", "--lock-timeout", "1s"]);
    env.ok(&["keys", "add", "key-file", env.path("secrets/new").to_str().unwrap(), "--lock-timeout", "1s"]);
    fs::write(&answer, PASSPHRASE).unwrap();
    let ended = env.keep(waiting.finish());
    assert_eq!(ended.status, 0, "{ended}");
}
