//! Errors of a link.

use crate::{
    error::{Error, Kind},
    ops::link::LinkError,
};

impl From<LinkError> for Error {
    fn from(error: LinkError) -> Self {
        use LinkError as L;
        let sentence = error.to_string();
        match error {
            L::Plaid(error) => error.into(),
            L::SimpleFin(error) => error.into(),
            L::ClaimLost(error) => {
                let sentence =
                    format!("{sentence}; nothing was linked: make a new one where you made it, and disable this one");
                Self::new(Kind::Unavailable, "answer_lost", sentence).hint("bursar link simplefin").caused_by(error)
            }
            L::Claimed => Self::new(Kind::Interrupted, "interrupted", sentence).hint("bursar link --resume"),
            L::NotSimpleFin(id) => {
                Self::new(Kind::Conflict, "other_provider", sentence).hint(format!("bursar link --repair {id}"))
            }
            L::Vault(error) => error.into(),
            L::Store(error) => error.into(),
            L::Loopback(error) => error.into(),
            L::SandboxOnly => Self::new(Kind::Refused, "sandbox_only", sentence).hint("bursar link"),
            L::UnknownInstitution(_) => {
                Self::new(Kind::NotFound, "unknown_institution", sentence).hint("bursar link --institution ins_109508")
            }
            L::NoPage => Self::new(Kind::Unavailable, "no_page", sentence).hint("bursar link --page"),
            L::Removed(_) => Self::new(Kind::NotFound, "connection_removed", sentence).hint("bursar link"),
            L::PlanFull { .. } => Self::new(Kind::Refused, "plan_items", sentence).hint("bursar connections"),
            L::Interrupted => {
                let sentence =
                    format!("{sentence}; nothing was linked, and what was begun can be finished for six hours");
                Self::new(Kind::Interrupted, "interrupted", sentence).hint("bursar link --resume")
            }
            L::NothingToResume => Self::new(Kind::NotFound, "nothing_to_resume", sentence).hint("bursar link"),
            L::AnswerLost(error) => {
                let sentence = format!("{sentence}; try again within half an hour, before Plaid forgets the sign-in");
                Self::new(Kind::Unavailable, "answer_lost", sentence).hint("bursar link --resume").caused_by(error)
            }
            L::Unreachable(error) => {
                let sentence = format!(
                    "{}; {sentence}: it counts for the plan, and only my.plaid.com or Plaid's support can end it",
                    Self::from(error).message
                );
                Self::new(Kind::Unavailable, "link_again", sentence).hint("bursar link")
            }
        }
    }
}
