//! A hardened service and its timer, for the user's own systemd.

use std::path::Path;

use super::{Every, JITTER, Opening, Order, ScheduleError};

/// What the service does without: everything but the network and the vault's own files. `PrivateUsers` is what lets a
/// user's systemd keep the rest of these promises.
const HARDENING: &str = "\
UMask=0077
NoNewPrivileges=yes
PrivateUsers=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
PrivateDevices=yes
PrivateMounts=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
KeyringMode=private
LimitCORE=0
MemorySwapMax=0
";

/// The service.
pub(super) fn service(order: &Order) -> Result<String, ScheduleError> {
    let start: Vec<String> = std::iter::once(order.program.display().to_string())
        .chain(order.words(false))
        .map(|word| quoted(order, &word))
        .collect::<Result<_, _>>()?;
    let credential = match &order.opening {
        Opening::Credential(file) => {
            let file = plain(order, file)?;
            format!(
                "# Decrypted for this service alone; needs systemd 256 in a user's own manager.\nLoadCredentialEncrypted=bursar.key:{file}\n"
            )
        }
        Opening::KeyFile(_) | Opening::Configured => String::new(),
    };
    let writable = [&order.vault, &order.state_dir]
        .into_iter()
        .map(|path| quoted(order, &path.display().to_string()))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(format!(
        "[Unit]\n\
         Description=Bring the bursar vault up to date ({name})\n\
         \n\
         [Service]\n\
         Type=oneshot\n\
         {credential}\
         ExecStart={start}\n\
         # 8: a bank wants its owner to sign in again; everything else is saved.\n\
         SuccessExitStatus=8\n\
         TimeoutStartSec=30m\n\
         ReadWritePaths={writable}\n\
         {HARDENING}",
        name = order.name,
        start = start.join(" "),
        writable = writable.join(" "),
    ))
}

/// The timer.
pub(super) fn timer(order: &Order) -> String {
    format!(
        "[Unit]\n\
         Description=Every {every}: bring the bursar vault up to date ({name})\n\
         \n\
         [Timer]\n\
         OnCalendar={calendar}\n\
         RandomizedDelaySec={JITTER}\n\
         Persistent=yes\n\
         \n\
         [Install]\n\
         WantedBy=timers.target\n",
        every = order.every,
        name = order.name,
        calendar = calendar(order.every),
    )
}

fn calendar(every: Every) -> String {
    let hours: Vec<String> = every.hours().map(|hour| format!("{hour:02}")).collect();
    let hours = if hours.len() == 24 { "*".to_owned() } else { hours.join(",") };
    format!("*-*-* {hours}:00:00")
}

/// A path where systemd takes no quotes.
fn plain(order: &Order, path: &Path) -> Result<String, ScheduleError> {
    let text = escaped(order, &path.display().to_string())?;
    if text.contains(char::is_whitespace) { Err(unwritable(&text, "a space")) } else { Ok(text) }
}

/// A word of a command line or of a list, as systemd reads it (systemd.syntax(7), systemd.service(5)).
fn quoted(order: &Order, word: &str) -> Result<String, ScheduleError> {
    let text = escaped(order, word)?.replace('$', "$$");
    let bare = |c: char| c.is_ascii_alphanumeric() || "/%.,_-+=:@".contains(c);
    if text.chars().all(bare) {
        return Ok(text);
    }
    Ok(format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
}

/// `%` doubled, and the home as `%h`.
fn escaped(order: &Order, word: &str) -> Result<String, ScheduleError> {
    if word.contains(char::is_control) {
        return Err(unwritable(word, "a control character"));
    }
    let below_home = order.home.as_deref().and_then(|home| Path::new(word).strip_prefix(home).ok());
    Ok(match below_home {
        Some(below) => format!("%h/{}", below.display().to_string().replace('%', "%%")),
        None => word.replace('%', "%%"),
    })
}

fn unwritable(path: &str, what: &'static str) -> ScheduleError {
    ScheduleError::Unwritable { path: path.to_owned(), scheduler: "systemd", what }
}
