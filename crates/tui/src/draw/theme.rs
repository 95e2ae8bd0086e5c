//! Colours: the terminal's own sixteen, or none. Whatever they say, a word or a mark says too.

use ratatui::style::{Color, Modifier, Style};

use crate::views::Tone;

/// How things look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// Whether colours are used at all.
    pub colour: bool,
}

impl Theme {
    pub(super) fn tone(self, tone: Tone) -> Style {
        let (colour, modifier) = match tone {
            Tone::Plain => return Style::default(),
            Tone::Good => (Color::Green, Modifier::empty()),
            Tone::Warning => (Color::Yellow, Modifier::empty()),
            Tone::Bad => (Color::Red, Modifier::BOLD),
        };
        let style = Style::default().add_modifier(modifier);
        if self.colour { style.fg(colour) } else { style }
    }

    pub(super) fn selected() -> Style {
        Style::default().add_modifier(Modifier::REVERSED)
    }

    /// Over what may no longer be true.
    pub(super) fn stale() -> Style {
        Style::default().fg(Color::Reset).add_modifier(Modifier::DIM)
    }
}
