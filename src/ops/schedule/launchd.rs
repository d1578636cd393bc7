//! An agent of macOS: a property list in the user's own LaunchAgents.

use std::fmt::Write as _;

use super::{Opening, Order, ScheduleError};

/// The property list.
pub(super) fn agent(order: &Order) -> Result<String, ScheduleError> {
    if matches!(order.opening, Opening::Credential(_)) {
        return Err(ScheduleError::Credential);
    }
    let mut words = String::new();
    for word in std::iter::once(order.program.display().to_string()).chain(order.words(true)) {
        if word.contains(char::is_control) {
            return Err(ScheduleError::Unwritable { path: word, scheduler: "launchd", what: "a control character" });
        }
        let _ = writeln!(words, "    <string>{}</string>", text(&word));
    }
    let mut times = String::new();
    for hour in order.every.hours() {
        let _ = writeln!(
            times,
            "    <dict><key>Hour</key><integer>{hour}</integer><key>Minute</key><integer>0</integer></dict>"
        );
    }
    Ok(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
         <plist version=\"1.0\">\n\
         <dict>\n  <key>Label</key>\n  <string>{name}</string>\n  \
         <key>ProgramArguments</key>\n  <array>\n{words}  </array>\n  \
         <key>StartCalendarInterval</key>\n  <array>\n{times}  </array>\n  \
         <key>ProcessType</key>\n  <string>Background</string>\n  \
         <key>Umask</key>\n  <integer>63</integer>\n\
         </dict>\n</plist>\n",
        name = text(&order.name),
    ))
}

/// Text between tags.
fn text(word: &str) -> String {
    word.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
