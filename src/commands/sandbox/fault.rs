//! `bursar sandbox fault`.

use serde::Serialize;

use crate::{
    context::Context,
    error::{Error, Kind, Result},
    render::{Sheet, ToSheet},
    sandbox::Fault,
};

/// Make a running sandbox misbehave, to see what bursar does
///
/// Uses BURSAR_PLAID_BASE_URL and the keys that `sandbox serve` printed. Without a name: lists the faults.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar sandbox fault\n  bursar sandbox fault mutation --times 2")]
pub(crate) struct Args {
    /// The fault
    name: Option<String>,
    /// How often it strikes; 0 takes it away [default: the fault's own number]
    #[arg(long, value_name = "N")]
    times: Option<u32>,
}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        let Some(name) = self.name else { return list(context) };
        if Fault::from_name(&name).is_none() {
            return Err(Error::new(Kind::NotFound, "no_fault", format!("there is no fault {name:?}"))
                .hint("bursar sandbox fault"));
        }
        let client = context.sandbox_client()?;
        context.runtime()?.block_on(client.sandbox_fault(&name, self.times))?;
        context.ui.status(&format!("the sandbox will show: {name}"));
        Ok(())
    }
}

/// `sandbox fault --json` without a name.
#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Faults(Vec<Known>);

#[derive(Debug, Serialize)]
struct Known {
    name: &'static str,
    meaning: &'static str,
}

impl ToSheet for Faults {
    fn to_sheet(&self) -> Sheet {
        Sheet::of_text(
            &["name", "meaning"],
            self.0.iter().map(|fault| [fault.name.to_owned(), fault.meaning.to_owned()]),
        )
    }
}

fn list(context: &mut Context) -> Result<()> {
    let faults = Fault::ALL.iter().map(|fault| Known { name: fault.name(), meaning: fault.what() }).collect();
    context.present(&Faults(faults))
}
