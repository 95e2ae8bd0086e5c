//! What a command gets from around it.

use chronik_common::admin::AdminClient;
use chronik_common::admin::command::{CommandError, CommonArgs, HELP_END, Report, Session, present};
use serde::Serialize;

use crate::contexts::InUse;
use crate::guard::{self, ChangeArgs, Risk};
use crate::table;

/// What a command gets from around it.
pub struct Call<'c> {
    /// Variables, with the context's laid under them, and whom to tell.
    pub session: &'c Session<'c>,
    /// The context that is used, if one is.
    pub in_use: Option<&'c InUse>,
}

impl Call<'_> {
    /// A client for the nodes that flags, variables, context and configuration
    /// name, in this order.
    pub fn client(&self, common: &CommonArgs) -> Result<AdminClient, CommandError> {
        common.client(self.session.environment)
    }

    /// Lets a change pass, or says why not; see [`guard::pass`].
    pub fn pass(&self, change: &ChangeArgs, effect: &str, risk: Risk<'_>) -> Result<(), CommandError> {
        guard::pass(self.in_use, self.session.console, effect, risk, change.yes, change.dry_run)
    }

    /// Says so if the answer came from a node without a quorum.
    pub fn warn_if_stale(&self, client: &AdminClient) {
        if client.was_stale() {
            self.session
                .console
                .note("No node has a quorum: what follows is what one node knew last, and may be stale.");
        }
    }
}

/// An answer in the form that was asked for; `table` is told how wide it may
/// be.
pub fn answer<T: Serialize>(
    common: &CommonArgs,
    kind: &str,
    body: &T,
    table: impl FnOnce(Option<u16>) -> String,
    names: impl FnOnce() -> Vec<String>,
) -> Result<Report, CommandError> {
    let text = present(common.output, kind, body, |wide| table(table::width(wide)), names)?;
    Ok(Report { text, exit_code: 0 })
}

/// The end of a help text: examples, variables, exit codes.
pub fn help_end(examples: &[&str]) -> String {
    let examples: Vec<_> = examples.iter().map(|line| format!("  chronikctl {line}")).collect();
    format!("Examples:\n{}\n\n{HELP_END}", examples.join("\n"))
}
