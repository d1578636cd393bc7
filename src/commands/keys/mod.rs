//! `bursar keys`: the ways into the vault.

mod add;
mod expire;
mod list;
mod passwd;
mod phrase;
mod plan;
mod recovery;
mod remove;
pub(crate) mod rotate;
pub(crate) mod totp;
mod until;

pub(super) use self::{phrase::NewPassphrase, plan::agreed, recovery::hand_over, rotate::with_means, until::Until};
use crate::{context::Context, error::Result};

/// The ways into the vault: passphrases, recovery code, key files, second factors
///
/// Each key has a role: an owner may do everything, a sync key only brings the book up to date, a viewer only reads.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    List(list::Args),
    Add(add::Args),
    Remove(remove::Args),
    Expire(expire::Args),
    Rotate(rotate::Args),
    Passwd(passwd::Args),
    Recovery(recovery::Args),
    Totp(totp::Args),
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self.verb {
            None => list::Args {}.run(context),
            Some(Verb::List(args)) => args.run(context),
            Some(Verb::Add(args)) => args.run(context),
            Some(Verb::Remove(args)) => args.run(context),
            Some(Verb::Rotate(args)) => args.run(context),
            Some(Verb::Expire(args)) => args.run(context),
            Some(Verb::Passwd(args)) => args.run(context),
            Some(Verb::Recovery(args)) => args.run(context),
            Some(Verb::Totp(args)) => args.run(context),
        }
    }
}
