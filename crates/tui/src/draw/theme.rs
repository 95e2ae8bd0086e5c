//! Colours: the terminal's own sixteen, or none. Whatever they say, a word or a mark says too.

use ratatui::style::{Color, Modifier, Style};

use crate::state::Colour;
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

    /// The name of a context. Both the letters and what is behind them are set, so that they can be read in a light
    /// terminal and in a dark one.
    pub(super) fn context(self, colour: Option<Colour>) -> Style {
        let bold = Style::default().add_modifier(Modifier::BOLD);
        let Some(colour) = colour.filter(|_| self.colour) else { return bold };
        let (behind, letters) = match colour {
            Colour::Red => (Color::Red, Color::White),
            Colour::Green => (Color::Green, Color::Black),
            Colour::Yellow => (Color::Yellow, Color::Black),
            Colour::Blue => (Color::Blue, Color::White),
            Colour::Magenta => (Color::Magenta, Color::White),
            Colour::Cyan => (Color::Cyan, Color::Black),
        };
        bold.bg(behind).fg(letters)
    }

    pub(super) fn selected() -> Style {
        Style::default().add_modifier(Modifier::REVERSED)
    }

    /// Over what may no longer be true.
    pub(super) fn stale() -> Style {
        Style::default().fg(Color::Reset).add_modifier(Modifier::DIM)
    }
}
