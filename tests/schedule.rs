//! `bursar schedule`: what the schedulers are told, and that nothing else of theirs is touched.

use std::{collections::BTreeSet, fs, os::unix::fs::PermissionsExt as _, path::PathBuf, process::Command};

use serde_json::Value;

use crate::{
    architecture::source::root,
    env::{TestEnv, can_mount, have},
};

/// The crontab of a user, in a file; `systemctl` writes down what it is told. Both answer as the real ones do.
const CRONTAB: &str = r#"case "$1" in
-l) if [ -f "$HOME/table" ]; then cat "$HOME/table"; else echo "no crontab for me" >&2; exit 1; fi ;;
-) cat > "$HOME/table" ;;
esac"#;
const SYSTEMCTL: &str = r#"echo "$*" >> "$HOME/told"
[ "$2" = show ] && echo "Thu 2026-04-16 06:12:03 UTC"
[ ! -e "$HOME/no-manager" ]"#;

/// A vault that has the schedulers' programs beside it.
fn machine() -> TestEnv {
    let mut env = TestEnv::new();
    let folder = env.path("home/bin");
    fs::create_dir_all(&folder).unwrap();
    for (name, script) in [("crontab", CRONTAB), ("systemctl", SYSTEMCTL)] {
        let file = folder.join(name);
        fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o700)).unwrap();
    }
    env.set("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", folder.display()));
    env.unset("BURSAR_VAULT");
    env.init();
    env
}

fn read(env: &TestEnv, below_home: &str) -> String {
    fs::read_to_string(env.path("home").join(below_home)).unwrap_or_default()
}

fn parts(env: &TestEnv, args: &[&str]) -> Vec<(PathBuf, String)> {
    let plan = env.json(&[&["schedule", "print"], args].concat());
    let text = |part: &Value, field: &str| part[field].as_str().unwrap().to_owned();
    plan["parts"].as_array().unwrap().iter().map(|part| (text(part, "file").into(), text(part, "text"))).collect()
}

/// A text without the line of its mark.
fn unmarked(text: &str) -> String {
    text.split_inclusive('\n').filter(|line| !line.contains("made by bursar schedule")).collect()
}

#[test]
fn the_units_are_what_systemd_takes_and_leave_little_exposed() {
    if !have("systemd-analyze") {
        return;
    }
    let env = machine();
    let strange = env.path("home/a $x %i \"b\"");
    for args in [
        &["--key-file", "key"][..],
        &["--every", "1h", "--credential", "/etc/cred"],
        &["--every", "1d", "--vault", strange.to_str().unwrap()],
    ] {
        let folder = env.path("units");
        fs::create_dir_all(&folder).unwrap();
        for (file, text) in parts(&env, &[&["--kind", "systemd"], args].concat()) {
            let file = folder.join(file.file_name().unwrap());
            fs::write(&file, text).unwrap();
            let analyze = |words: &[&str]| {
                let mut command = Command::new("systemd-analyze");
                command.arg("--user").args(words).arg(&file).env("XDG_RUNTIME_DIR", env.path("run"));
                env.run_command(command)
            };
            let verified = analyze(&["verify", "--recursive-errors=no", "--man=no"]);
            assert_eq!((verified.status, verified.stderr.as_str()), (0, ""), "{args:?}\n{verified}");
            if file.extension().is_some_and(|extension| extension == "service") {
                // Exposure of at most 2.0 of 10.
                let judged = analyze(&["security", "--offline=yes", "--threshold=20", "--no-pager"]);
                assert_eq!(judged.status, 0, "{judged}");
            }
        }
        fs::remove_dir_all(folder).unwrap();
    }
}

