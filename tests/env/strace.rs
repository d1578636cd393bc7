//! A process under strace: what it asked of the kernel, and what the kernel was made to answer.

use std::{fs, process::Command};

use super::{Output, TestEnv};

impl TestEnv {
    /// Runs to the end with these strace expressions; gives the output and what strace wrote down.
    pub(crate) fn traced(&self, args: &[&str], expressions: &[&str]) -> (Output, String) {
        let log = self.path("trace");
        let bursar = self.command(args);
        let mut command = Command::new("strace");
        command.args(["-f", "-qq", "-a", "0", "-s", "0"]);
        command.args(expressions.iter().flat_map(|expression| ["-e", expression])).arg("-o").arg(&log);
        command.arg(bursar.get_program()).args(bursar.get_args()).env_clear();
        command.envs(bursar.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.current_dir(bursar.get_current_dir().unwrap());
        let output = self.run_command(command);
        let trace = fs::read_to_string(&log).unwrap();
        fs::remove_file(log).unwrap();
        (output, trace)
    }
}
