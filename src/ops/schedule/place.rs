//! Where schedules are kept, and putting them there and taking them away.

use std::path::{Path, PathBuf};

use super::{Order, Part, ScheduleError, Scheduler, State, cron, mark, program};
use crate::fsx::{self, FsError};

/// The folders of this user's schedulers.
#[derive(Debug, Clone)]
pub struct Places {
    /// Units of the user's systemd.
    pub systemd: PathBuf,
    /// The user's agents of launchd.
    pub launchd: PathBuf,
}

impl Places {
    pub(super) fn file(&self, scheduler: Scheduler, name: &str, extension: &str) -> PathBuf {
        let folder = match scheduler {
            Scheduler::Systemd => &self.systemd,
            Scheduler::Launchd | Scheduler::Cron => &self.launchd,
        };
        folder.join(format!("{name}.{extension}"))
    }

    fn files(&self, scheduler: Scheduler, name: &str) -> Vec<PathBuf> {
        let extensions: &[&str] = match scheduler {
            Scheduler::Systemd => &["service", "timer"],
            Scheduler::Launchd => &["plist"],
            Scheduler::Cron => &[],
        };
        extensions.iter().map(|extension| self.file(scheduler, name, extension)).collect()
    }
}

/// What stands for the crontab where a file is named.
pub(super) fn crontab() -> PathBuf {
    PathBuf::from("crontab")
}

impl Order {
    /// What the schedule of a vault is called: differently for every vault, whatever its folder's name.
    pub fn name_for(vault: &Path, default: &Path) -> String {
        if vault == default {
            return "bursar-sync".to_owned();
        }
        let name = vault.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        format!("bursar-sync-{name}-{}", mark::short(&vault.to_string_lossy()))
    }
}

/// A schedule that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Who starts it.
    pub scheduler: Scheduler,
    /// Where it is.
    pub files: Vec<PathBuf>,
    /// Whether it is as bursar wrote it.
    pub state: State,
    /// When it starts next, as the scheduler says it.
    pub next: Option<String>,
}

/// Bursar's schedule of this name with one scheduler.
pub fn find(scheduler: Scheduler, name: &str, places: &Places) -> Result<Option<Found>, ScheduleError> {
    let found = |files, state, next| Some(Found { scheduler, files, state, next });
    if scheduler == Scheduler::Cron {
        let table = match program::crontab() {
            Err(ScheduleError::NoProgram { .. }) => return Ok(None),
            table => table?,
        };
        return Ok(cron::state(&table, name)?.and_then(|state| found(vec![crontab()], state, None)));
    }
    let mut files = Vec::new();
    let mut whole = State::Unchanged;
    for file in places.files(scheduler, name) {
        match own(&file)? {
            None => {}
            Some(state) => {
                if state == State::Edited {
                    whole = state;
                }
                files.push(file);
            }
        }
    }
    let next = if scheduler == Scheduler::Systemd && !files.is_empty() { program::next(name) } else { None };
    Ok(if files.is_empty() { None } else { found(files, whole, next) })
}

/// Whether bursar wrote a file; `None` if it is not there, an error if somebody else did.
fn own(file: &Path) -> Result<Option<State>, ScheduleError> {
    match std::fs::read_to_string(file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(FsError::io("read", file)(error).into()),
        Ok(text) => mark::state(&text).map(Some).ok_or_else(|| ScheduleError::Foreign(file.to_owned())),
    }
}

/// Puts a schedule in its place; what bursar wrote before under that name is replaced.
pub fn install(scheduler: Scheduler, name: &str, parts: &[Part]) -> Result<(), ScheduleError> {
    // All of them are looked at before one is written.
    for part in parts.iter().filter(|_| scheduler != Scheduler::Cron) {
        own(&part.file)?;
    }
    for part in parts {
        if scheduler == Scheduler::Cron {
            let table = program::crontab()?;
            let new = cron::with(&table, name, &part.text)?;
            if new != table {
                program::set_crontab(&new)?;
            }
            continue;
        }
        if let Some(folder) = part.file.parent() {
            std::fs::create_dir_all(folder).map_err(FsError::io("create", folder))?;
        }
        fsx::replace(&part.file, part.text.as_bytes())?;
    }
    Ok(())
}

/// Takes a schedule away.
pub fn remove(found: &Found, name: &str) -> Result<(), ScheduleError> {
    if found.scheduler == Scheduler::Cron {
        let table = program::crontab()?;
        return program::set_crontab(&cron::without(&table, name)?);
    }
    for file in &found.files {
        own(file)?;
        std::fs::remove_file(file).map_err(FsError::io("remove", file))?;
    }
    Ok(())
}
