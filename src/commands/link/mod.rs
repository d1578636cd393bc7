//! `bursar link`: connects a bank, or mends a connection.

mod country;
mod first_sync;
mod guide;
mod outcome;
mod simplefin;

use std::collections::HashSet;

use crate::{
    commands::{bank, candidates, connections, notify, sync::verdict::all_well},
    context::{Context, Keyless},
    domain::{
        ids::{ConnectionId, InstitutionId},
        products::Product,
        provider::manner,
    },
    error::{Error, Kind, Result},
    loopback::Desktop,
    ops::{
        ahead::Linked,
        link::{LinkError, Linker, Outcome, Pace, Repair, Stop, Wish},
        provider,
        recover::{Recovered, recover},
    },
    plaid::Client,
    vault::Right,
};

pub(crate) use outcome::LinkReport;

/// As much history as Plaid gives; it cannot be asked for later.
const DAYS: u16 = 730;

/// Connect a bank
///
/// Opens the bank's page in the browser, hosted by Plaid; without a display it prints an address and a QR code to open
/// anywhere. Your bank's password goes to Plaid or your bank, never to bursar. Then the history is fetched.
#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  bursar link\n  bursar link simplefin\n  bursar link --hosted                 # over SSH: address and QR code\n  \
    bursar link --repair platypus        # sign in again\n  bursar link --institution ins_109508 # sandbox: no browser at all"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    provider: Option<Other>,
    #[command(flatten)]
    way: Way,
    #[command(flatten)]
    aim: Aim,
    #[command(flatten)]
    terms: Terms,
    /// Print the page's address instead of opening a browser
    #[arg(long)]
    no_browser: bool,
    /// Do not fetch the history now
    #[arg(long)]
    no_sync: bool,
}

/// Providers other than Plaid.
#[derive(Debug, clap::Subcommand)]
enum Other {
    Simplefin(simplefin::Args),
}

/// How the user gets to the bank's page.
#[derive(Debug, clap::Args)]
#[group(multiple = false)]
struct Way {
    /// Print an address and a QR code that open on any device (the default without a display)
    #[arg(long)]
    hosted: bool,
    /// Use a page of bursar's own on 127.0.0.1, which runs Plaid's script
    #[arg(long)]
    page: bool,
    /// Go on with a link of the last six hours that was begun and not finished
    #[arg(long)]
    resume: bool,
    /// Sandbox only: sign in at this institution without any page
    #[arg(long, value_name = "ID")]
    institution: Option<String>,
}

/// An existing connection instead of a new one.
#[derive(Debug, clap::Args)]
#[group(multiple = false, conflicts_with_all = ["resume", "institution"])]
struct Aim {
    /// Sign in again at this connection; it keeps its accounts and history
    #[arg(long, value_name = "CONN", add = candidates::connections())]
    repair: Option<String>,
    /// Add or drop accounts of this connection
    #[arg(long, value_name = "CONN", add = candidates::connections())]
    add_accounts: Option<String>,
}

#[derive(Debug, clap::Args)]
struct Terms {
    /// Sandbox only: the test user to sign in as
    #[arg(long, value_name = "NAME", requires = "institution")]
    user: Option<String>,
    /// Countries whose banks are offered (ISO 3166-1)
    #[arg(long, value_name = "CC", value_delimiter = ',', value_parser = country::parse)]
    country: Vec<String>,
    /// Language of the bank's pages
    #[arg(long, value_name = "LANG")]
    language: Option<String>,
    /// Days of history to ask for; fixed for the life of the connection
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=730))]
    days: Option<u16>,
    /// Link accounts again that are linked already, or make a second connection to the same bank
    #[arg(long)]
    allow_duplicate: bool,
}

impl Args {
    pub(crate) fn run(mut self, context: &mut Context) -> Result<()> {
        if let Some(Other::Simplefin(args)) = self.provider.take() {
            return args.run(context);
        }
        let wish = self.wish(context)?;
        if let Some(repair) = wish.repair
            && manner(&context.book()?.connection(repair.connection)?.provider).by_hand.is_some()
        {
            return simplefin::Args::repair(repair.connection, self.no_sync).run(context);
        }
        if context.settings.dry_run {
            context.ui.status(&self.intent(&wish));
            return Ok(());
        }
        context.require(Right::Write)?;
        // What is resumed may have come from somebody who wants no keys.
        let client = if self.way.resume { context.client_if_keys()? } else { Ok(context.client()?) };
        if !self.way.resume && wish.repair.is_none() {
            plan_allows(context)?;
            consent(context)?;
        }
        let outcome = self.link(&wish, client, context)?;
        conclude(context, outcome, self.no_sync, &self.again())
    }

