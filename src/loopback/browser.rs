//! Opening a browser without telling other users where it goes.
//!
//! Command lines are public (/proc/*/cmdline), so the browser gets the path of a 0600 page in a 0700 directory
//! that sends it on. Its environment is a short list of what a desktop needs: no passphrase file, no Plaid key.
//!
//! Invariant: a secret URL is never an argument of another program.

use std::{
    ffi::{OsStr, OsString},
    io::{self, Write as _},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use maud::{DOCTYPE, html};
use tempfile::{NamedTempFile, TempDir};

use super::LoopbackError;
use crate::{fsx, secret::Secret};

/// How long a launcher is watched for failing; one that still runs then is the browser itself.
const WATCH: Duration = Duration::from_millis(1500);

/// What the environment says about a display.
#[derive(Debug, Clone, Copy, Default)]
pub struct Desktop {
    /// `DISPLAY` is set and not empty.
    pub x11: bool,
    /// `WAYLAND_DISPLAY` is set and not empty.
    pub wayland: bool,
    /// `SSH_CONNECTION` is set: a browser would open on the wrong machine.
    pub ssh: bool,
}

impl Desktop {
    /// Whether a browser can be shown to the person at the terminal.
    pub fn has_display(self) -> bool {
        !self.ssh && (self.x11 || self.wayland || cfg!(any(target_os = "macos", windows)))
    }
}

/// A page on disk that sends the browser to a secret address; deleted with its directory on drop.
#[derive(Debug)]
pub struct RedirectPage {
    file: NamedTempFile,
    // After the file, so that the file is gone before its directory.
    _directory: TempDir,
}

impl RedirectPage {
    /// Writes the page into a fresh directory under `runtime`, which is made if it is not there.
    pub fn write(runtime: &Path, url: &Secret<String>) -> Result<Self, LoopbackError> {
        fsx::create_private_dir(runtime)?;
        Self::create(runtime, url).map_err(LoopbackError::Redirect)
    }

    fn create(runtime: &Path, url: &Secret<String>) -> io::Result<Self> {
        let directory = for_owner_only(0o700).prefix("bursar-").tempdir_in(runtime)?;
        let mut file = for_owner_only(0o600).prefix("link-").suffix(".html").tempfile_in(&directory)?;
        let url = url.expose();
        let refresh = zeroize::Zeroizing::new(format!("0; url={url}"));
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="referrer" content="no-referrer";
                    meta http-equiv="refresh" content=(refresh.as_str());
                    title { "bursar" }
                }
                body { p { a href=(url) rel="noreferrer" { "Go on to connect your bank" } } }
            }
        };
        file.write_all(zeroize::Zeroizing::new(page.into_string()).as_bytes())?;
        file.flush()?;
        Ok(Self { file, _directory: directory })
    }

    /// Where the page is.
    pub fn path(&self) -> &Path {
        self.file.path()
    }
}

/// A builder of temporary files with a mode; elsewhere than on Unix the user's own directories are private.
fn for_owner_only<'a>(mode: u32) -> tempfile::Builder<'a, 'a> {
    #[cfg(unix)]
    {
        let mut builder = tempfile::Builder::new();
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
        builder
    }
    #[cfg(not(unix))]
    {
        let _ = mode;
        tempfile::Builder::new()
    }
}

/// Opens a redirect page in the desktop's browser, with what a desktop needs of `environment` and nothing more.
pub fn open_browser<Name: Into<OsString>, Value: Into<OsString>>(
    page: &RedirectPage,
    environment: impl IntoIterator<Item = (Name, Value)>,
) -> Result<(), LoopbackError> {
    let texts = environment.into_iter().map(|(name, value)| (name.into(), value.into()));
    let kept: Vec<(OsString, OsString)> = texts.filter(|(name, _)| is_for_desktop(name)).collect();
    let mut last = None;
    for mut launcher in open::commands(page.path()) {
        match launch(&mut launcher, &kept) {
            Ok(true) => return Ok(()),
            Ok(false) => {}
            Err(error) => last = Some(error),
        }
    }
    Err(LoopbackError::NoBrowser(last))
}

/// Starts a launcher; whether it succeeded or is still at work after a while.
fn launch(launcher: &mut Command, environment: &[(OsString, OsString)]) -> io::Result<bool> {
    let mut child = launcher
        .env_clear()
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let give_up = Instant::now() + WATCH;
    while Instant::now() < give_up {
        if let Some(status) = child.try_wait()? {
            return Ok(status.success());
        }
        thread::sleep(Duration::from_millis(20));
    }
    reap(child);
    Ok(true)
}

/// Waits for a launcher in the background, so that no zombie is left while bursar goes on.
fn reap(mut child: Child) {
    thread::spawn(move || {
        let _ = child.wait();
    });
}

/// What a browser and its launcher need: the session, the locale, the desktop. Secrets have other names.
fn is_for_desktop(name: &OsStr) -> bool {
    const NAMES: [&str; 19] = [
        "PATH",
        "HOME",
        "USER",
        "LOGNAME",
        "SHELL",
        "LANG",
        "LANGUAGE",
        "TZ",
        "TMPDIR",
        "DISPLAY",
        "WAYLAND_DISPLAY",
        "XAUTHORITY",
        "DBUS_SESSION_BUS_ADDRESS",
        "DESKTOP_SESSION",
        "KDE_FULL_SESSION",
        "KDE_SESSION_VERSION",
        "GNOME_DESKTOP_SESSION_ID",
        "BROWSER",
        "SystemRoot",
    ];
    name.to_str().is_some_and(|name| NAMES.contains(&name) || name.starts_with("LC_") || name.starts_with("XDG_"))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_display_means_a_browser_unless_over_ssh() {
        let x11 = Desktop { x11: true, ..Desktop::default() };
        assert!(x11.has_display());
        assert!(!Desktop { ssh: true, ..x11 }.has_display());
        assert!(Desktop { wayland: true, ..Desktop::default() }.has_display());
        assert_eq!(Desktop::default().has_display(), cfg!(any(target_os = "macos", windows)));
    }

    #[test]
    fn the_page_is_private_and_goes_away() {
        let place = tempfile::tempdir().unwrap();
        let runtime = place.path().join("run");
        let page = RedirectPage::write(&runtime, &Secret::new("http://127.0.0.1:1/a?b=1&c=\"".to_owned())).unwrap();
        let path = page.path().to_owned();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains("0; url=http://127.0.0.1:1/a?b=1&amp;c=&quot;\""), "{text}");
        drop(page);
        assert_eq!(std::fs::read_dir(&runtime).unwrap().count(), 0);
    }

    #[test]
    fn secrets_do_not_reach_the_browser() {
        for kept in ["DISPLAY", "LC_ALL", "XDG_RUNTIME_DIR", "PATH"] {
            assert!(is_for_desktop(OsStr::new(kept)), "{kept}");
        }
        for dropped in
            ["PLAID_SECRET", "BURSAR_PASSPHRASE_FILE", "LD_PRELOAD", "SSH_AUTH_SOCK", "CREDENTIALS_DIRECTORY"]
        {
            assert!(!is_for_desktop(OsStr::new(dropped)), "{dropped}");
        }
    }
}
