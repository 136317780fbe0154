//! What the demonstration prints: numbered steps, commands as typed, what came of them.
//!
//! Place in the flow: every step tells through here; the same text goes to `demo.txt`, without colour.
//!
//! Left to others: what is told (the steps).

use std::{
    fs::File,
    io::{self, IsTerminal as _, Write as _},
    path::Path,
    time::{Duration, Instant},
};

use super::DemoError;

/// Where the text for people goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error, where standard output holds a JSON document.
    Error,
}

/// How a line looks on a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Plain,
    Bold,
    Dim,
    Cyan,
    Green,
}

impl Look {
    const fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Bold => "\u{1b}[1m",
            Self::Dim => "\u{1b}[2m",
            Self::Cyan => "\u{1b}[36m",
            Self::Green => "\u{1b}[32m",
        }
    }
}

/// Widest line of a paragraph, in characters.
const WIDTH: usize = 98;

/// Tells a person what happens.
pub struct Teller {
    stream: Stream,
    coloured: bool,
    transcript: File,
    steps: u32,
    began: Instant,
    step_began: Instant,
}

impl Teller {
    /// Begins a transcript.
    ///
    /// # Errors
    /// [`DemoError::File`].
    pub fn begin(stream: Stream, transcript: &Path) -> Result<Self, DemoError> {
        let coloured = std::env::var_os("NO_COLOR").is_none()
            && match stream {
                Stream::Out => io::stdout().is_terminal(),
                Stream::Error => io::stderr().is_terminal(),
            };
        let now = Instant::now();
        Ok(Self {
            stream,
            coloured,
            transcript: File::create(transcript).map_err(DemoError::file(transcript))?,
            steps: 0,
            began: now,
            step_began: now,
        })
    }

    /// Time since the beginning.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// A line is written to both places; that nobody reads on is no reason to stop.
    fn line(&mut self, look: Look, text: &str) {
        let _ = writeln!(self.transcript, "{text}");
        let shown = if self.coloured && look != Look::Plain {
            format!("{}{text}\u{1b}[0m", look.code())
        } else {
            text.to_owned()
        };
        let _ = match self.stream {
            Stream::Out => writeln!(io::stdout(), "{shown}"),
            Stream::Error => writeln!(io::stderr(), "{shown}"),
        };
    }

    /// The title.
    pub fn title(&mut self, text: &str) {
        self.line(Look::Bold, text);
    }

    /// A paragraph, wrapped.
    pub fn paragraph(&mut self, text: &str) {
        for line in wrapped(text, WIDTH) {
            self.line(Look::Plain, &line);
        }
    }

    /// An empty line.
    pub fn gap(&mut self) {
        self.line(Look::Plain, "");
    }

    /// Begins a step: a title and what happens in it.
    pub fn step(&mut self, title: &str, words: &str) {
        self.finish_step();
        self.steps += 1;
        self.step_began = Instant::now();
        self.gap();
        let number = self.steps;
        self.line(Look::Bold, &format!("{number:>2}  {title}"));
        for line in wrapped(words, WIDTH - 4) {
            self.line(Look::Plain, &format!("    {line}"));
        }
    }

    /// Ends a step with its time.
    pub fn finish_step(&mut self) {
        if self.steps > 0 {
            let time = seconds(self.step_began.elapsed());
            self.line(Look::Dim, &format!("    ({time})"));
        }
    }

    /// A command as somebody would type it.
    pub fn command(&mut self, text: &str) {
        self.line(Look::Cyan, &format!("    $ {text}"));
    }

    /// What a command said, or a fact.
    pub fn say(&mut self, text: &str) {
        for line in text.lines() {
            self.line(Look::Plain, &format!("      {line}"));
        }
    }

    /// Something that was checked and found right.
    pub fn right(&mut self, text: &str) {
        self.line(Look::Green, &format!("      {text}"));
    }
}

/// Seconds with one decimal.
#[must_use]
pub fn seconds(time: Duration) -> String {
    let tenths = (time.as_millis() + 50) / 100;
    format!("{}.{} s", tenths / 10, tenths % 10)
}

/// A text in lines of at most `width` characters, broken at spaces.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let Some(line) = lines.last_mut() else { break };
        let length = line.chars().count() + word.chars().count() + 1;
        if line.is_empty() {
            line.push_str(word);
        } else if length <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_at_spaces_and_lose_nothing() {
        let check = |text: &str, width, expected: &[&str]| {
            assert_eq!(wrapped(text, width), expected, "{text:?}");
        };
        check("", 10, &[""]);
        check("one two three", 7, &["one two", "three"]);
        check("one two three", 100, &["one two three"]);
        check("unbreakable ü", 3, &["unbreakable", "ü"]);
    }

    #[test]
    fn times_are_rounded_to_a_tenth() {
        assert_eq!(seconds(Duration::from_millis(949)), "0.9 s");
        assert_eq!(seconds(Duration::from_millis(950)), "1.0 s");
        assert_eq!(seconds(Duration::from_millis(12_345)), "12.3 s");
    }
}
