//! `bursar generate DIR`: man pages and completions, checked in and held fresh by a test.

use std::{fmt::Write as _, io, path::PathBuf};

use clap::Command;

use super::completions::{self, Shell};
use crate::{
    context::Context,
    error::{Kind, Result},
    fsx,
};

/// The page of the whole command line.
const NAME: &str = "bursar";

/// Write man/ and completions/ below a directory
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The directory
    directory: PathBuf,
}

impl Args {
    pub(crate) fn run(self, definition: Command, context: &mut Context) -> Result<()> {
        let files = files(definition)?;
        for (name, content) in &files {
            let file = self.directory.join(name);
            if let Some(parent) = file.parent() {
                fsx::ensure_dir(parent)?;
            }
            fsx::replace(&file, content.as_bytes())?;
        }
        context.ui.status(&format!("{} files written below {}", files.len(), self.directory.display()));
        Ok(())
    }
}

/// Every generated file: its name below the repository and its content.
fn files(mut command: Command) -> io::Result<Vec<(PathBuf, String)>> {
    let mut files = Vec::new();
    for shell in Shell::ALL {
        files.push((PathBuf::from(shell.file()), completions::script(shell)?));
    }
    command.build();
    pages(&command, NAME, &mut files)?;
    Ok(files)
}

fn pages(command: &Command, name: &str, files: &mut Vec<(PathBuf, String)>) -> io::Result<()> {
    files.push((PathBuf::from(format!("man/{name}.1")), page(command, name)?));
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        pages(sub, &format!("{name}-{}", sub.get_name()), files)?;
    }
    Ok(())
}

/// One man page: what clap knows, then exit status and environment as in `bursar help`.
fn page(command: &Command, name: &str) -> io::Result<String> {
    let title = name.to_uppercase();
    let mut named = command.clone().name(name.to_owned()).display_name(name.to_owned());
    if name != NAME {
        // The global options stand on the first page only.
        named = named.mut_args(|arg| if arg.is_global_set() { arg.hide(true) } else { arg });
    }
    let man =
        clap_mangen::Man::new(named).title(title).section("1").source(concat!("bursar ", env!("CARGO_PKG_VERSION")));
    let mut text = Vec::new();
    man.render_title(&mut text)?;
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    if command.get_subcommands().any(|sub| !sub.is_hide_set()) {
        man.render_subcommands_section(&mut text)?;
    }
    man.render_extra_section(&mut text)?;
    let mut text = String::from_utf8_lossy(&text).into_owned();
    text.push_str(".SH \"EXIT STATUS\"\n");
    for kind in std::iter::once((0, "done (an empty list is success)"))
        .chain(Kind::ALL.map(|kind| (kind.exit_code(), kind.meaning())))
    {
        let _ = write!(text, ".TP\n\\fB{}\\fR\n{}\n", kind.0, kind.1);
    }
    text.push_str(
        ".SH \"SEE ALSO\"\n\\fBbursar\\fR(1) for the global options, \\fBbursar help environment\\fR, \\fBbursar help periods\\fR, \\fBbursar help queries\\fR\n",
    );
    Ok(text)
}
