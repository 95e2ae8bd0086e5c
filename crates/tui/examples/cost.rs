//! What the dashboard costs in processor time: 10,000 partitions, a delta a second, a frame after each.
//!
//! `cargo run --release -p chronik-tui --example cost [SECONDS]`
//!
//! Nothing is waited for: the work of that many seconds is done at once, and the process's own processor time is
//! divided by them. What is measured is what `chronikctl top` does with the text of a delta: read it, take it, draw it.
//! What is not: receiving it, and the terminal.

#![expect(clippy::cast_precision_loss, reason = "a share of a core is rounded for people")]

use std::error::Error;
use std::io::sink;
use std::sync::Arc;

use chronik_common::admin::v1::{Delta, GroupSummary, NodeView, PartitionView, Snapshot};
use chronik_tui::View;
use chronik_tui::draw::{Theme, draw};
use chronik_tui::event::{Event, Key, Link};
use chronik_tui::state::State;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use rustix::time::{ClockId, clock_gettime};
use serde_json::json;

type Outcome<T> = Result<T, Box<dyn Error>>;

const PARTITIONS: i32 = 10_000;
const GROUPS: i64 = 100;
const SCREEN: Rect = Rect { x: 0, y: 0, width: 160, height: 50 };

fn main() -> Outcome<()> {
    let seconds: i32 = std::env::args().nth(1).map_or(Ok(30), |seconds| seconds.parse())?;
    println!("{PARTITIONS} partitions, {}x{}, {seconds} s each\n", SCREEN.width, SCREEN.height);
    println!("VIEW        CURSOR  CHANGED/S     KiB/S    READ    TAKE    DRAW   TOTAL, % of a core");
    for changed in [100, 1_000, 10_000] {
        run(View::Partitions, "", changed, seconds)?;
        run(View::Partitions, "G", changed, seconds)?;
    }
    for view in View::ALL {
        run(view, "", 1_000, seconds)?;
    }
    Ok(())
}

/// Shows a view while so many partitions change a second.
fn run(view: View, keys: &str, changed: i32, seconds: i32) -> Outcome<()> {
    let viewport = Viewport::Fixed(SCREEN);
    let mut terminal = Terminal::with_options(CrosstermBackend::new(sink()), TerminalOptions { viewport })?;
    let mut state = State::new(view, false);
    state.on(Event::Resize(SCREEN.width, SCREEN.height));
    state.on(Event::Link(Link::Connected("http://n1:10001".into())));
    state.on(Event::Snapshot(Box::new(snapshot()?)));
    for key in keys.chars() {
        state.on(Event::Key(Key::Char(key)));
    }
    let (mut bytes, mut read, mut take, mut drawn) = (0, 0, 0, 0);
    for second in 1..=seconds {
        let text = serde_json::to_string(&delta(second, changed)?)?;
        bytes += text.len();
        let started = processor_ns();
        let delta: Delta = serde_json::from_str(&text)?;
        let was_read = processor_ns();
        state.on(Event::Tick(i64::from(second) * 1000));
        state.on(Event::Delta(Box::new(delta)));
        let was_taken = processor_ns();
        terminal.draw(|frame| draw(&state, Theme { colour: true }, frame))?;
        read += was_read - started;
        take += was_taken - was_read;
        drawn += processor_ns() - was_taken;
    }
    let percent = |ns: i64| ns as f64 / f64::from(seconds) / 1e7;
    println!(
        "{:<12}{:<8}{changed:>9}{:>10}{:>8.2}{:>8.2}{:>8.2}{:>8.2}",
        view.name(),
        if keys.is_empty() { "top" } else { "last" },
        bytes / 1024 / seconds as usize,
        percent(read),
        percent(take),
        percent(drawn),
        percent(read + take + drawn),
    );
    Ok(())
}

/// Processor time of this process, in nanoseconds.
fn processor_ns() -> i64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec * 1_000_000_000 + time.tv_nsec
}

fn snapshot() -> Outcome<Snapshot> {
    let partitions = (0..PARTITIONS).map(|index| partition(index, 0)).collect::<Outcome<_>>()?;
    Ok(Snapshot {
        taken_at_ms: 0,
        node_id: 1,
        cluster_id: None,
        leader_id: Some(1),
        health: serde_json::from_value(json!({"verdict": "healthy", "node_id": 1, "findings": []}))?,
        nodes: nodes(0)?,
        partitions,
        metadata_raft: None,
        groups: groups(0)?,
        operations: vec![],
        missing_nodes: vec![],
    })
}

/// Partitions that are written to, all over the list; one in a hundred is not well.
fn delta(second: i32, changed: i32) -> Outcome<Delta> {
    let step = PARTITIONS / changed;
    let written = (0..changed).map(|index| partition(index * step + second % step, second));
    Ok(Delta {
        taken_at_ms: i64::from(second) * 1000,
        leader_id: Some(1),
        health: None,
        nodes: Some(nodes(second)?),
        partitions: written.collect::<Outcome<_>>()?,
        gone_partitions: vec![],
        metadata_raft: None,
        groups: Some(groups(second)?),
        operations: None,
        missing_nodes: vec![],
    })
}

fn partition(index: i32, second: i32) -> Outcome<Arc<PartitionView>> {
    let (topic, number) = (format!("topic-of-some-team-{:03}", index / 50), index % 50);
    let well = index % 100 != second % 100;
    let end = (i64::from(index) + i64::from(second) * 1000).to_string();
    let follower = |id: i32| json!({"node_id": id, "votes": true, "match_index": end, "trails_by": "0", "trails_by_bytes": "0", "acked_ms": 3});
    Ok(serde_json::from_value(json!({
        "topic": topic, "partition": number, "state": if well { "healthy" } else { "under_replicated" },
        "leader": index % 3 + 1, "leader_epoch": 7, "replicas": [1, 2, 3],
        "isr": if well { vec![1, 2, 3] } else { vec![1, 2] }, "min_isr": 2,
        "high_watermark": end, "log_start_offset": "0", "bytes": end,
        "records_per_second": f64::from(second) * 1.5, "bytes_per_second": f64::from(second) * 1500.5,
        "max_lag_bytes": (index % 977).to_string(), "max_lag_ms": 3,
        "raft": {
            "name": format!("{topic}-{number}"), "group": index.to_string(), "leader": index % 3 + 1, "term": "7",
            "first_index": "1", "last_index": end, "committed_index": end, "applied_index": end,
            "followers": [follower(2), follower(3)],
        },
    }))?)
}

fn nodes(second: i32) -> Outcome<Vec<NodeView>> {
    let node = |id: i32| {
        Ok(serde_json::from_value(json!({
            "node_id": id, "state": "active", "drained": false, "alive": true, "kafka": format!("n{id}:9092"),
            "wal": format!("n{id}:9291"), "raft": format!("n{id}:5001"), "version": "0.1.0", "leaders": 3333,
            "replicas": 10_000, "preferred": 3333, "out_of_sync": 0, "bytes_in_per_second": f64::from(second) * 1e6,
        }))?)
    };
    (1..=3).map(node).collect()
}

fn groups(second: i32) -> Outcome<Vec<GroupSummary>> {
    let group = |number: i64| {
        Ok(serde_json::from_value(json!({
            "group": format!("group-{number}"), "state": "Stable", "coordinator": 1, "members": 3,
            "topics": ["orders"], "lag": (number * i64::from(second) % 977).to_string(), "max_lag": number.to_string(),
        }))?)
    };
    (0..GROUPS).map(group).collect()
}
