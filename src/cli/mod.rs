//! Parses, builds the Context, dispatches, shows the one error, picks the exit code.
//!
//! Invariant: this is the only place where an error is printed and an exit code chosen.

mod global;
pub(crate) mod values;

use std::{ffi::OsString, process::ExitCode};

use clap::{CommandFactory as _, FromArgMatches as _, Parser, error::ErrorKind};

use crate::{
    commands::{self, COMPLETE_VARIABLE, Command, Program},
    context::Context,
    error::{Error, Kind, Result},
    harden,
    settings::{Environment, Format, Paths, Settings},
    ui::{Profile, Ui},
};

/// Your bank history in one encrypted file: link banks, sync, and ask questions, offline and in the terminal.
///
/// A bare `bursar` shows the vault's status and what to do next.
#[derive(Debug, Parser)]
#[command(
    name = "bursar",
    version,
    disable_help_subcommand = true,
    max_term_width = 100,
    after_help = "Start with `bursar demo`, then `bursar init`. `bursar help` lists the topics."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    global: global::GlobalArgs,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Runs bursar with these arguments and says how it ended.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    harden::process();
    harden::panics(crate::ui::last_words);
    clap_complete::CompleteEnv::with_factory(Cli::command).var(COMPLETE_VARIABLE).complete();
    let environment = Environment::capture();
    // Whoever is started from here on (a browser, an age plugin) need not have them.
    harden::forget(&["PLAID_SECRET", "PLAID_CLIENT_ID"]);
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let wants_json = wants_json(&arguments, &environment);
    let line = typed(&arguments);
    let (cli, name) = match parse(arguments.clone()) {
        Ok(parsed) => parsed,
        Err(error) => return usage(&error, &meant(&arguments), &line, wants_json),
    };
    let mut ui = Ui::standard(Profile::plain());
    match context(cli.global, environment) {
        Err(error) => finish(&mut ui, Err(error), &line, wants_json),
        Ok(mut context) => {
            context.start(name);
            let outcome = commands::run(cli.command, &PROGRAM, &mut context);
            context.end(outcome.as_ref().err());
            let as_json = matches!(context.settings.format, Some(Format::Json | Format::Ndjson));
            finish(&mut context.ui, outcome, &line, as_json)
        }
    }
}

/// What the commands about the command line itself are given of it.
const PROGRAM: Program = Program { definition: Cli::command, run: run_in };

/// Runs one more command line in a context that exists already; its global flags have no effect.
fn run_in(words: &[&str], context: &mut Context) -> Result<()> {
    let arguments = std::iter::once("bursar").chain(words.iter().copied()).map(OsString::from).collect();
    let (cli, name) = parse(arguments).map_err(|error| Error::new(Kind::Unexpected, "usage", error.to_string()))?;
    context.start(name);
    let outcome = commands::run(cli.command, &PROGRAM, context);
    context.end(outcome.as_ref().err());
    outcome
}

/// What was typed, and the name of the command in it.
fn parse(arguments: Vec<OsString>) -> std::result::Result<(Cli, String), clap::Error> {
    let mut command = Cli::command();
    let matches = command.try_get_matches_from_mut(arguments)?;
    Ok((Cli::from_arg_matches(&matches)?, name(&command, &matches)))
}

/// The words of a command with dots between them (`transactions.note`); a bare noun is what it does by itself.
fn name(program: &clap::Command, matches: &clap::ArgMatches) -> String {
    let (mut command, mut matches, mut words) = (program, matches, Vec::new());
    while let Some((word, inner)) = matches.subcommand() {
        words.push(word);
        matches = inner;
        let Some(found) = command.find_subcommand(word) else { break };
        command = found;
    }
    let by_itself = if words.is_empty() { ["status"].iter() } else { ["list", "summary"].iter() };
    let by_itself = by_itself.copied().find(|verb| command.find_subcommand(verb).is_some());
    words.extend(by_itself);
    words.join(".")
}

fn context(global: global::GlobalArgs, environment: Environment) -> Result<Context> {
    let paths = Paths::find().map_err(crate::settings::SettingsError::from)?;
    let settings = Settings::resolve(global.typed(), &environment, &paths)?;
    let ui = Ui::standard(Profile::detect(&settings, &environment));
    Ok(Context::new(ui, settings, paths, environment))
}