#[test]
fn the_examples_are_what_print_makes() {
    let env = machine();
    let program = env!("CARGO_BIN_EXE_bursar");
    let key = env.path("home/.config/bursar/timer.key");
    let made = parts(&env, &["--kind", "systemd", "--key-file", key.to_str().unwrap()]);
    let example = |name: &str| fs::read_to_string(root().join("examples/systemd").join(name)).unwrap();
    for (file, text) in &made {
        let shown = unmarked(text).replace(program, "/usr/local/bin/bursar");
        assert_eq!(example(file.file_name().unwrap().to_str().unwrap()), shown);
    }
    let lines: BTreeSet<String> = example("bursar-sync@.service").lines().map(str::to_owned).collect();
    let hardening: Vec<&str> = made[0].1.lines().skip_while(|line| *line != "UMask=0077").collect();
    assert!(hardening.len() > 20, "{hardening:?}");
    for line in hardening {
        assert!(lines.contains(line), "the system's service lacks {line}");
    }
}

#[test]
fn every_scheduler_is_told_the_same_hours() {
    let env = machine();
    let of = |kind: &str, every: &str| parts(&env, &["--kind", kind, "--every", every]).pop().unwrap().1;
    assert!(of("systemd", "6h").contains("\nOnCalendar=*-*-* 00,06,12,18:00:00\nRandomizedDelaySec=30m\n"));
    assert!(of("cron", "12h").contains("\n0 0,12 * * * "));
    assert!(of("cron", "1d").contains(" sync --no-input --lock-timeout 5m --jitter 30m --quiet >/dev/null\n"));
    assert_eq!(of("launchd", "8h").matches("<key>Hour</key>").count(), 3);
    let odd = env.fails(2, &["schedule", "print", "--every", "5h"]);
    assert!(odd.sentence().contains("does not divide a day"), "{odd}");
    for kind in ["cron", "launchd"] {
        let error = env.fails(2, &["schedule", "print", "--kind", kind, "--credential", "c", "--json"]).error();
        assert_eq!(error["code"], "no_credential");
    }
}

#[test]
fn the_agent_is_a_property_list() {
    let env = machine();
    let strange = env.path("home/a <b> & 'c'");
    let made = parts(&env, &["--kind", "launchd", "--vault", strange.to_str().unwrap()]);
    let (file, text) = &made[0];
    assert!(file.ends_with(format!("Library/LaunchAgents/{}", file.file_name().unwrap().to_str().unwrap())));
    let options = roxmltree::ParsingOptions { allow_dtd: true, ..roxmltree::ParsingOptions::default() };
    let document = roxmltree::Document::parse_with_options(text, options).unwrap();
    let words: Vec<&str> = document
        .descendants()
        .find(|node| node.text() == Some("ProgramArguments"))
        .and_then(|key| key.next_sibling_element())
        .unwrap()
        .children()
        .filter_map(|word| word.text().filter(|_| word.is_element()))
        .collect();
    assert_eq!(words[..4], [env!("CARGO_BIN_EXE_bursar"), "--vault", strange.to_str().unwrap(), "sync"]);
}

#[test]
fn a_timer_is_installed_listed_and_taken_away() {
    let env = machine();
    assert_eq!(env.json(&["schedule"])["total"], 0);
    let install = ["schedule", "install", "--kind", "systemd"];
    let refused = env.fails(2, &install);
    assert!(refused.hint().ends_with("--yes") && refused.stderr.contains("nobody is there"), "{refused}");
    env.ok(&[&install[..], &["--dry-run"]].concat());
    let folder = env.path("home/.config/systemd/user");
    assert!(!folder.exists());

    for _ in 0..2 {
        env.ok(&[&install[..], &["--yes"]].concat());
    }
    for (file, text) in parts(&env, &["--kind", "systemd"]) {
        assert_eq!(fs::read_to_string(file).unwrap(), text);
    }
    let told = read(&env, "told");
    assert!(told.contains("--user daemon-reload\n--user enable --now bursar-sync.timer\n"), "{told}");
    let listed = env.json(&["schedule"]);
    let item = &listed["items"][0];
    assert_eq!((&item["scheduler"], &item["state"]), (&"systemd".into(), &"unchanged".into()));
    assert_eq!((&item["next"], &item["last_sync_at"]), (&"Thu 2026-04-16 06:12:03 UTC".into(), &Value::Null));

    let timer = folder.join("bursar-sync.timer");
    fs::write(&timer, read(&env, ".config/systemd/user/bursar-sync.timer").replace("30m", "5m")).unwrap();
    assert_eq!(env.json(&["schedule"])["items"][0]["state"], "edited");
    let kept = env.fails(2, &["schedule", "remove"]);
    assert!(kept.stderr.contains("edited since") && timer.exists(), "{kept}");
    fs::write(folder.join("other.timer"), "mine\n").unwrap();
    env.ok(&["schedule", "remove", "--yes"]);
    let left: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["other.timer"]);
    assert!(read(&env, "told").contains("--user disable --now bursar-sync.timer\n"));
    assert_eq!(env.fails(5, &["schedule", "remove", "--json"]).error()["code"], "no_schedule");

    fs::write(env.path("home/no-manager"), "").unwrap();
    let written = env.ok(&[&install[..], &["--yes"]].concat());
    assert!(written.stderr.contains("  systemctl --user enable --now bursar-sync.timer"), "{written}");
    assert!(timer.exists());
}