    fn wish(&self, context: &mut Context) -> Result<Wish> {
        let link = context.settings.config.link.clone();
        let countries = if self.terms.country.is_empty() {
            country::configured(link.countries)?
        } else {
            self.terms.country.clone()
        };
        Ok(Wish {
            countries,
            language: self.terms.language.clone().or(link.language).unwrap_or_else(|| "en".to_owned()),
            days: self.terms.days.or(link.days).unwrap_or(DAYS),
            allow_duplicates: self.terms.allow_duplicate,
            repair: self.repair(context)?,
            most: plan(context.bank_environment()?.as_str(), context.settings.config.plaid.max_items),
        })
    }

    fn repair(&self, context: &mut Context) -> Result<Option<Repair>> {
        let choose_accounts = self.aim.add_accounts.is_some();
        let Some(named) = self.aim.repair.as_ref().or(self.aim.add_accounts.as_ref()) else { return Ok(None) };
        let connection = context.book()?.find_connection(named)?.id;
        Ok(Some(Repair { connection, choose_accounts }))
    }

    fn link(
        &self,
        wish: &Wish,
        client: std::result::Result<Client, Keyless>,
        context: &mut Context,
    ) -> Result<Outcome> {
        let display = has_display(context);
        let mut guide = guide::Host::new(context, display && !self.way.hosted && !self.no_browser);
        let mut ui = context.ui.again();
        let plaid = client.as_ref().ok().cloned();
        bank::with_client(context, (Right::Write, client), |bank, mut book| {
            let stop = Stop::on_interrupt(bank.runtime);
            let finished = recover(bank, &mut book)?;
            bank::recovered(&mut ui, &finished);
            // Nobody else has to wait for a person at the bank's page.
            drop(book);
            let linker = Linker { bank: *bank, plaid: plaid.as_ref(), pace: Pace::default(), stop: &stop };
            Ok(match &self.way {
                Way { institution: Some(id), .. } => {
                    let institution = InstitutionId::from(id.as_str());
                    linker.direct(&institution, self.terms.user.as_deref(), wish, &mut guide)?
                }
                Way { resume: true, .. } => resume(&linker, wish, finished, &mut guide)?,
                Way { page: true, .. } => linker.page(wish, &mut guide)?,
                Way { hosted, .. } => linker.hosted(wish, display && !hosted, &mut guide)?,
            })
        })
    }

    /// What would be done.
    fn intent(&self, wish: &Wish) -> String {
        match wish.repair {
            Some(Repair { connection, choose_accounts }) => {
                let what = if choose_accounts { "add or drop accounts" } else { "sign in again" };
                format!("would open the bank's page of {connection}, to {what}")
            }
            None if self.way.resume => "would go on with a link of the last six hours".to_owned(),
            None => format!("would link a bank of {} with {} days of history", wish.countries.join(", "), wish.days),
        }
    }

    /// The command that tries the same once more, but for the connection that it is about.
    fn again(&self) -> String {
        match &self.way {
            Way { institution: Some(id), .. } => format!("bursar link --institution {id}"),
            Way { page: true, .. } => "bursar link --page".to_owned(),
            Way { hosted: true, .. } => "bursar link --hosted".to_owned(),
            _ => "bursar link".to_owned(),
        }
    }
}

/// Goes on with a flow; without one, what an earlier run had left and this one has finished is what was resumed.
fn resume(linker: &Linker<'_>, wish: &Wish, finished: Vec<Recovered>, guide: &mut guide::Host) -> Result<Outcome> {
    let made: Vec<Linked> = finished.into_iter().filter_map(Recovered::linked).collect();
    match linker.resume(wish, guide) {
        Err(LinkError::NothingToResume) if !made.is_empty() => {
            Ok(Outcome::Finished { linked: made, duplicates: Vec::new(), beyond: None })
        }
        outcome => Ok(outcome?),
    }
}

fn has_display(context: &Context) -> bool {
    let set = |name| context.environment.text(name).is_some();
    Desktop { x11: set("DISPLAY"), wayland: set("WAYLAND_DISPLAY"), ssh: set("SSH_CONNECTION") }.has_display()
}

/// Connections of Plaid's Trial plan; what production allows unless plaid.max_items says otherwise.
const TRIAL: u64 = 10;
/// So many before the last, a word is said.
const NEAR: u64 = 2;

