//! What commands tell and ask while they work. Answers are not told here:
//! they go to standard output, and only they.

use std::future::Future;
use std::io::{self, BufRead, IsTerminal, Write};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};

/// Columns that a progress line may take; one less than the narrowest terminal
/// in use, for a wrapped line cannot be rewritten.
const WIDTH: usize = 79;

/// The person or the log that a command talks to.
pub trait Console: Send + Sync {
    /// Whether somebody is there to be asked.
    fn is_attended(&self) -> bool;
    /// Whether a progress line replaces the one before.
    fn rewrites(&self) -> bool;
    /// How far it is.
    fn progress(&self, line: &str);
    /// Something that must not be overwritten.
    fn note(&self, line: &str);
    /// Asks, and waits for a line.
    ///
    /// # Errors
    /// Nobody can be asked any more.
    fn ask(&self, question: &str) -> io::Result<String>;
    /// Resolves when the person wants to do something else.
    fn interrupted(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// Standard error, standard input, and Ctrl-C.
#[derive(Debug)]
pub struct Terminal {
    attended: bool,
    rewrites: bool,
    /// Whether a progress line stands there without its end.
    unfinished: AtomicBool,
}

impl Terminal {
    /// The terminal of this process, or the files in its place.
    pub fn of_process() -> Self {
        let rewrites = io::stderr().is_terminal();
        let attended = rewrites && io::stdin().is_terminal();
        Self { attended, rewrites, unfinished: AtomicBool::new(false) }
    }

    /// Removes an unfinished progress line.
    pub fn clear(&self) {
        if self.unfinished.swap(false, Ordering::Relaxed) {
            write(format_args!("\r\x1b[K"));
        }
    }
}

/// A reader of standard error that is gone misses what is told, no more.
fn write(text: std::fmt::Arguments<'_>) {
    let mut stderr = io::stderr().lock();
    let _ = stderr.write_fmt(text).and_then(|()| stderr.flush());
}

impl Console for Terminal {
    fn is_attended(&self) -> bool {
        self.attended
    }

    fn rewrites(&self) -> bool {
        self.rewrites
    }

    fn progress(&self, line: &str) {
        if !self.rewrites {
            return write(format_args!("{line}\n"));
        }
        self.clear();
        write(format_args!("{}", line.chars().take(WIDTH).collect::<String>()));
        self.unfinished.store(true, Ordering::Relaxed);
    }

    fn note(&self, line: &str) {
        self.clear();
        write(format_args!("{line}\n"));
    }

    fn ask(&self, question: &str) -> io::Result<String> {
        self.clear();
        write(format_args!("{question}"));
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line)?;
        Ok(line)
    }

    fn interrupted(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async {
            if tokio::signal::ctrl_c().await.is_err() {
                // Without a handler Ctrl-C ends the process by itself.
                std::future::pending::<()>().await;
            }
        })
    }
}