#[test]
fn what_bursar_did_not_write_stays() {
    let env = machine();
    let folder = env.path("home/.config/systemd/user");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("bursar-sync.timer"), "[Timer]\n").unwrap();
    for args in
        [&["schedule", "install", "--kind", "systemd", "--yes", "--json"][..], &["schedule", "remove", "--json"]]
    {
        assert_eq!(env.fails(6, args).error()["code"], "foreign_schedule");
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    assert_eq!(read(&env, ".config/systemd/user/bursar-sync.timer"), "[Timer]\n");
}

#[test]
fn the_crontab_keeps_every_other_line() {
    let env = machine();
    let mine = "MAILTO=me\n# mine\n5 4 * * * true 100\\%\n";
    fs::write(env.path("home/table"), mine).unwrap();
    let install = ["schedule", "install", "--kind", "cron", "--yes"];
    for every in ["6h", "6h", "12h"] {
        env.ok(&[&install[..], &["--every", every]].concat());
    }
    let table = read(&env, "table");
    assert!(table.starts_with(mine) && table.contains("\n0 0,12 * * * "), "{table}");
    assert_eq!(table.matches("# BEGIN bursar-sync\n").count(), 1, "{table}");
    env.ok(&["schedule", "remove", "--kind", "cron"]);
    assert_eq!(read(&env, "table"), mine);

    fs::write(env.path("home/bin/crontab"), "#!/bin/sh\necho 'not allowed' >&2\nexit 1\n").unwrap();
    let error = env.fails(14, &[&install[..], &["--json"]].concat()).error();
    assert_eq!(error["code"], "scheduler_refused");
    assert_eq!(read(&env, "table"), mine);
}

#[cfg(feature = "sandbox")]
#[test]
fn the_line_in_the_crontab_syncs_with_its_key() {
    let mut env = machine();
    env.bank();
    env.link("ins_109508");
    let key = env.path("secrets/timer key 100%");
    let key = key.to_str().unwrap();
    env.ok(&["keys", "add", "key-file", key, "--role", "sync", "--expires", "365d"]);
    env.ok(&["schedule", "install", "--kind", "cron", "--key-file", key, "--yes"]);
    let table = read(&env, "table");
    let line = table.lines().find(|line| line.starts_with("0 ")).unwrap();
    // As cron does: %, unless after a backslash, ends the line.
    let command = line.splitn(6, ' ').nth(5).unwrap().replace("\\%", "%").replace("--jitter 30m", "--jitter 10ms");
    let script = env.path("cron.sh");
    fs::write(&script, format!("{command}\n")).unwrap();
    env.unset("BURSAR_PASSPHRASE_FILE");
    let synced = env.run_command(env.shell(&script));
    assert_eq!((synced.status, synced.stdout.as_str(), synced.stderr.as_str()), (0, "", ""), "cron mails it\n{synced}");
    env.sandbox().fault(bursar::sandbox::Fault::LoginRequired, Some(1));
    let failed = env.run_command(env.shell(&script));
    assert!(failed.status == 8 && failed.stdout.is_empty() && failed.stderr.starts_with("error: "), "{failed}");
    assert_eq!(env.run_command(env.shell(&script)).status, 0);
    env.set("BURSAR_IDENTITY", key);
    let item = &env.json(&["schedule"])["items"][0];
    assert_eq!((&item["scheduler"], &item["last_outcome"]), (&"cron".into(), &"ok".into()));
    assert!(item["last_sync_at"].is_string());
    fs::set_permissions(key, fs::Permissions::from_mode(0o644)).unwrap();
    env.fails(13, &["schedule", "install", "--kind", "cron", "--key-file", key, "--yes"]);
}

