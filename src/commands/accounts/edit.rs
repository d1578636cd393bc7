//! `bursar accounts edit`.

use crate::{
    commands::candidates,
    context::Context,
    domain::accounts::AccountType,
    error::{Error, Kind, Result},
    store::AccountEdit,
};

/// Say what an account is and what you call it; an empty text gives it back to the bank
///
/// Some providers do not say what an account is, and bursar goes by its name (`accounts show` says who said it). What you say is
/// kept over syncs; which transactions are income, spending or transfers is worked out anew.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bursar accounts edit a3 --type credit\n  bursar accounts edit savings --name \"Rainy days\"\n  \
    bursar accounts edit a3 --type \"\"       # what the bank says, or the name suggests"
)]
pub(crate) struct Args {
    /// The account: id, mask or name
    #[arg(add = candidates::accounts())]
    account: String,
    /// What it is: depository, credit, loan, investment or other
    #[arg(long = "type", value_name = "TYPE", value_parser = said)]
    kind: Option<Said>,
    /// Your name for it
    #[arg(long)]
    name: Option<String>,
}

/// What was said of an account's type; none takes back what was said.
#[derive(Debug, Clone, Copy)]
struct Said(Option<AccountType>);

fn said(text: &str) -> std::result::Result<Said, String> {
    let kind = AccountType::from_word(text);
    match text {
        "" => Ok(Said(None)),
        _ if kind.as_str() == text => Ok(Said(Some(kind))),
        _ => Err("it is one of depository, credit, loan, investment, other".to_owned()),
    }
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        if self.kind.is_none() && self.name.is_none() {
            let sentence = "there is nothing to change; give --type or --name";
            return Err(Error::new(Kind::Usage, "nothing_to_edit", sentence).hint("bursar help accounts edit"));
        }
        let edit = AccountEdit { name: self.name, kind: self.kind.map(|said| said.0), ..AccountEdit::default() };
        super::change(context, &self.account, "accounts.edit", &edit)
    }
}
