//! Where in a recording it is, in a line.

use ratatui::text::Line;

use crate::state::Replay;

/// What it does, the recorded time, how far in it is, and as much of a bar as there is room for.
pub(super) fn line(replay: &Replay, width: u16) -> Line<'static> {
    let does = match (replay.ended(), replay.paused()) {
        (true, _) => "ENDED",
        (false, true) => "PAUSED",
        (false, false) => "REPLAY",
    };
    let (position, length) = replay.progress();
    let format = if width < 60 { "%H:%M:%SZ" } else { "%Y-%m-%d %H:%M:%S UTC" };
    let time = jiff::Timestamp::from_millisecond(replay.now_ms())
        .map_or_else(|_| "-".into(), |time| time.strftime(format).to_string());
    let text = format!("{does:<6} {:<5}{time}  {}/{}  ", replay.speed(), clock(position), clock(length));
    let room = i64::from(width) - text.chars().count() as i64;
    Line::raw(text + &bar(position, length, room))
}

/// `1:02`, or `1:00:02`.
fn clock(ms: i64) -> String {
    let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

fn bar(position: i64, length: i64, room: i64) -> String {
    // Less than this shows nothing.
    if room < 5 {
        return String::new();
    }
    let done = if length == 0 { room } else { room * position / length };
    "█".repeat(done as usize) + &"·".repeat((room - done) as usize)
}
