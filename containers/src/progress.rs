//! Long work says on stderr what it is, and how long it took.

use std::{
    io::{self, IsTerminal, Write},
    time::{Duration, Instant},
};

/// Work that takes longer than a user would wait without a word.
///
/// It says what it is doing when it begins, and that it is done. In a terminal that is one line, with the seconds
/// counted by [`tick`](Self::tick); elsewhere, two lines. Nothing of it is captured by the test runner of `cargo
/// test`, so a user sees it at once.
///
/// ```
/// let mut progress = testudo_containers::Progress::begin("building a template");
/// progress.tick("4 of 9 migrations");
/// progress.done("the template is built");
/// ```
#[derive(Debug)]
pub struct Progress {
    what: String,
    began: Instant,
    drawn: Instant,
    output: Output,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Output {
    /// A line that is drawn again.
    Terminal,
    Lines,
    Nothing,
}

/// A terminal is not drawn more often than this.
const REDRAW: Duration = Duration::from_millis(100);

impl Progress {
    /// Says what begins: `testudo: starting postgres:18 in a container ..`.
    #[must_use]
    pub fn begin(what: impl Into<String>) -> Self {
        let terminal = io::stderr().is_terminal();
        Self::with(
            what.into(),
            if terminal {
                Output::Terminal
            } else {
                Output::Lines
            },
        )
    }

    /// Says nothing, neither now nor later.
    #[must_use]
    pub fn silent() -> Self {
        Self::with(String::new(), Output::Nothing)
    }

    fn with(what: String, output: Output) -> Self {
        let now = Instant::now();
        let progress = Self {
            what,
            began: now,
            drawn: now,
            output,
        };
        match output {
            Output::Terminal => write(&format!("testudo: {} ..", progress.what)),
            Output::Lines => write(&format!("testudo: {} ..\n", progress.what)),
            Output::Nothing => {}
        }
        progress
    }

    /// Draws the line again, with the seconds since the beginning and `detail`, where there is a terminal.
    pub fn tick(&mut self, detail: &str) {
        if self.output == Output::Terminal && self.drawn.elapsed() >= REDRAW {
            self.drawn = Instant::now();
            let seconds = self.began.elapsed().as_secs_f32();
            let gap = if detail.is_empty() { "" } else { ", " };
            write(&format!(
                "\r\x1b[Ktestudo: {} .. {seconds:.1} s{gap}{detail}",
                self.what
            ));
        }
    }

    /// Says that it is done: `testudo: postgres:18 is ready after 0.4 s` for `postgres:18 is ready`.
    pub fn done(mut self, result: &str) {
        self.last(&format!(
            "{result} after {:.1} s",
            self.began.elapsed().as_secs_f32()
        ));
    }

    /// Says that it came to nothing, and why.
    pub fn failed(mut self, why: &str) {
        self.last(why);
    }

    fn last(&mut self, text: &str) {
        match self.output {
            Output::Terminal => write(&format!("\r\x1b[Ktestudo: {text}\n")),
            Output::Lines => write(&format!("testudo: {text}\n")),
            Output::Nothing => {}
        }
        self.output = Output::Nothing;
    }
}

/// Work that was given up leaves a whole line.
impl Drop for Progress {
    fn drop(&mut self) {
        if self.output == Output::Terminal {
            write("\n");
        }
    }
}

/// Writes to stderr itself, past what captures `eprintln!`. That nobody reads it is no reason to fail.
fn write(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}
