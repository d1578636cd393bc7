//! File systems of a test's own: visible to one run only.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use super::{Output, TestEnv, have};

/// Whether this user may mount in a name space of their own; some systems forbid it, and CI is not one of them.
pub(crate) fn can_mount() -> bool {
    let probe = ["--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"];
    let may = have("unshare") && Command::new("unshare").args(probe).stderr(Stdio::null()).status().unwrap().success();
    assert!(may || std::env::var_os("CI").is_none(), "CI cannot mount in a name space of its own");
    may
}

impl TestEnv {
    /// Runs bursar after a script has mounted what it wants at `$folder`.
    pub(crate) fn on_mount(&self, folder: &Path, mount: &str, args: &[&str]) -> Output {
        let bursar = self.command(args);
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount", "sh", "-euc"]);
        command.arg(format!("folder=$1; shift; {mount}; exec \"$@\"")).arg("sh").arg(folder);
        command.arg(bursar.get_program()).args(bursar.get_args()).env_clear();
        command.envs(bursar.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.current_dir(bursar.get_current_dir().unwrap());
        self.run_command(command)
    }
}
