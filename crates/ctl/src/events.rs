//! `events`: what happened in the cluster.

use chronik_common::admin::command::{CommandError, CommonArgs, Output, Report};
use chronik_common::admin::v1::{Event, Events};
use chronik_common::admin::{AdminClient, EventItem, Told};
use clap::Args;

use crate::call::{Call, answer, help_end};
use crate::table::{Column, render, text, word};
use crate::time;

/// An id that no node knows: it then tells all that it remembers.
const FROM_THE_START: &str = "0-0";
/// The exit code of a command that was interrupted.
const INTERRUPTED: u8 = 130;

/// The arguments of `events`.
#[derive(Debug, Clone, Args)]
#[command(after_help = help_end(&["events --since 10m", "events --follow --object orders-3", "events --follow -o json"]))]
pub struct EventsArgs {
    /// Only since a time, such as 2026-11-28T08:00:00Z, or 10m for ten minutes ago
    #[arg(long, value_name = "TIME", value_parser = time::since)]
    pub since: Option<i64>,

    /// Only of this kind, as the column KIND has it
    #[arg(long)]
    pub kind: Option<String>,

    /// Only of objects with this in their name, such as orders-3 or "node 2"
    #[arg(long)]
    pub object: Option<String>,

    /// At most so many, the newest
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub limit: u32,

    /// Go on and show new events as they happen, a line each; with -o json and -o yaml a JSON object a line
    #[arg(short, long)]
    pub follow: bool,

    /// Whom to ask and how to show the answer.
    #[command(flatten)]
    pub common: CommonArgs,
}

impl EventsArgs {
    fn query(&self) -> Vec<(&'static str, String)> {
        [
            ("since_ms", self.since.map(|ms| ms.to_string())),
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
        let events = client.journal(&self.query()).await?;
        let names = || events.events.iter().map(|event| event.id.clone()).collect();
        answer(&self.common, "Events", &events, |width| table(&events, width), names)
    }

    /// Whether an event is one of those that were asked for.
    fn wants(&self, event: &Event) -> bool {
        self.since.is_none_or(|since| event.at_ms >= since)
            && self.kind.as_ref().is_none_or(|kind| *kind == word(event.kind))
            && self.object.as_ref().is_none_or(|part| event.object.contains(part))
    }

    /// Prints what is in the journal, and then what happens, until it is
    /// interrupted. While no node answers it waits for one that does.
    async fn follow(&self, client: &AdminClient, call: &Call<'_>) -> Result<Report, CommandError> {
        let console = call.session.console;
        let mut interrupted = console.interrupted();
        let mut shown = Shown::default();
        let known = client.journal(&self.query()).await?.events;
        let last = known.last().map_or_else(|| FROM_THE_START.to_owned(), |event| event.id.clone());
        for event in known.into_iter().filter(|event| shown.is_new(event)) {
            print(&line(&event, self.common.output)?)?;
        }
        let mut stream = client.events(Some(last));
        let mut lost = false;
        loop {
            let told = tokio::select! {
                told = stream.next() => told,
                () = &mut interrupted => return Ok(Report { text: String::new(), exit_code: INTERRUPTED }),
            };
            match told {
                Some(Told::Item(EventItem::Event(event))) if self.wants(&event) && shown.is_new(&event) => {
                    print(&line(&event, self.common.output)?)?;
                }
                Some(Told::Item(EventItem::Resync)) => {
                    if shown.resync() {
                        console.note(
                            "Another journal goes on from here: an event may be missing or shown twice.",
                        );
                    }
                }
                Some(Told::Item(EventItem::Event(_))) => {}
                Some(Told::Connected { .. }) => lost = false,
                Some(Told::Lost { error, .. }) if error.is_passing() => {
                    if !lost {
                        console.note(&format!("No news: {error}"));
                    }
                    lost = true;
                }
                Some(Told::Lost { error, .. }) => return Err(error.into()),
                None => return Err(CommandError::Usage("there is no node to ask".into())),
            }
        }
    }
}

/// How far the output is. Another node has another journal with ids of its
/// own, so what it tells from its start is compared by time.
#[derive(Debug, Default)]
struct Shown {
    newest_ms: Option<i64>,
    /// After a resync: what is older was shown.
    from_ms: Option<i64>,
}

impl Shown {
    /// Whether an event was not shown, as far as can be told; it is taken for
    /// shown then.
    fn is_new(&mut self, event: &Event) -> bool {
        let new = self.from_ms.is_none_or(|from| event.at_ms > from);
        if new {
            self.newest_ms = self.newest_ms.max(Some(event.at_ms));
        }
        new
    }

    /// From here on another journal tells: whether that is a break in the
    /// output.
    fn resync(&mut self) -> bool {
        self.from_ms = self.newest_ms;
        self.newest_ms.is_some()
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
    [text("TIME (UTC)", 0), text("KIND", 2), text("OBJECT", 1), text("MESSAGE", 0), text("ID", 3)];

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
    fn another_journal_goes_on_where_the_last_one_ended() {
        let mut shown = Shown::default();
        assert!(!shown.resync(), "nothing was shown that could be interrupted");
        assert!(shown.is_new(&event(1)) && shown.is_new(&event(2)));
        assert!(shown.resync());
        let new = |number| shown.is_new(&event(number));
        assert_eq!([1, 2, 3].map(new), [false, false, true]);
    }

    #[test]
    fn what_was_not_asked_for_is_left_out() {
        #[derive(Debug, clap::Parser)]
        struct Line {
            #[command(flatten)]
            args: EventsArgs,
        }
        let wants = |words: &[&str]| {
            let line = <Line as clap::Parser>::try_parse_from([&["events"], words].concat()).unwrap();
            line.args.wants(&event(1))
        };
        assert!(wants(&[]));
        assert!(wants(&["--kind", "leader_changed", "--object", "orders"]));
        assert!(!wants(&["--kind", "node_down"]));
        assert!(!wants(&["--object", "orders-4"]));
        assert!(!wants(&["--since", "2026-11-28T08:00:00Z"]));
    }
}
