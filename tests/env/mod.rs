//! The hermetic environment in which tests drive the finished binary.
//!
//! A [`TestEnv`] has its own home, places, vault, passphrase and bank; the environment is cleared, the day and the
//! width are fixed. When it is dropped, every output and every file the binary left is searched for secrets.

#[cfg(feature = "sandbox")]
mod bank;
mod canary;
mod impostor;
#[cfg(feature = "sandbox")]
mod judge;
#[cfg(target_os = "linux")]
pub(crate) mod keyring;
mod mount;
mod output;
mod process;
mod strace;
mod terminal;
mod tools;

use std::{
    cell::RefCell,
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

#[cfg(feature = "sandbox")]
pub(crate) use bank::block_on;
pub(crate) use impostor::impostor;
#[cfg(feature = "sandbox")]
pub(crate) use judge::judge;
pub(crate) use mount::can_mount;
pub(crate) use output::Output;
pub(crate) use process::Background;
use serde_json::Value;
use tempfile::TempDir;
pub(crate) use terminal::Terminal;
pub(crate) use tools::{have, python_with, python_with_argon2};

/// The day on which all tests take place, unless they say otherwise.
pub(crate) const TODAY: &str = "2026-04-15";

/// The passphrase of every test vault; never to be seen in an output or a file of the vault.
pub(crate) const PASSPHRASE: &str = "canary-horse-battery-staple-7319";

/// One test's own machine: home, vault, environment, bank.
pub(crate) struct TestEnv {
    root: TempDir,
    vars: BTreeMap<String, String>,
    canary: RefCell<canary::Canary>,
    #[cfg(feature = "sandbox")]
    bank: Option<bursar::sandbox::Running>,
}

impl TestEnv {
    /// An empty home without vault and bank.
    pub(crate) fn new() -> Self {
        let root = tempfile::Builder::new().prefix("bursar-test-").tempdir().unwrap();
        let mut env = Self {
            vars: BTreeMap::new(),
            canary: RefCell::new(canary::Canary::new(PASSPHRASE)),
            root,
            #[cfg(feature = "sandbox")]
            bank: None,
        };
        for (name, place) in [
            ("HOME", "home"),
            ("XDG_CONFIG_HOME", "home/.config"),
            ("XDG_DATA_HOME", "home/.local/share"),
            ("XDG_STATE_HOME", "home/.local/state"),
            ("XDG_CACHE_HOME", "home/.cache"),
            ("XDG_RUNTIME_DIR", "run"),
            ("TMPDIR", "tmp"),
        ] {
            private_dir(&env.path(place));
            let place = env.path(place);
            env.set(name, place.to_str().unwrap());
        }
        private_dir(&env.path("home"));
        private_dir(&env.path("secrets"));
        let passphrase = env.secret_file("passphrase", &format!("{PASSPHRASE}\n"));
        env.set("BURSAR_PASSPHRASE_FILE", passphrase.to_str().unwrap());
        env.set("BURSAR_VAULT", env.vault().to_str().unwrap());
        env.set("BURSAR_TODAY", TODAY);
        env.set("COLUMNS", "100");
        env.set("LANG", "C.UTF-8");
        env.set("TZ", "UTC");
        env.set("PATH", "/usr/local/bin:/usr/bin:/bin");
        env
    }

    /// A path below the test's own root.
    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.root.path().join(below)
    }

    /// The folder of the vault; its parent exists, the vault does not until `init`.
    pub(crate) fn vault(&self) -> PathBuf {
        self.path("home/vault")
    }

    /// Sets a variable for every later run.
    pub(crate) fn set(&mut self, name: &str, value: impl AsRef<str>) {
        self.vars.insert(name.to_owned(), value.as_ref().to_owned());
    }

    /// Removes a variable from every later run.
    pub(crate) fn unset(&mut self, name: &str) {
        self.vars.remove(name);
    }

    /// Writes a file that only the owner reads, outside the vault and outside the search for secrets.
    pub(crate) fn secret_file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.path("secrets").join(name);
        fs::write(&path, content).unwrap();
        mode(&path, 0o600);
        path
    }

    /// Names one more text that no output and no file may contain.
    pub(crate) fn guard(&self, secret: &str) {
        self.canary.borrow_mut().guard(secret);
    }

    /// The binary with this environment and nothing else.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bursar"));
        command.args(args);
        self.dress(&mut command);
        command
    }

    /// A shell script with this environment, `bursar` first on its path.
    pub(crate) fn shell(&self, script: &Path) -> Command {
        let mut command = Command::new("bash");
        command.arg(script);
        self.dress(&mut command);
        command
    }

    fn dress(&self, command: &mut Command) {
        command.env_clear().envs(&self.vars).current_dir(self.path("home"));
        let binary = Path::new(env!("CARGO_BIN_EXE_bursar")).parent().unwrap();
        let path = format!("{}:{}", binary.display(), self.vars.get("PATH").map_or("", String::as_str));
        command.env("PATH", path);
    }

    /// Runs to the end, without input and without terminal.
    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.run_command(self.command(args))
    }

    /// Runs with a text on the standard input.
    pub(crate) fn run_with_input(&self, args: &[&str], input: &str) -> Output {
        self.keep(process::run(self.command(args), input.as_bytes()))
    }

    /// Runs a prepared command to the end.
    pub(crate) fn run_command(&self, command: Command) -> Output {
        self.keep(process::run(command, b""))
    }

    /// Starts without waiting; killed at drop at the latest.
    pub(crate) fn start(&self, args: &[&str]) -> Background {
        Background::start(self.command(args))
    }

    /// Starts on a pseudo-terminal, without a passphrase file, so that it asks. Give its `finish()` to [`TestEnv::keep`].
    pub(crate) fn terminal(&self, args: &[&str]) -> Terminal {
        let mut command = self.command(args);
        command.env_remove("BURSAR_PASSPHRASE_FILE");
        Terminal::start(&command)
    }

    /// Starts a prepared command on a pseudo-terminal.
    pub(crate) fn terminal_of(&self, command: &Command) -> Terminal {
        Terminal::start(command)
    }

    /// Takes an output into the search for secrets.
    pub(crate) fn keep(&self, output: Output) -> Output {
        self.canary.borrow_mut().saw(&output);
        output
    }

    /// Runs and demands success.
    pub(crate) fn ok(&self, args: &[&str]) -> Output {
        let output = self.run(args);
        assert_eq!(output.status, 0, "bursar {} failed\n{output}", args.join(" "));
        output
    }

    /// Runs with `--json`, demands success and returns the answer.
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let mut args = args.to_vec();
        args.push("--json");
        self.ok(&args).json()
    }

    /// Runs and demands an exit code.
    pub(crate) fn fails(&self, code: i32, args: &[&str]) -> Output {
        let output = self.run(args);
        assert_eq!(output.status, code, "bursar {}\n{output}", args.join(" "));
        output
    }

    /// Makes the vault.
    pub(crate) fn init(&self) -> Output {
        self.ok(&["init", "--env", "sandbox", "--no-recovery", "--yes", "--no-input"])
    }

    /// The output with everything that differs from run to run replaced by a name in brackets.
    pub(crate) fn neutral(&self, output: &Output) -> String {
        let shown = output.to_string().replace(self.root.path().to_str().unwrap(), "[ROOT]");
        match self.vars.get("BURSAR_PLAID_BASE_URL") {
            Some(url) => shown.replace(url.as_str(), "[BANK]"),
            None => shown,
        }
    }

    /// Compares the whole output (status, stdout, stderr) with the snapshot of that name.
    pub(crate) fn snapshot(&self, name: &str, output: &Output) {
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../snapshots");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.add_filter(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "[INSTANT]");
        settings.add_filter(r"\b\d+(\.\d+)? ?(ms|MiB)\b", "[MEASURED]");
        settings.add_filter(r"/\.bursar-[A-Za-z0-9-]+", "/[TEMPORARY]");
        settings.add_filter(r"\b[0-9a-f]{32}\b", "[ID]");
        settings.add_filter(r"\(request \w+\)", "(request [ID])");
        settings.add_filter(r"transaction \w{37}", "transaction [ID]");
        settings.add_filter(r"127\.0\.0\.1:\d+", "[LOOPBACK]");
        settings.add_filter(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "[UUID]");
        settings.bind(|| insta::assert_snapshot!(name, self.neutral(output)));
    }
}

impl Drop for TestEnv {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let found = self.canary.borrow().search(self.root.path(), &self.path("secrets"));
            assert!(found.is_empty(), "secrets came out:\n  {}", found.join("\n  "));
        }
    }
}

fn private_dir(path: &Path) {
    fs::create_dir_all(path).unwrap();
    mode(path, 0o700);
}

/// Sets the permission bits.
pub(crate) fn mode(path: &Path, bits: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(bits)).unwrap();
}
