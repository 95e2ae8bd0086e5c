//! Waiting for the end of an operation. The operation runs in the cluster:
//! nothing that happens here stops it.

use std::collections::BTreeSet;
use std::pin::pin;
use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::{CommandError, Console};
use crate::admin::change::{OperationState, OperationView};
use crate::admin::client::{AdminClient, AdminError};
use crate::admin::render::progress_line;

/// Pause between two questions.
const POLL: Duration = Duration::from_millis(500);
/// How long no node may answer; an election takes a fraction of it.
const PATIENCE: Duration = Duration::from_mins(1);

/// How a wait ended, with the operation as it was last seen.
#[derive(Debug)]
pub(super) enum Waited {
    /// The operation ended.
    Finished(OperationView),
    /// The time was up.
    TimedOut(OperationView),
    /// The person wanted to do something else.
    Interrupted(OperationView),
}

/// Tells how the operation goes until it ends.
pub(super) async fn wait(
    mut view: OperationView,
    client: &AdminClient,
    timeout: Option<Duration>,
    console: &dyn Console,
) -> Result<Waited, CommandError> {
    let mut interrupted = console.interrupted();
    let mut time_is_up = pin!(async {
        match timeout {
            Some(timeout) => sleep(timeout).await,
            None => std::future::pending().await,
        }
    });
    let mut narrator = Narrator { console, told: None, blockers: BTreeSet::new() };
    loop {
        if view.state.is_finished() {
            return Ok(Waited::Finished(view));
        }
        let Some(id) = view.operation_id else {
            return Err(CommandError::Internal(
                "the node started an operation and named no id for it".into(),
            ));
        };
        narrator.tell(&view);
        tokio::select! {
            next = look_again(client, id, console) => view = next?,
            () = &mut time_is_up => return Ok(Waited::TimedOut(view)),
            () = &mut interrupted => return Ok(Waited::Interrupted(view)),
        }
    }
}

/// The operation a moment later. While no node answers, or only nodes without
/// a leader, it asks again: that is what a cluster looks like from outside
/// when it loses a node, perhaps the one that is being removed.
async fn look_again(
    client: &AdminClient,
    id: u64,
    console: &dyn Console,
) -> Result<OperationView, AdminError> {
    let started = Instant::now();
    let mut told = false;
    loop {
        sleep(POLL).await;
        match client.operation(id).await {
            Err(error) if error.is_passing() && started.elapsed() < PATIENCE => {
                if !told {
                    console.note(&format!("Operation {id}: no news, it is asked for again: {error}"));
                    told = true;
                }
            }
            answer => return answer,
        }
    }
}

/// Tells what is new.
struct Narrator<'c> {
    console: &'c dyn Console,
    told: Option<(OperationState, u8, u64)>,
    blockers: BTreeSet<String>,
}

impl Narrator<'_> {
    fn tell(&mut self, view: &OperationView) {
        let blockers: BTreeSet<_> =
            view.blocked_on.iter().map(|b| format!("  waiting for {}: {}", b.object, b.reason)).collect();
        for blocker in blockers.difference(&self.blockers) {
            self.console.note(blocker);
        }
        self.blockers = blockers;
        // In a log, bytes and the time left are no reason for another line.
        let step = (view.state, view.percent, view.partitions_done);
        if self.console.rewrites() || self.told != Some(step) {
            self.console.progress(&progress_line(view));
        }
        self.told = Some(step);
    }
}
