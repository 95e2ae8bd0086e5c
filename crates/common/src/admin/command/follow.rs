//! What happens after an operation was asked for: its plan is shown, or it is
//! left alone, or waited for.

use std::time::Duration;

use clap::Args;
use serde::Serialize;

use super::wait::{Waited, wait};
use super::{CommandError, CommonArgs, Output, Report, Session, present};
use crate::admin::change::{OperationState, OperationView};
use crate::admin::client::AdminClient;
use crate::admin::render::{render_operation, render_plan};

/// The exit code of an operation that failed or was cancelled.
const NOT_DONE: u8 = 1;
/// The exit code of a dry run that found something in the way.
const IN_THE_WAY: u8 = 10;
/// The exit code of a wait that took too long, while the operation goes on.
const TIMED_OUT: u8 = 11;
/// The exit code of a wait that was interrupted, while the operation goes on.
const INTERRUPTED: u8 = 130;

/// The arguments of commands that start an operation.
#[derive(Debug, Clone, Default, Args)]
pub struct FollowArgs {
    /// Only show what would be done, and what is in the way
    #[arg(long, conflicts_with_all = ["no_wait", "timeout"])]
    pub dry_run: bool,

    /// Start the operation and do not wait for its end
    #[arg(long, conflicts_with = "timeout")]
    pub no_wait: bool,

    /// Stop waiting after this many seconds; the operation goes on
    #[arg(long, value_name = "SECONDS")]
    pub timeout: Option<u64>,

    /// Why, for the audit log
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

/// Shows what was started, or waits for its end.
///
/// # Errors
/// The operation cannot be asked about any more.
pub async fn conclude(
    view: OperationView,
    client: &AdminClient,
    follow: &FollowArgs,
    common: &CommonArgs,
    session: &Session<'_>,
) -> Result<Report, CommandError> {
    if follow.dry_run {
        let exit_code = if view.blocked_on.is_empty() { 0 } else { IN_THE_WAY };
        return Ok(Report { text: show(view, common.output, render_plan)?, exit_code });
    }
    if follow.no_wait && !view.state.is_finished() {
        session.console.note(&goes_on(&view, common, session.program));
        return Ok(Report { text: show(view, common.output, render_operation)?, exit_code: 0 });
    }
    watch(view, client, follow.timeout, common, session).await
}

/// Waits for the end of an operation, and shows it as it is then.
pub(super) async fn watch(
    view: OperationView,
    client: &AdminClient,
    timeout: Option<u64>,
    common: &CommonArgs,
    session: &Session<'_>,
) -> Result<Report, CommandError> {
    let hint = goes_on(&view, common, session.program);
    let waited = wait(view, client, timeout.map(Duration::from_secs), session.console).await;
    if !matches!(waited, Ok(Waited::Finished(_))) {
        session.console.note(&hint);
    }
    let (view, exit_code) = match waited? {
        Waited::Finished(view) => {
            let exit_code = if view.state == OperationState::Done { 0 } else { NOT_DONE };
            (view, exit_code)
        }
        Waited::TimedOut(view) => (view, TIMED_OUT),
        Waited::Interrupted(view) => (view, INTERRUPTED),
    };
    Ok(Report { text: show(view, common.output, render_operation)?, exit_code })
}

/// An operation as the flags want it shown.
pub(super) fn show(
    view: OperationView,
    output: Output,
    render: impl FnOnce(&OperationView) -> String,
) -> Result<String, CommandError> {
    let name = view.operation_id.map(|id| id.to_string());
    let text = render(&view);
    present(output, "Operation", &Body { operation: view }, |_| text, || name.into_iter().collect())
}

/// An operation under a name in its envelope: both have a `kind`.
#[derive(Serialize)]
struct Body {
    operation: OperationView,
}

/// The commands for an operation that nobody waits for any more.
fn goes_on(view: &OperationView, common: &CommonArgs, program: &str) -> String {
    let id = view.operation_id.unwrap_or_default();
    let common = common.as_typed();
    format!(
        "Operation {id} goes on without this command. To wait for its end:\n  {program} operation watch {id}{common}\n\
         To stop it where it is:\n  {program} operation cancel {id}{common}"
    )
}