/// How many connections the plan has; none is without limit.
pub(in crate::commands) fn plan(environment: &str, configured: Option<u64>) -> Option<u64> {
    let by_itself = if environment == "production" { TRIAL } else { 0 };
    Some(configured.unwrap_or(by_itself)).filter(|most| *most > 0)
}

/// Refuses a connection that the plan does not have, and says when there are few left: a removed one does not come back.
fn plan_allows(context: &mut Context) -> Result<()> {
    let book = context.book()?;
    let environment = book.environment()?;
    let made = provider::connections_made(&book, &environment)?;
    drop(book);
    let Some(most) = plan(&environment, context.settings.config.plaid.max_items) else { return Ok(()) };
    if made >= most {
        let sentence = format!(
            "{made} connections were made of the {most} that the plan allows (plaid.max_items), and removed ones count; a \
             broken one can be repaired"
        );
        return Err(Error::new(Kind::Refused, "plan_items", sentence).hint("bursar connections"));
    }
    if made + NEAR >= most {
        let words =
            format!("{made} connections of the {most} that the plan allows were made; removed ones do not come back");
        context.ui.warn(&words);
    }
    Ok(())
}

/// Asks for the consent that is recorded with the connection.
fn consent(context: &mut Context) -> Result<()> {
    if !context.ui.profile().yes {
        context.ui.status(
            "bursar will read accounts, balances, transactions, liabilities and investments of the bank you choose,\n\
             through Plaid, and keep them in this vault and nowhere else. Plaid keeps its own copy under its own terms.\n\
             `bursar connections` shows every connection.",
        );
        context.ui.status(&costs(&context.settings.config.sync.products()));
    }
    if context.ui.confirm("Go on?")? {
        return Ok(());
    }
    Err(Error::new(Kind::Refused, "no_consent", "nothing was linked, because you did not agree").hint("bursar link"))
}

/// What Plaid may bill for a connection, and how its owner bounds that.
fn costs(products: &[Product]) -> String {
    let words: Vec<&str> = products.iter().map(|product| product.as_str()).collect();
    let more = match words.as_slice() {
        [] => "nothing else is asked for (sync.products)".to_owned(),
        _ => format!(
            "{} by the month as well, from the first sync that reads them on:\n\
             `bursar config set sync.products '[]'` leaves them out",
            words.join(", ")
        ),
    };
    format!("Plaid may bill the connection by the month until it is removed; {more}.")
}

/// What a sync after the link has to bring.
type Fresh = Vec<ConnectionId>;

/// Syncs what is new unless that was not wanted, shows what came of it, and says what comes next.
fn conclude(context: &mut Context, outcome: Outcome, no_sync: bool, again: &str) -> Result<()> {
    let mut report = LinkReport::default();
    let (spoke, said) = heard(context, &outcome);
    let fresh = report.take(outcome, again)?;
    let verdict = if no_sync { all_well(&spoke) } else { first_sync::run(context, &fresh, &mut report, said) };
    if context.is_machine() || !report.is_empty() {
        context.present(&report)?;
    }
    let synced = !no_sync && !fresh.is_empty();
    if synced && verdict.as_ref().err().is_none_or(|error| error.kind != Kind::Interrupted) {
        notify::after_sync(context);
    }
    verdict?;
    if no_sync {
        context.ui.hint("bursar sync");
    } else {
        connections::offer(context, &fresh)?;
        connections::settle(context, fresh)?;
    }
    report.verdict(again)
}

/// Says what the providers of new connections want to be read; gives back the banks that spoke, and what was said.
fn heard(context: &mut Context, outcome: &Outcome) -> (Vec<String>, HashSet<String>) {
    let Outcome::Finished { linked, .. } = outcome else { return Default::default() };
    let spoke = linked.iter().filter(|new| !new.said.is_empty());
    let spoke = spoke.map(|new| new.institution.clone().unwrap_or_else(|| new.id.to_string())).collect();
    let said: Vec<String> = linked.iter().flat_map(|new| new.said.clone()).collect();
    for sentence in &said {
        context.ui.warn(sentence);
    }
    (spoke, said.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::plan;

    #[test]
    fn production_has_the_trial_plan_unless_told_otherwise() {
        assert_eq!(plan("production", None), Some(10));
        assert_eq!(plan("production", Some(100)), Some(100));
        assert_eq!(plan("production", Some(0)), None);
        assert_eq!((plan("sandbox", None), plan("sandbox", Some(3))), (None, Some(3)));
    }
}
