//! Cores and debuggers: what the kernel writes when bursar is killed, and what root's debugger takes of it.

use std::{
    fs,
    os::unix::process::ExitStatusExt as _,
    path::Path,
    process::{Command, Output},
};

use memchr::memmem;
use rustix::process::{Pid, Signal, kill_process};

use super::{keys::Keys, may_read_others, stuck::Stuck};
use crate::env::{PASSPHRASE, TestEnv, have};

/// The same command, from a shell that allows cores of any size.
fn allowed_cores(command: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -c unlimited && exec \"$@\"", "sh"]).arg(command.get_program()).args(command.get_args());
    shell.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell
}

#[test]
fn the_kernel_writes_no_core_of_it() {
    let env = TestEnv::household();
    let mut other = allowed_cores(Command::new("sleep").arg("60"));
    let mut other = other.current_dir(env.path("tmp")).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(200));
    kill_process(Pid::from_child(&other), Signal::ABORT).unwrap();
    // A machine may refuse cores of anything; where it does not, it makes one of this.
    let writes_cores = other.wait().unwrap().core_dumped();
    let mut command = allowed_cores(&env.command(&["accounts"]));
    let stuck = Stuck::start({
        command.current_dir(env.path("tmp"));
        command
    });
    let status = stuck.end_by(Signal::ABORT);
    assert_eq!(status.signal(), Some(Signal::ABORT.as_raw()));
    assert!(!status.core_dumped(), "others leave a core here: {writes_cores}");
}

/// Takes two cores of a process: one as debuggers do it, one of everything there is.
fn cores(stuck: &Stuck, usual: &Path, whole: &Path) -> Output {
    let take = |path: &Path| format!("gcore {}", path.display());
    let mut debugger = Command::new("gdb");
    debugger.args(["--readnever", "-nx", "-batch", "-p"]).arg(stuck.id().to_string());
    for line in [&take(usual), "set use-coredump-filter off", "set dump-excluded-mappings on", &take(whole)] {
        debugger.args(["-ex", line]);
    }
    debugger.output().unwrap()
}

#[test]
fn a_core_that_root_takes_has_no_secret_in_it() {
    if !have("gdb") || !may_read_others() {
        return;
    }
    let env = TestEnv::household();
    let file = env.path("secrets/device");
    env.ok(&["keys", "add", "key-file", file.to_str().unwrap()]);
    let forms = Keys::of(&env, "secrets/device").forms();
    // Not among the files of the vault's home, which must hold no secret when the test ends.
    let elsewhere = tempfile::tempdir().unwrap();
    for line in ["accounts", "sync --json"] {
        let stuck = Stuck::start(env.command(&line.split(' ').collect::<Vec<_>>()));
        let (usual, whole) = (elsewhere.path().join("usual"), elsewhere.path().join("whole"));
        let said = cores(&stuck, &usual, &whole);
        let said = String::from_utf8_lossy(&[said.stdout, said.stderr].concat()).into_owned();
        let [usual, whole] = [&usual, &whole].map(|path| fs::read(path).unwrap_or_else(|_| panic!("{said}")));
        let finds = |core: &[u8], form: &[u8]| memmem::find(core, form).is_some();
        assert!(
            finds(&whole, b"SQLite format 3") && forms.iter().any(|(_, form)| finds(&whole, form)),
            "{line}: the search finds what is there\n{said}"
        );
        assert!(usual.starts_with(b"\x7fELF") && said.contains(&format!("{}", stuck.id())), "{said}");
        let texts: [(&str, &[u8]); 6] = [
            ("the passphrase", PASSPHRASE.as_bytes()),
            ("a payload", b"\"ledger\":{"),
            ("a token", b"access-sandbox-"),
            ("an identity", b"AGE-SECRET-KEY-1"),
            ("a page", b"SQLite format 3"),
            ("a bank", b"First Platypus Bank"),
        ];
        let all = texts.into_iter().chain(forms.iter().map(|(name, form)| (name.as_str(), form.as_slice())));
        let found: Vec<&str> = all.filter(|(_, form)| finds(&usual, form)).map(|(name, _)| name).collect();
        assert_eq!(found, Vec::<&str>::new(), "{line}");
    }
}