/// The command line as it would be typed again.
fn typed(arguments: &[OsString]) -> String {
    let words = arguments.iter().skip(1).map(|word| word.to_string_lossy());
    shell_words::join(std::iter::once("bursar".into()).chain(words))
}

/// The command that was meant, whatever is wrong with the rest of the line.
fn meant(arguments: &[OsString]) -> String {
    let program = Cli::command();
    let (mut command, mut words) = (&program, vec!["bursar"]);
    for word in arguments.iter().skip(1).filter_map(|word| word.to_str()).take_while(|word| *word != "--") {
        if let Some(inner) = command.find_subcommand(word) {
            words.push(inner.get_name());
            command = inner;
        }
    }
    words.join(" ")
}

fn finish(ui: &mut Ui, outcome: Result<()>, line: &str, as_json: bool) -> ExitCode {
    let Err(error) = outcome else { return ExitCode::SUCCESS };
    if error.is_broken_pipe() {
        return ExitCode::SUCCESS;
    }
    if as_json {
        ui.error_object(&error.to_json(line));
    } else {
        ui.error(&error.message);
        if ui.profile().verbose {
            for cause in error.causes() {
                ui.status(&format!("caused by: {cause}"));
            }
        }
        for hint in &error.hints {
            ui.hint(&hint.command(line));
        }
    }
    ExitCode::from(error.kind.exit_code())
}

/// Help and version are data; everything else is wrong usage.
fn usage(error: &clap::Error, meant: &str, line: &str, as_json: bool) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return if error.print().is_ok() { ExitCode::SUCCESS } else { ExitCode::from(Kind::Io.exit_code()) };
    }
    finish(&mut Ui::standard(Profile::plain()), Err(wrong_usage(error, meant)), line, as_json)
}

/// clap's paragraphs as one sentence (what is wrong, and its tip), and the help of the command that was meant.
fn wrong_usage(error: &clap::Error, meant: &str) -> Error {
    let text = error.render().to_string();
    let paragraphs: Vec<String> =
        text.split("\n\n").map(|part| part.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    let starting = |start: &str| paragraphs.iter().find_map(|part| part.strip_prefix(start));
    let mut sentence = starting("error: ").unwrap_or("this command needs another word").to_owned();
    if let Some(tip) = starting("tip: ") {
        sentence = format!("{sentence}; {tip}");
    }
    Error::new(Kind::Usage, "usage", sentence).hint(format!("{meant} --help"))
}

/// Whether errors of the command line itself are to be JSON: it could not be parsed, so look for the plain words.
fn wants_json(arguments: &[OsString], environment: &Environment) -> bool {
    let words: Vec<&str> = arguments.iter().filter_map(|word| word.to_str()).take_while(|word| *word != "--").collect();
    let format = words.windows(2).any(|pair| pair[0] == "--format" && matches!(pair[1], "json" | "ndjson"));
    let flag = words.iter().any(|word| matches!(*word, "--json" | "--format=json" | "--format=ndjson"));
    format
        || flag
        || environment.is_on("BURSAR_JSON")
        || matches!(environment.text("BURSAR_FORMAT"), Some("json" | "ndjson"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_help_is_that_of_the_command_that_was_meant() {
        for (line, command) in [
            ("bursar", "bursar"),
            ("bursar acounts", "bursar"),
            ("bursar accounts edit a1 --type x", "bursar accounts edit"),
            ("bursar --format table tx lst", "bursar transactions"),
            ("bursar accounts -- edit", "bursar accounts"),
        ] {
            let arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            assert_eq!(meant(&arguments), command, "{line}");
        }
    }

    #[test]
    fn json_is_wanted_by_flag_format_or_variable() {
        let words = |line: &str| line.split(' ').map(OsString::from).collect::<Vec<_>>();
        let empty = Environment::default();
        assert!(wants_json(&words("bursar --json nonsense"), &empty));
        assert!(wants_json(&words("bursar nonsense --format ndjson"), &empty));
        assert!(!wants_json(&words("bursar nonsense -- --json"), &empty));
        assert!(wants_json(&words("bursar"), &Environment::of([("BURSAR_JSON", "1")])));
    }
}
