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
use crate::contexts::{Colour, InUse};
use crate::guard::{self, Risk};

/// The arguments of `top`.
#[derive(Debug, Clone, Args)]
#[command(
    mut_arg("output", |output| output.hide(true)),
    after_help = manual(),
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

    /// Show what such a file holds instead of a cluster: pause, step, go faster, go back
    #[arg(long, value_name = "FILE")]
    pub replay: Option<PathBuf>,

    /// Whom to ask.
    #[command(flatten)]
    pub common: CommonArgs,
}

fn manual() -> String {
    let examples =
        help_end(&["top", "top --view partitions --rw", "top --once", "top --replay outage.jsonl"]);
    format!("{}\n\n{examples}", chronik_tui::cmd::manual())
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
            context: call.in_use.map(shown),
        }
    }
}

/// The context as the dashboard shows it.
fn shown(in_use: &InUse) -> chronik_tui::Context {
    let colour = in_use.context.colour.map(|colour| match colour {
        Colour::Red => chronik_tui::Colour::Red,
        Colour::Green => chronik_tui::Colour::Green,
        Colour::Yellow => chronik_tui::Colour::Yellow,
        Colour::Blue => chronik_tui::Colour::Blue,
        Colour::Magenta => chronik_tui::Colour::Magenta,
        Colour::Cyan => chronik_tui::Colour::Cyan,
    });
    chronik_tui::Context { name: in_use.name.clone(), colour }
}

fn may_arm(call: &Call<'_>) -> Result<(), CommandError> {
    let console = call.session.console;
    if let Some(InUse { name, context, .. }) = call.in_use
        && context.read_only
    {
        return Err(CommandError::Usage(format!(
            "context \"{name}\" is read-only: leave out --rw, or use another context"
        )));
    }
    if !console.is_attended() {
        return Err(CommandError::Usage(
            "nobody is there to confirm changes; leave out --rw, or run top on a terminal".into(),
        ));
    }
    guard::pass(call.in_use, console, "allow changes on the dashboard", Risk::Harmless, false, false)
}

#[cfg(test)]
mod tests {
    use chronik_common::admin::command::Session;
    use chronik_common::config::Environment;

    use super::*;
    use crate::contexts::Context;
    use crate::guard::tests::Person;

    fn context(protected: bool, read_only: bool) -> InUse {
        let context = Context { protected, read_only, colour: Some(Colour::Red), ..Context::default() };
        InUse { name: "prod".into(), context, named_by_flag: true }
    }

    /// Whether a person who types this arms the dashboard there, or what they are told.
    fn armed(in_use: Option<&InUse>, types: Option<&'static str>) -> Result<(), String> {
        let environment = Environment::default();
        let session = Session { program: "chronikctl", environment: &environment, console: &Person(types) };
        may_arm(&Call { session: &session, in_use }).map_err(|error| error.to_string())
    }

    #[test]
    fn a_read_only_context_is_never_armed() {
        for types in [Some("y"), Some("prod"), None] {
            let refused = armed(Some(&context(false, true)), types).unwrap_err();
            assert_eq!(refused, "context \"prod\" is read-only: leave out --rw, or use another context");
        }
        assert!(armed(Some(&context(true, true)), Some("y")).is_err());
    }

    #[test]
    fn a_protected_context_is_armed_by_who_says_yes() {
        let protected = context(true, false);
        assert_eq!(armed(Some(&protected), Some("y")), Ok(()));
        assert!(armed(Some(&protected), Some("")).is_err());
        assert!(armed(Some(&protected), None).is_err());
    }

    #[test]
    fn elsewhere_somebody_has_to_be_there() {
        assert_eq!(armed(None, Some("")), Ok(()));
        assert_eq!(armed(Some(&context(false, false)), Some("")), Ok(()));
        assert!(armed(None, None).is_err());
    }

    #[test]
    fn the_dashboard_shows_the_contexts_name_and_colour() {
        let shown = shown(&context(true, false));
        assert_eq!((&*shown.name, shown.colour), ("prod", Some(chronik_tui::Colour::Red)));
    }
}
