//! `top`: the live dashboard, with the nodes, the key and the care of every other command.
//!
//! Must never arm the dashboard where the context forbids changes or nobody could confirm them.

use std::path::PathBuf;

use chronik_common::admin::AdminClient;
use chronik_common::admin::command::{CommandError, CommonArgs, Output, Report};
use chronik_tui::{TopError, TopOptions, View};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::call::{Call, help_end};
use crate::guard::{self, Risk};

/// The arguments of `top`.
#[derive(Debug, Clone, Args)]
#[command(
    mut_arg("output", |output| output.hide(true)),
    after_help = help_end(&["top", "top --view partitions --rw", "top --once", "top --replay outage.jsonl"]),
)]
pub struct TopArgs {
    /// The view to start with
    #[arg(long, value_name = "VIEW", default_value = View::Overview.name(), value_parser = view())]
    pub view: View,

    /// Allow changes; each is shown as a plan and confirmed before it is made
    #[arg(long, conflicts_with_all = ["once", "replay"])]
    pub rw: bool,

    /// Print the view once as text, worst first, and leave; so does a pipe instead of a terminal
    #[arg(long)]
    pub once: bool,

    /// Write all that the dashboard sees and all keys to this file, for --replay
    #[arg(long, value_name = "FILE", conflicts_with_all = ["once", "replay"])]
    pub record: Option<PathBuf>,

    /// Stop writing to that file before it is larger than this
    #[arg(long, value_name = "BYTES", default_value_t = 64 << 20, requires = "record")]
    pub record_limit: u64,

    /// Show what such a file holds instead of a cluster
    #[arg(long, value_name = "FILE")]
    pub replay: Option<PathBuf>,

    /// Whom to ask.
    #[command(flatten)]
    pub common: CommonArgs,
}

fn view() -> impl TypedValueParser<Value = View> {
    PossibleValuesParser::new(View::ALL.map(View::name))
        .try_map(|name| View::named(&name).ok_or("there is no such view"))
}

impl TopArgs {
    pub(crate) async fn run(self, call: &Call<'_>) -> Result<Report, CommandError> {
        if self.common.output != Output::Table {
            return Err(CommandError::Usage(
                "top shows tables alone; see the commands that list things for --output".into(),
            ));
        }
        if self.rw {
            may_arm(call)?;
        }
        let client = match self.replay {
            // A recording is shown without a cluster, and without a key for one.
            Some(_) => AdminClient::new(Vec::new(), None).map_err(CommandError::Internal)?,
            None => call.client(&self.common)?,
        };
        match chronik_tui::run(self.options(call), client).await {
            Ok(exit_code) => Ok(Report { text: String::new(), exit_code }),
            Err(TopError::Admin(error)) => Err(error.into()),
            Err(error) => {
                call.session.console.note(&format!("{}: {error}", call.session.program));
                Ok(Report { text: String::new(), exit_code: error.exit_code() })
            }
        }
    }

    fn options(self, call: &Call<'_>) -> TopOptions {
        let no_colour = call.session.environment.get("NO_COLOR").is_some_and(|value| !value.is_empty());
        TopOptions {
            view: self.view,
            armed: self.rw,
            once: self.once,
            record: self.record,
            record_limit: self.record_limit,
            replay: self.replay,
            colour: !no_colour,
        }
    }
}

fn may_arm(call: &Call<'_>) -> Result<(), CommandError> {
    let console = call.session.console;
    if !console.is_attended() {
        return Err(CommandError::Usage(
            "nobody is there to confirm changes; leave out --rw, or run top on a terminal".into(),
        ));
    }
    guard::pass(call.in_use, console, "allow changes on the dashboard", Risk::Harmless, false, false)
}