#[test]
fn nothing_is_written_or_removed_without_a_yes() {
    let env = machine();
    let unit = "home/.config/systemd/user";
    let answered = |args: &[&str], question: &str, answer: &str| {
        let mut terminal = env.terminal_of(&env.command(&[args, &["--json"]].concat()));
        terminal.expect(question);
        terminal.type_line(answer);
        env.keep(terminal.finish())
    };
    let files = || {
        let entries = fs::read_dir(env.path(unit)).into_iter().flatten();
        entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect::<BTreeSet<PathBuf>>()
    };
    let install = ["schedule", "install", "--kind", "systemd"];
    env.fails(2, &install);
    let no = answered(&install, "Write and start this? [y/N] ", "n");
    assert!(no.status == 7 && no.stdout.contains("\"code\":\"not_confirmed\""), "{no}");
    assert!(files().is_empty() && read(&env, "told").is_empty());
    let yes = answered(&install, "Write and start this? [y/N] ", "y");
    assert_eq!(yes.status, 0, "{yes}");
    // Only orders count, not questions.
    let told =
        || read(&env, "told").lines().filter(|line| !line.contains(" show")).map(str::to_owned).collect::<Vec<_>>();
    let (written, before) = (files(), told());
    let timer = written.iter().find(|path| path.extension().is_some_and(|end| end == "timer")).unwrap();
    fs::write(timer, format!("{}# mine\n", fs::read_to_string(timer).unwrap())).unwrap();
    env.fails(2, &["schedule", "remove"]);
    let no = answered(&["schedule", "remove"], "Remove it with the edits? [y/N] ", "");
    assert!(no.status == 7 && no.stdout.contains("\"code\":\"not_confirmed\""), "{no}");
    assert_eq!((files(), told()), (written.clone(), before));
    assert!(fs::read_to_string(timer).unwrap().ends_with("# mine\n"));
}

/// The unit leaves the home read-only but for `ReadWritePaths`; the shipped hook and the sync itself get along with that.
#[cfg(feature = "sandbox")]
#[test]
fn the_shipped_hook_writes_where_the_unit_lets_it() {
    if !can_mount() || !have("jq") {
        return;
    }
    let mut env = machine();
    env.bank();
    env.link("ins_109508");
    let home = env.path("home");
    let unit = parts(&env, &["--kind", "systemd"]).remove(0).1;
    assert!(unit.contains("\nProtectHome=read-only\n"), "{unit}");
    let writable = unit.lines().find_map(|line| line.strip_prefix("ReadWritePaths=")).unwrap();
    let writable = writable.replace("%h", home.to_str().unwrap());
    let confine = format!(
        "mount --bind \"$folder\" \"$folder\"; mount -o remount,bind,ro \"$folder\"; \
         for place in {writable}; do mount --bind \"$place\" \"$place\"; mount -o remount,bind,rw \"$place\"; done"
    );
    let told_by = |hook: &str| {
        env.ok(&["config", "set", "notify.command", hook]);
        env.on_mount(&home, &confine, &["sync", "--no-input"])
    };
    let elsewhere = told_by("[\"sh\", \"-c\", \"cat >$HOME/alerts.log\"]");
    assert!(elsewhere.status == 0 && elsewhere.stderr.contains("told again at the next sync"), "{elsewhere}");
    let example = root().join("examples/tell-log.sh");
    let told = told_by(&format!("[\"bash\", {:?}]", example.to_str().unwrap()));
    assert!(told.status == 0 && !told.stderr.contains("warning:"), "{told}");
    assert!(read(&env, ".local/state/bursar/alerts.log").contains("default: "), "{told}");
}
