//! How safe bursar is on this machine right now: what was looked at, and what was found there.
//!
//! Reads files and what the kernel says of this process. Invariant: a line is an observation; what cannot be seen from here
//! is said to be unknown, and is not called good.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    domain::views::CheckItem,
    fsx::{self, Shape},
    harden,
    vault::{inspect::Inspection, sessions},
};

/// The files of a vault: who may read them, and whether there is anything to read.
pub fn files(found: &Inspection) -> [CheckItem; 3] {
    let open: Vec<String> = found
        .files
        .iter()
        .filter(|file| file.mode != "0600" && file.mode != "0700")
        .map(|file| format!("{} {}", file.name, file.mode))
        .collect();
    let modes = match open.as_slice() {
        [] => CheckItem::good("file modes", format!("{} files, all 0600 or 0700", found.files.len())),
        open => CheckItem::bad("file modes", open.join(", ")),
    };
    let readable: Vec<&str> =
        found.files.iter().filter(|file| !file.findings.is_empty()).map(|file| file.name.as_str()).collect();
    let bytes: u64 = found.files.iter().map(|file| file.bytes).sum();
    let encrypted = match readable.as_slice() {
        [] => {
            CheckItem::good("encryption", format!("{bytes} bytes searched, nothing readable but the key file's header"))
        }
        names => CheckItem::bad("encryption", format!("readable text in {}", names.join(", "))),
    };
    let weak = found.header_slots.iter().filter_map(|slot| slot.kdf).find(|kdf| kdf.is_below_floor());
    let costs: Vec<String> = found.header_slots.iter().filter_map(|slot| slot.kdf).map(|kdf| kdf.to_string()).collect();
    let kdf = match weak {
        Some(kdf) => CheckItem::bad("key derivation", format!("a passphrase slot costs a guesser only {kdf}")),
        None if costs.is_empty() => CheckItem::good("key derivation", "no slot is opened by a passphrase"),
        None => CheckItem::good("key derivation", format!("Argon2id with {}", costs.join(" and "))),
    };
    [modes, encrypted, kdf]
}

/// What the kernel says of this process.
pub fn process() -> Vec<CheckItem> {
    let Ok(status) = fs::read_to_string("/proc/self/status") else {
        return vec![unknown("process", "no /proc on this system")];
    };
    let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).map_or("?", str::trim);
    let umask = field("Umask:");
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap_or_default();
    let core: Vec<&str> = core.split_whitespace().rev().skip(1).take(2).collect();
    let owner = fs::metadata("/proc/self/environ").map(|found| fsx::owner(&found)).ok();
    let mut checks = vec![
        judge("umask", umask == "0077", format!("{umask} in /proc/self/status")),
        judge("core dumps", core == ["0", "0"], format!("limits {} in /proc/self/limits", core.join(" and "))),
    ];
    let closed = harden::is_closed_to_tracing();
    let seen = owner.map_or_else(String::new, |uid| format!("; /proc/self/environ belongs to user {uid}"));
    checks.push(judge("tracing", closed, format!("{}{seen}", if closed { "not dumpable" } else { "dumpable" })));
    let locked = field("VmLck:");
    checks.push(judge("locked memory", locked != "0 kB", format!("{locked} kept out of swap")));
    checks
}

/// Where memory may go when it is short.
pub fn swap() -> CheckItem {
    let Ok(table) = fs::read_to_string("/proc/swaps") else { return unknown("swap", "no /proc/swaps on this system") };
    let devices: Vec<&str> = table.lines().skip(1).filter_map(|line| line.split_whitespace().next()).collect();
    let bare: Vec<&str> = devices.iter().copied().filter(|device| !is_sealed(device)).collect();
    match (devices.as_slice(), bare.as_slice()) {
        ([], _) => CheckItem::good("swap", "none"),
        (all, []) => CheckItem::good("swap", format!("{}: in memory or encrypted", all.join(", "))),
        (_, bare) => CheckItem::bad("swap", format!("{} is not known to be encrypted", bare.join(", "))),
    }
}

/// Whether what is swapped there stays in memory (zram) or is encrypted (dm-crypt).
fn is_sealed(device: &str) -> bool {
    let Ok(real) = fs::canonicalize(device) else { return false };
    let Some(name) = real.file_name().and_then(|name| name.to_str()) else { return false };
    let uuid = || fs::read_to_string(format!("/sys/class/block/{name}/dm/uuid")).unwrap_or_default();
    name.starts_with("zram") || uuid().starts_with("CRYPT-")
}

/// Whether somebody else could exchange the program or the configuration.
pub fn others(program: Option<&Path>, config: &Path) -> Vec<CheckItem> {
    let mut checks = vec![match program.map(fsx::other_writers) {
        Some(Ok(writers)) => judge("program", writers.is_empty(), told(program, &writers)),
        _ => unknown("program", "where it lies"),
    }];
    if config.exists() {
        checks.push(match fsx::other_writers(config) {
            Ok(writers) => judge("configuration", writers.is_empty(), told(Some(config), &writers)),
            Err(_) => unknown("configuration", "who may write it"),
        });
    }
    checks
}

fn told(path: Option<&Path>, writers: &[PathBuf]) -> String {
    match writers {
        [] => format!("{}: only you and root may write it", path.unwrap_or(Path::new("?")).display()),
        open => format!(
            "other users may write {}",
            open.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
        ),
    }
}

/// Sessions that would answer without a secret, and where they are kept.
pub fn unlocked() -> CheckItem {
    let live = sessions::all();
    match (sessions::check(sessions::Scope::User), live.len()) {
        (Err(reason), _) => CheckItem::good("sessions", format!("none can be kept: {reason}")),
        (Ok(()), 0) => CheckItem::good("sessions", "none is open"),
        (Ok(()), open) => CheckItem::good("sessions", format!("{open} open (bursar sessions)")),
    }
}

/// Whether this device remembers the vault's newest state.
pub fn pin(remembered: bool) -> CheckItem {
    if remembered {
        CheckItem::good("pin", "this device remembers the vault's newest state; an older copy would be noticed")
    } else {
        CheckItem::bad("pin", "this device has no memory of the vault; an older copy would not be noticed")
    }
}

/// A private directory beside the vault, as the device keeps its pins in.
pub fn state(directory: &Path) -> CheckItem {
    match fsx::check_private(directory, Shape::Directory) {
        Ok(()) => CheckItem::good("state directory", format!("{}: private", directory.display())),
        Err(error) if error.is_missing() => CheckItem::good("state directory", "not there yet"),
        Err(error) => CheckItem::bad("state directory", error.to_string()),
    }
}

fn judge(name: &str, ok: bool, detail: String) -> CheckItem {
    if ok { CheckItem::good(name, detail) } else { CheckItem::bad(name, detail) }
}

fn unknown(name: &str, what: &str) -> CheckItem {
    CheckItem::bad(name, format!("unknown: {what}"))
}
