//! `events`: what happened in the cluster.

use std::collections::BTreeSet;
use std::time::Duration;

use chronik_common::admin::AdminClient;
use chronik_common::admin::command::{CommandError, CommonArgs, Output, Report};
use chronik_common::admin::v1::{Event, Events};
use clap::Args;
use tokio::time::sleep;

use crate::call::{Call, answer, help_end};
use crate::table::{Column, render, text, word};
use crate::time;

/// Pause between two questions.
const PAUSE: Duration = Duration::from_secs(1);
/// How far a question reaches back behind the newest event that is known:
/// clocks of two nodes differ, and the next answer may be another node's.
const OVERLAP_MS: i64 = 2_000;
/// The exit code of a command that was interrupted.
const INTERRUPTED: u8 = 130;

/// The arguments of `events`.
#[derive(Debug, Clone, Args)]
#[command(after_help = help_end(&["events --since 10m", "events --follow --object orders-3"]))]
pub struct EventsArgs {
    /// Only since a time, such as 2026-11-28T08:00:00Z, or 10m for ten minutes ago
    #[arg(long, value_name = "TIME", value_parser = time::since)]
    pub since: Option<i64>,

    /// Only of this kind, as the column KIND has it
    #[arg(long)]
    pub kind: Option<String>,

    /// Only of this object, such as orders-3 or "node 2"
    #[arg(long)]
    pub object: Option<String>,

    /// At most so many, the newest
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub limit: u32,

    /// Go on and show new events as they happen, a line each
    #[arg(short, long)]
    pub follow: bool,

    /// Whom to ask and how to show the answer.
    #[command(flatten)]
    pub common: CommonArgs,
}

impl EventsArgs {
    fn query(&self, since: Option<i64>) -> Vec<(&'static str, String)> {
        [
            ("since_ms", since.map(|ms| ms.to_string())),
            ("kind", self.kind.clone()),
            ("object", self.object.clone()),
            ("limit", Some(self.limit.to_string())),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
    }

    pub(crate) async fn run(self, call: &Call<'_>) -> Result<Report, CommandError> {
        let client = call.client(&self.common)?;
        if self.follow {
            return self.follow(&client, call).await;
        }
        let events = client.journal(&self.query(self.since)).await?;
        let names = || events.events.iter().map(|event| event.id.clone()).collect();
        answer(&self.common, "Events", &events, |width| table(&events, width), names)
    }

    /// Prints events until it is interrupted. While no node answers it asks
    /// again; the next node's journal goes on where the last one's ended.
    async fn follow(&self, client: &AdminClient, call: &Call<'_>) -> Result<Report, CommandError> {
        let console = call.session.console;
        let mut interrupted = console.interrupted();
        let mut seen = Seen::default();
        let mut quiet = false;
        loop {
            match client.journal(&self.query(seen.from().or(self.since))).await {
                Ok(events) => {
                    quiet = false;
                    for event in seen.fresh(events) {
                        print(&line(&event, self.common.output)?)?;
                    }
                }
                Err(error) if error.is_passing() => {
                    if !quiet {
                        console.note(&format!("No news, asking again: {error}"));
                    }
                    quiet = true;
                }
                Err(error) => return Err(error.into()),
            }
            tokio::select! {
                () = sleep(PAUSE) => {}
                () = &mut interrupted => return Ok(Report { text: String::new(), exit_code: INTERRUPTED }),
            }
        }
    }
}

/// What was shown already; bounded by what one answer holds.
#[derive(Debug, Default)]
struct Seen {
    newest_ms: Option<i64>,
    ids: BTreeSet<String>,
}

impl Seen {
    fn from(&self) -> Option<i64> {
        self.newest_ms.map(|ms| ms.saturating_sub(OVERLAP_MS))
    }

    /// The events that were not in an answer before.
    fn fresh(&mut self, events: Events) -> Vec<Event> {
        let ids: BTreeSet<_> = events.events.iter().map(|event| event.id.clone()).collect();
        let fresh: Vec<_> = events.events.into_iter().filter(|event| !self.ids.contains(&event.id)).collect();
        self.newest_ms = fresh.iter().map(|event| event.at_ms).chain(self.newest_ms).max();
        self.ids = ids;
        fresh
    }
}

/// One event a line, so that a pipe can follow; JSON without an envelope's
/// line breaks.
fn line(event: &Event, output: Output) -> Result<String, CommandError> {
    match output {
        Output::Json | Output::Yaml => {
            serde_json::to_string(event).map_err(|error| CommandError::Internal(error.to_string()))
        }
        Output::Name => Ok(event.id.clone()),
        Output::Table | Output::Wide => Ok(format!(
            "{}  {}  {}: {}",
            time::moment(event.at_ms),
            word(event.kind),
            event.object,
            event.message
        )),
    }
}

fn print(line: &str) -> Result<(), CommandError> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")
        .and_then(|()| out.flush())
        .map_err(|error| CommandError::Internal(error.to_string()))
}

const TABLE: [Column; 5] =
    [text("TIME (UTC)", 1), text("KIND", 0), text("OBJECT", 0), text("MESSAGE", 2), text("ID", 3)];

fn table(events: &Events, width: Option<u16>) -> String {
    let rows: Vec<_> = events
        .events
        .iter()
        .map(|event| {
            let Event { id, at_ms, kind, object, message } = event;
            vec![time::moment(*at_ms), word(kind), object.clone(), message.clone(), id.clone()]
        })
        .collect();
    render(&TABLE, &rows, width)
}

#[cfg(test)]
mod tests {
    use chronik_common::admin::v1::EventKind;

    use super::*;

    fn event(number: i64) -> Event {
        Event {
            id: format!("b-{number}"),
            at_ms: number * 10_000,
            kind: EventKind::LeaderChanged,
            object: "orders-3".into(),
            message: "node 2 leads, before: node 1".into(),
        }
    }

    #[test]
    fn the_table_tells_when_what_and_where() {
        let events = Events { events: vec![event(1), event(2)] };
        insta::assert_snapshot!("events", table(&events, Some(80)));
        insta::assert_snapshot!("event_line", line(&event(1), Output::Table).unwrap());
        insta::assert_snapshot!("event_json", line(&event(1), Output::Json).unwrap());
    }

    #[test]
    fn no_event_is_shown_twice_and_none_is_left_out() {
        let mut seen = Seen::default();
        let mut ids = |numbers: &[i64]| -> Vec<String> {
            let events = Events { events: numbers.iter().copied().map(event).collect() };
            seen.fresh(events).into_iter().map(|event| event.id).collect()
        };
        assert_eq!(ids(&[1, 2]), ["b-1", "b-2"]);
        assert_eq!(ids(&[2, 3]), ["b-3"]);
        assert!(ids(&[3]).is_empty());
        assert_eq!(seen.from(), Some(28_000));
    }
}
