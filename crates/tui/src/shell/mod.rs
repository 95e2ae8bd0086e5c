//! Terminal, network, files and clock around the pure core.

mod network;
mod record;
mod replay;
mod terminal;

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chronik_common::admin::{AdminClient, AdminError};
use tokio::sync::mpsc;

use crate::act::Acts;
use crate::draw::Theme;
use crate::event::{Event, Link};
use crate::plain;
use crate::state::{Action, Context, State};
use crate::views::View;
use record::Recorder;

/// Events that wait to be reduced.
const QUEUE: usize = 256;
/// How long `--once` waits for a snapshot.
const ONCE: Duration = Duration::from_secs(10);
/// How often a cluster's dashboard counts.
const SECOND: Duration = Duration::from_secs(1);
/// How often a recording moves.
const FRAME: Duration = Duration::from_millis(250);

/// How the dashboard is started.
#[derive(Debug, Clone)]
pub struct TopOptions {
    /// The view to start with.
    pub view: View,
    /// Whether changes may be made.
    pub armed: bool,
    /// Print one snapshot as text and leave. The same happens if the output is no terminal.
    pub once: bool,
    /// Write all events to this file.
    pub record: Option<PathBuf>,
    /// How large that file may become, in bytes.
    pub record_limit: u64,
    /// Show the events of this file instead of a cluster.
    pub replay: Option<PathBuf>,
    /// Whether colours are used.
    pub colour: bool,
    /// The context that names the cluster. A recording is of another one.
    pub context: Option<Context>,
}

/// Why the dashboard ended early.
#[derive(Debug, thiserror::Error)]
pub enum TopError {
    /// The terminal.
    #[error("the terminal cannot be used: {0}; use --once for plain text")]
    Terminal(#[source] io::Error),
    /// A recording.
    #[error("{file}: {reason}; check the path given with --record or --replay")]
    File {
        /// Which.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// No node gave a snapshot.
    #[error("{0}")]
    Admin(#[source] AdminError),
    /// No node gave a snapshot in time.
    #[error("no snapshot within {} s; check with chronikctl status whether a node answers", ONCE.as_secs())]
    NoSnapshot,
}

impl TopError {
    /// The exit code of a command that ends because of it.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Terminal(_) | Self::File { .. } => 1,
            Self::Admin(error) => error.exit_code(),
            Self::NoSnapshot => 3,
        }
    }
}

/// Runs the dashboard until the person leaves: the exit code, 0, or 10 if it printed once and the cluster is not well.
pub async fn run(options: TopOptions, client: AdminClient) -> Result<u8, TopError> {
    if options.once || !io::stdout().is_terminal() {
        return once(&options, &client).await;
    }
    let mut state = match &options.replay {
        Some(file) => State::of_recording(options.view, replay::read(file).await?),
        None => State::new(options.view, options.armed),
    };
    let (sender, receiver) = mpsc::channel(QUEUE);
    if options.replay.is_some() {
        // There is no cluster, and so nobody who could change one.
        return interactive(&options, state, None, sender, receiver).await.map(|()| 0);
    }
    state.context.clone_from(&options.context);
    let tasks = network::start(&client, &sender);
    let ended = interactive(&options, state, Some(Arc::new(client)), sender, receiver).await;
    for task in tasks {
        task.abort();
    }
    ended.map(|()| 0)
}

async fn interactive(
    options: &TopOptions,
    mut state: State,
    acts: Option<Arc<dyn Acts>>,
    sender: mpsc::Sender<Event>,
    mut receiver: mpsc::Receiver<Event>,
) -> Result<(), TopError> {
    let mut recorder = Recorder::open(options)?;
    let theme = Theme { colour: options.colour };
    let mut terminal = terminal::Screen::open().map_err(TopError::Terminal)?;
    let keys = terminal::start(sender.clone(), if acts.is_some() { SECOND } else { FRAME });
    let mut dirty = true;
    let ended = loop {
        if dirty && receiver.is_empty() {
            if let Err(error) = terminal.draw(&state, theme) {
                break Err(TopError::Terminal(error));
            }
            dirty = false;
        }
        let Some(event) = receiver.recv().await else { break Ok(()) };
        if let Err(error) = recorder.write(&event) {
            break Err(error);
        }
        // Time alone shows only where something counts seconds.
        dirty |= !matches!(event, Event::Tick(_)) || state.counts();
        let actions = state.on(event);
        if actions.contains(&Action::Quit) {
            break Ok(());
        }
        for action in actions {
            if let Some(acts) = &acts {
                network::act(acts, action, sender.clone());
            }
        }
    };
    keys.abort();
    ended
}

/// One snapshot as text.
async fn once(options: &TopOptions, client: &AdminClient) -> Result<u8, TopError> {
    let mut state = State::new(options.view, false);
    match &options.replay {
        Some(file) => replay::first_snapshot(file, &mut state).await?,
        None => first_snapshot(client, &mut state).await?,
    }
    // A reader that has gone away, as head does, wants no more.
    let _ = io::stdout().write_all(plain::render(&state).as_bytes());
    Ok(if plain::healthy(state.data()) { 0 } else { 10 })
}

/// Takes what a cluster tells up to its first snapshot.
async fn first_snapshot(client: &AdminClient, state: &mut State) -> Result<(), TopError> {
    let (sender, mut receiver) = mpsc::channel(QUEUE);
    let tasks = network::start(client, &sender);
    let first = tokio::time::timeout(ONCE, async {
        while let Some(event) = receiver.recv().await {
            let snapshot = matches!(event, Event::Snapshot(_));
            state.on(event);
            if snapshot {
                return true;
            }
        }
        false
    })
    .await;
    for task in tasks {
        task.abort();
    }
    match (first, &state.link) {
        (Ok(true), _) => Ok(()),
        (_, Some(Link::Lost { .. })) => match client.health().await {
            Err(error) => Err(TopError::Admin(error)),
            Ok(_) => Err(TopError::NoSnapshot),
        },
        _ => Err(TopError::NoSnapshot),
    }
}
