//! What a timer needs before it is trusted, tried as the timer would: nobody is asked, whatever the terminal.

use super::{clock, daily::ends_soon, from};
use crate::{
    context::{Context, Keyless},
    domain::{
        standing::{self, ConnectionState},
        views::CheckItem,
    },
    error::{Error, Kind, Result},
    ops::secrets,
    plaid::Action,
    settings::SecretSource,
    vault::{Right, Role, is_second_factor},
};

/// What was found, and the kind of the first thing that is not in order.
#[derive(Default)]
pub(super) struct Found {
    pub(super) checks: Vec<CheckItem>,
    pub(super) kind: Option<Kind>,
}

impl Found {
    fn failed(&mut self, kind: Kind, check: CheckItem) {
        self.kind.get_or_insert(kind);
        self.checks.push(check);
    }
}

pub(super) fn checks(context: &mut Context) -> Found {
    let mut found = Found::default();
    match source(context) {
        Ok(source) => {
            if let Err(error) = context.unlocked_for_bank() {
                found.failed(error.kind, from(&error, "unlock", "bursar keys list"));
                return found;
            }
            found.checks.push(CheckItem::good("unlock", format!("opens without a terminal, by {source}")));
        }
        Err(error) => {
            found.failed(error.kind, from(&error, "unlock", "bursar help environment"));
            return found;
        }
    }
    if let Err(error) = key(context, &mut found) {
        found.failed(error.kind, from(&error, "key", "bursar keys list"));
        return found;
    }
    if context.settings.offline {
        found.checks.push(CheckItem::warn("network", "not tried, because of --offline"));
    } else if let Err(error) = network(context, &mut found) {
        found.failed(error.kind, from(&error, "network", "bursar config plaid"));
    }
    found
}

/// Which source opens the vault; an error where somebody would have to type.
fn source(context: &Context) -> Result<String> {
    let typed = |sentence: &str| Error::new(Kind::Auth, "vault_locked", sentence);
    let session = context.settings.session_first && context.locked()?.session(true).is_some();
    if session {
        return Ok("a session of `bursar unlock`, which ends within twelve hours".to_owned());
    }
    match &context.settings.secret_source {
        None => Err(typed("nothing says how the vault opens when nobody is there")
            .hint("bursar keys add key-file timer.key --role sync --expires 365d --label timer")),
        Some(SecretSource::Identity(file)) if is_second_factor(&secrets::identity(file)?) => {
            Err(typed("the key file wants a passphrase besides, which nobody types")
                .hint("bursar keys add key-file timer.key --role sync --expires 365d --label timer"))
        }
        Some(SecretSource::Identity(file)) => Ok(format!("the key file {}", file.display())),
        Some(SecretSource::PassphraseFile(file)) => Ok(format!("the passphrase file {}", file.display())),
        Some(SecretSource::PassphraseCommand(argv)) => {
            Ok(format!("the program {}", argv.first().map_or("", String::as_str)))
        }
        Some(SecretSource::SystemdCredential(file)) => Ok(format!("the credential {}", file.display())),
        Some(SecretSource::Descriptor(number)) => Ok(format!("file descriptor {number}")),
    }
}

/// Whether the key may sync and no more, and how long it lasts.
fn key(context: &mut Context, found: &mut Found) -> Result<()> {
    let now = context.clock.latest();
    let vault = context.require(Right::Sync)?;
    let add = "bursar keys add key-file timer.key --role sync --expires 365d --label timer";
    found.checks.push(match vault.role() {
        Role::Owner => CheckItem::warn("role", "an owner's key: whoever has it may do everything").hint(add),
        role => CheckItem::good("role", role.as_str()),
    });
    let (label, expires) = (&vault.slot().label, vault.slot().expires);
    found.checks.push(match expires {
        None => CheckItem::warn("expiry", format!("the key {label:?} never ends"))
            .hint(format!("bursar keys expire {} 365d", vault.slot().id)),
        Some(end) => {
            let detail = format!("the key {label:?} ends on {}", standing::day(end));
            if ends_soon(now, end) {
                CheckItem::warn("expiry", detail).hint(format!("bursar keys expire {} 365d", vault.slot().id))
            } else {
                CheckItem::good("expiry", detail)
            }
        }
    });
    Ok(())
}

/// Whether Plaid answers over TLS, and takes the keys.
fn network(context: &mut Context, found: &mut Found) -> Result<()> {
    let connections = context.book()?.connections()?;
    let linked = connections.iter().any(|one| one.state != ConnectionState::Removed);
    let no_keys = linked && !context.needs_plaid_keys()?;
    let client = match context.client_if_keys()? {
        Ok(client) => client,
        Err(Keyless::Missing) if no_keys => {
            let detail = "no connection needs Plaid's keys; others' servers are asked by a sync only, because they count their calls";
            found.checks.push(CheckItem::good("network", detail));
            return Ok(());
        }
        Err(keyless) => return Err(keyless.into()),
    };
    let answer = context.runtime()?.block_on(clock::ask(&client));
    match answer {
        Err(error) if error.api().is_none() => {
            let check = CheckItem::bad("network", error.to_string()).hint("bursar doctor --preflight");
            found.failed(Kind::Unavailable, check);
        }
        Err(error) if error.action() == Action::Reconfigure => {
            found.checks.push(CheckItem::good("network", "Plaid answers"));
            found.failed(Kind::Auth, CheckItem::bad("plaid keys", error.to_string()).hint("bursar config plaid"));
        }
        _ => {
            found.checks.push(CheckItem::good("network", "Plaid answers"));
            found.checks.push(if context.timer_lacks_keys() {
                let detail =
                    "Plaid takes them; they are not in the vault, and a timer does not have this shell's environment";
                CheckItem::warn("plaid keys", detail).hint("bursar config plaid")
            } else {
                CheckItem::good("plaid keys", "Plaid takes them")
            });
        }
    }
    found.checks.extend(clock::compared(context, &client));
    Ok(())
}
