//! `bursar demo`: the main job from end to end on the embedded sandbox, in a vault of its own.

use std::{
    path::{Path, PathBuf},
    pin::Pin,
    time::Duration,
};

use jiff::ToSpan as _;

use super::Program;
use crate::{
    context::Context,
    domain::dates::{Date, Interval},
    error::{Error, Kind, Result},
    fsx::{self, Scratch},
    sandbox,
    settings::{Environment, Paths, Settings, Typed},
    ui::{Profile, Ui},
    vault,
};

const PASSPHRASE_FILE: &str = "passphrase";
const VAULT: &str = "vault";

/// Long enough for a signal that has come to be seen.
const GLANCE: Duration = Duration::from_millis(2);

/// Try everything on invented banks: init, link, sync, accounts and reports
///
/// Works in a fresh temporary vault with the embedded sandbox; no account with Plaid, no network. Each command is shown
/// as it runs. Nothing of it touches your own vault.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar demo\n  bursar demo --keep ~/bursar-demo")]
pub(crate) struct Args {
    /// Keep the demo vault in this new directory, to play with
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// The same seed and day always give the same banks
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
}

impl Args {
    pub(crate) fn run(self, program: &Program, context: &mut Context) -> Result<()> {
        let mut interrupt = Interrupt::listen()?;
        let temporary =
            if self.keep.is_none() { Some(Scratch::make(&tempfile::env::temp_dir(), "bursar-demo-")?) } else { None };
        let directory = match (&self.keep, &temporary) {
            (Some(kept), _) => kept.clone(),
            (None, Some(temporary)) => temporary.path().to_owned(),
            (None, None) => return Err(Error::new(Kind::Io, "no_directory", "there is no place for the demo vault")),
        };
        require_fresh(&directory, self.keep.is_some())?;
        fsx::create_private_dir(&directory)?;
        let passphrase = vault::passphrase::generate()?;
        fsx::replace(&directory.join(PASSPHRASE_FILE), passphrase.expose().as_bytes())?;
        let running = sandbox::Server::start(sandbox::Config::new(self.seed, context.clock.now()))?;
        let mut demo = demo_context(context, &directory, &running)?;
        demo.ui.status("DEMO: invented banks, invented money, a vault of its own");
        for line in script(context.clock.today()) {
            interrupt.check()?;
            demo.ui.status(&format!("\n$ bursar {}", line.join(" ")));
            let words: Vec<&str> = line.iter().map(String::as_str).collect();
            (program.run)(&words, &mut demo)?;
        }
        demo.ui.status("\nThat was the demo.");
        match &self.keep {
            Some(kept) => {
                let vault = kept.join(VAULT);
                let file = kept.join(PASSPHRASE_FILE);
                demo.ui.hint(&format!(
                    "bursar --vault {} --passphrase-file {} report spending --monthly",
                    vault.display(),
                    file.display()
                ));
            }
            None => demo.ui.hint("bursar demo --keep ~/bursar-demo"),
        }
        demo.ui.hint("bursar init");
        Ok(())
    }
}

/// Ctrl-C while the demo runs: it ends between two commands, so that what it made is removed. A command that listens itself
/// (`sync`) ends at once.
struct Interrupt {
    runtime: tokio::runtime::Runtime,
    pressed: Pin<Box<dyn Future<Output = std::io::Result<()>>>>,
}

impl Interrupt {
    fn listen() -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let mut interrupt = Self { runtime, pressed: Box::pin(tokio::signal::ctrl_c()) };
        interrupt.check()?;
        Ok(interrupt)
    }

    fn check(&mut self) -> Result<()> {
        let Self { runtime, pressed } = self;
        match runtime.block_on(async { tokio::time::timeout(GLANCE, pressed).await }) {
            Ok(Ok(())) => Err(Error::new(Kind::Interrupted, "interrupted", "stopped; the demo's vault is removed")
                .hint("bursar demo")),
            _ => Ok(()),
        }
    }
}

fn require_fresh(directory: &Path, kept: bool) -> Result<()> {
    if kept && directory.exists() && directory.read_dir()?.next().is_some() {
        let sentence = format!("{} is not empty; the demo never touches what is there", directory.display());
        return Err(Error::new(Kind::Conflict, "not_empty", sentence).hint("bursar demo --keep NEW_DIRECTORY"));
    }
    Ok(())
}

/// The commands of the demo, as a user would type them: three months of spending, six of cash flow.
fn script(today: Date) -> Vec<Vec<String>> {
    let since = |months: i32| {
        let first = Interval::Monthly.start_of(today).saturating_sub(months.months());
        format!("{}..", Interval::Monthly.label(first))
    };
    let lines = [
        "init --env sandbox --no-recovery".to_owned(),
        "link --institution ins_109508".to_owned(),
        "link --institution ins_109511".to_owned(),
        "sync".to_owned(),
        "accounts".to_owned(),
        "report summary".to_owned(),
        format!("report spending --by primary --monthly -p {}", since(2)),
        format!("report cashflow --monthly -p {}", since(5)),
    ];
    lines.iter().map(|line| line.split(' ').map(str::to_owned).collect()).collect()
}

/// A context of the demo's own: its vault, its places, its sandbox; the user's configuration stays out.
fn demo_context(context: &Context, directory: &Path, running: &sandbox::Running) -> Result<Context> {
    let below = |name: &str| directory.join(name);
    let paths = Paths {
        config_dir: below("config"),
        data_dir: below("data"),
        state_dir: below("state"),
        runtime_dir: below("run"),
    };
    let environment = Environment::of([
        ("BURSAR_PLAID_BASE_URL", running.base_url.as_str()),
        ("PLAID_CLIENT_ID", running.client_id.as_str()),
        ("PLAID_SECRET", running.secret.as_str()),
    ]);
    let typed = Typed {
        vault: Some(below(VAULT).display().to_string()),
        passphrase_file: Some(below(PASSPHRASE_FILE)),
        no_config: true,
        no_input: true,
        yes: true,
        today: context.settings.today,
        format: context.settings.format,
        quiet: context.settings.quiet,
        color: Some(context.settings.color),
        ..Typed::default()
    };
    let settings = Settings::resolve(typed, &environment, &paths)?;
    let profile = Profile { yes: true, interactive: false, ..context.ui.profile().clone() };
    Ok(Context::new(Ui::standard(profile), settings, paths, environment))
}
