//! A recording, and where in it the person is.
//!
//! Must never know the real time: ticks say how much of it went by. A moment is shown by telling the state all that was
//! recorded up to it, so that a moment looks the same whichever way it was reached.

use std::ops::Range;
use std::sync::Arc;

use crate::cmd::Steer;
use crate::event::Event;

/// The longest pause that is kept, in milliseconds: nobody waits for a computer that slept.
const LONGEST_PAUSE_MS: i64 = 5_000;

/// How much recorded time goes by in real time, in halves.
const SPEEDS: [i64; 6] = [1, 2, 4, 8, 16, 32];
const NORMAL: usize = 1;

/// What happened at one tick of the recorded clock.
#[derive(Debug, PartialEq)]
pub struct Moment {
    /// Since the beginning, in milliseconds, long pauses left out.
    offset_ms: i64,
    /// What the recorded clock said, in milliseconds since 1970.
    pub at_ms: i64,
    /// What happened until the next tick, without what the person did who recorded it.
    pub events: Vec<Event>,
}

/// What was recorded: a moment at least.
#[derive(Debug, PartialEq)]
pub struct Recording(Vec<Moment>);

impl Recording {
    /// Recorded events as moments; nothing if none of them tells anything.
    pub fn of(events: impl IntoIterator<Item = Event>) -> Option<Self> {
        let mut moments: Vec<Moment> = Vec::new();
        let mut early = Vec::new();
        for event in events {
            match (event, moments.last_mut()) {
                (Event::Key(_) | Event::Resize(..) | Event::Planned(..) | Event::Done(_), _) => {}
                (Event::Tick(at_ms), before) => {
                    let offset_ms = before.map_or(0, |before| {
                        let pause = at_ms.saturating_sub(before.at_ms);
                        // A clock that was set back went on all the same.
                        before.offset_ms + pause.clamp(1, LONGEST_PAUSE_MS)
                    });
                    moments.push(Moment { offset_ms, at_ms, events: std::mem::take(&mut early) });
                }
                (event, Some(moment)) => moment.events.push(event),
                // Before the first tick: it belongs to that one.
                (event, None) => early.push(event),
            }
        }
        moments.iter().any(|moment| !moment.events.is_empty()).then_some(Self(moments))
    }

    /// What was recorded, without the ticks.
    pub fn into_events(self) -> impl Iterator<Item = Event> {
        self.0.into_iter().flat_map(|moment| moment.events)
    }
}

/// Where in a recording the person is.
#[derive(Debug, Clone)]
pub struct Replay {
    recording: Arc<Recording>,
    /// Moments that are shown.
    shown: usize,
    /// Since the beginning, in milliseconds.
    position_ms: i64,
    /// Which of [`SPEEDS`].
    speed: usize,
    paused: bool,
    /// When the last tick came.
    ticked_ms: Option<i64>,
}

/// What takes the state to where the person wants to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Jump {
    /// Whether to forget all that was told.
    pub(super) from_start: bool,
    /// The moments to be told.
    pub(super) moments: Range<usize>,
}

impl Replay {
    pub(super) fn of(recording: Recording) -> Self {
        let recording = Arc::new(recording);
        Self { recording, shown: 0, position_ms: 0, speed: NORMAL, paused: false, ticked_ms: None }
    }

    /// Whether it is held.
    pub fn paused(&self) -> bool {
        self.paused
    }

    /// Whether time goes by in it.
    pub fn goes_on(&self) -> bool {
        !self.paused && !self.ended()
    }

    /// Whether nothing comes after what is shown.
    pub fn ended(&self) -> bool {
        self.shown == self.moments().len()
    }

    /// How far in it is, and how long it is, in milliseconds.
    pub fn progress(&self) -> (i64, i64) {
        (self.position_ms, self.length_ms())
    }

    /// The speed as people write it.
    pub fn speed(&self) -> String {
        match SPEEDS[self.speed] {
            1 => "x0.5".into(),
            halves => format!("x{}", halves / 2),
        }
    }

    /// The recorded time, in milliseconds since 1970.
    pub fn now_ms(&self) -> i64 {
        let moment = &self.moments()[self.shown.saturating_sub(1)];
        moment.at_ms + (self.position_ms - moment.offset_ms)
    }

    pub(super) fn moments(&self) -> &[Moment] {
        &self.recording.0
    }

    fn length_ms(&self) -> i64 {
        self.moments().last().map_or(0, |moment| moment.offset_ms)
    }

    /// It is so many milliseconds since 1970 where the person is.
    pub(super) fn tick(&mut self, now_ms: i64) -> Jump {
        let elapsed_ms = now_ms.saturating_sub(self.ticked_ms.replace(now_ms).unwrap_or(now_ms)).max(0);
        let played_ms = if self.paused { 0 } else { elapsed_ms.saturating_mul(SPEEDS[self.speed]) / 2 };
        self.seek(self.position_ms.saturating_add(played_ms))
    }

    pub(super) fn steer(&mut self, steer: Steer) -> Jump {
        match steer {
            Steer::Pause => self.paused = !self.paused,
            Steer::Faster => self.speed = (self.speed + 1).min(SPEEDS.len() - 1),
            Steer::Slower => self.speed = self.speed.saturating_sub(1),
            Steer::Step => {
                self.paused = true;
                let next = self.moments()[self.shown..].iter().find(|moment| !moment.events.is_empty());
                return self.seek(next.map_or(self.length_ms(), |moment| moment.offset_ms));
            }
            Steer::StepBack => {
                self.paused = true;
                let shown = self.moments()[..self.shown].iter().rev();
                let before = shown.filter(|moment| !moment.events.is_empty()).nth(1);
                return self.seek(before.map_or(0, |moment| moment.offset_ms));
            }
            Steer::Skip(seconds) => return self.seek(self.position_ms + i64::from(seconds) * 1000),
            Steer::Start => return self.seek(0),
            Steer::End => return self.seek(self.length_ms()),
        }
        self.seek(self.position_ms)
    }

    fn seek(&mut self, position_ms: i64) -> Jump {
        self.position_ms = position_ms.clamp(0, self.length_ms());
        let due = self.moments().partition_point(|moment| moment.offset_ms <= self.position_ms);
        let from_start = due < self.shown;
        let told = if from_start { 0 } else { self.shown };
        self.shown = due;
        Jump { from_start, moments: told..due }
    }
}
