//! Errors of schedules.

use crate::{
    error::{Error, Kind},
    ops::schedule::ScheduleError,
};

impl From<ScheduleError> for Error {
    fn from(error: ScheduleError) -> Self {
        let sentence = error.to_string();
        match error {
            ScheduleError::File(error) => error.into(),
            ScheduleError::Foreign(_) => {
                Self::new(Kind::Conflict, "foreign_schedule", sentence).hint("bursar schedule print")
            }
            ScheduleError::NoProgram { .. } => {
                Self::new(Kind::NotFound, "no_scheduler", sentence).hint("bursar schedule print")
            }
            ScheduleError::Refused { .. } => {
                Self::new(Kind::Io, "scheduler_refused", sentence).hint("bursar schedule print")
            }
            ScheduleError::OpenBlock => Self::new(Kind::Conflict, "open_block", sentence).hint("crontab -e"),
            ScheduleError::Unwritable { .. } => {
                Self::new(Kind::Usage, "unwritable_path", sentence).hint("bursar schedule print --help")
            }
            ScheduleError::Credential => {
                Self::new(Kind::Usage, "no_credential", sentence).hint("bursar schedule print --kind systemd")
            }
        }
    }
}
