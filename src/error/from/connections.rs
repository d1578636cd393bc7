//! Errors of changing connections, and of finishing what an earlier run left.

use crate::{
    error::{Error, Kind},
    ops::{ahead::AheadError, connections::ConnectionError},
};

impl From<ConnectionError> for Error {
    fn from(error: ConnectionError) -> Self {
        use ConnectionError as C;
        let sentence = error.to_string();
        match error {
            C::Provider(error) => error.into(),
            C::Vault(error) => error.into(),
            C::Store(error) => error.into(),
            C::DeadToken { id, .. } => {
                Self::new(Kind::Refused, "dead_token", format!("{sentence}; nothing was removed"))
                    .hint(format!("bursar connections remove {id} --local"))
            }
            C::Already(id) => Self::new(Kind::Conflict, "connection_removed", sentence)
                .hint(format!("bursar connections remove {id} --purge")),
        }
    }
}

impl From<AheadError> for Error {
    fn from(error: AheadError) -> Self {
        match error {
            AheadError::Vault(error) => error.into(),
            AheadError::Store(error) => error.into(),
        }
    }
}
