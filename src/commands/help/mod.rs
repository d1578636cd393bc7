//! `bursar help [TOPIC]`: what belongs to no single command.

use std::fmt::Write as _;

use clap::Command;

use crate::{
    context::Context,
    error::{Error, Kind, Result},
};

const ENVIRONMENT: &str = include_str!("environment.txt");
const PERIODS: &str = include_str!("periods.txt");
const QUERIES: &str = include_str!("queries.txt");

const TOPICS: &str = "\
Topics:
  bursar help exit-codes   what the exit code of a command says
  bursar help environment  variables, and where files are
  bursar help periods      how to write a period
  bursar help queries      how to select transactions
  bursar help COMMAND      one command with all its options
";

const SEVERAL: &str = "
When a command works on several connections and not all succeed:

  - all that failed want their owner to sign in again: 8, whether others were saved or not
  - none was saved, and all failed for one reason: that reason's code (4 Plaid's keys, 7 the
    plan's limit, 9 out of reach)
  - anything else, and rows that bursar cannot hold exactly: 3
";

/// Explain a topic or a command
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bursar help periods\n  bursar help report spending\n\nTopics: exit-codes, environment, periods, queries"
)]
pub(crate) struct Args {
    /// exit-codes, environment, periods, queries, or the words of a command
    #[arg(value_name = "TOPIC")]
    topic: Vec<String>,
}

impl Args {
    pub(crate) fn run(self, definition: Command, context: &mut Context) -> Result<()> {
        let words: Vec<&str> = self.topic.iter().map(String::as_str).collect();
        let text = match words.as_slice() {
            ["exit-codes"] => exit_codes(),
            ["environment"] => ENVIRONMENT.to_owned(),
            ["periods"] => PERIODS.to_owned(),
            ["queries"] => QUERIES.to_owned(),
            [] => format!("{}\n{TOPICS}", of_command(definition, &[])?),
            words => of_command(definition, words)?,
        };
        context.emit(&text)
    }
}

fn exit_codes() -> String {
    let mut text = String::from("Exit codes of every command:\n\n    0  done (an empty list is success)\n");
    for kind in Kind::ALL {
        let _ = writeln!(text, "  {:>3}  {}", kind.exit_code(), kind.meaning());
    }
    text.push_str(SEVERAL);
    text
}

fn of_command(mut command: Command, words: &[&str]) -> Result<String> {
    command.build();
    let mut found = &mut command;
    for word in words {
        found = found.find_subcommand_mut(word).ok_or_else(|| {
            let sentence = format!("there is no command or topic {:?}", words.join(" "));
            Error::new(Kind::Usage, "unknown_topic", sentence).hint("bursar help")
        })?;
    }
    let help = if words.is_empty() { found.render_help() } else { found.render_long_help() };
    Ok(help.to_string())
}
