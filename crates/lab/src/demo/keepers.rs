//! Four keepers as processes of their own, ended with the demonstration however it ends.
//!
//! Place in the flow: started before the gate's first command that needs them. On one machine, under
//! one user, they are not independent; the demonstration says so.
//!
//! Left to others: what a keeper does (countersign-keeper).

use std::{
    fs::File,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Stdio},
};

use super::{
    DemoError,
    tools::{Line, Program, Tools},
};

/// Running keepers. They are killed when this is dropped.
#[derive(Debug, Default)]
pub struct Keepers {
    children: Vec<Child>,
}

impl Keepers {
    /// Starts one more and waits until it listens; gives its address. Its log goes to `log`.
    ///
    /// # Errors
    /// [`DemoError`].
    pub fn start(
        &mut self,
        tools: &Tools,
        keeper: &str,
        home: &Path,
        log: &Path,
    ) -> Result<String, DemoError> {
        let line = Line::new(Program::Keeper, "serve").option("--home", home);
        let log_file = File::create(log).map_err(DemoError::file(log))?;
        let mut child = tools
            .command(&line)
            .stdout(Stdio::piped())
            .stderr(log_file)
            .spawn()
            .map_err(|source| DemoError::Program {
                program: tools.program(Program::Keeper),
                source,
            })?;
        let stdout = child.stdout.take();
        self.children.push(child);
        let mut first = String::new();
        if let Some(stdout) = stdout {
            BufReader::new(stdout)
                .read_line(&mut first)
                .map_err(DemoError::file(home))?;
        }
        let address = first.trim().strip_prefix("listening ");
        address.map(str::to_owned).ok_or_else(|| DemoError::Keeper {
            keeper: keeper.to_owned(),
            message: std::fs::read_to_string(log)
                .unwrap_or_default()
                .trim()
                .to_owned(),
        })
    }

    /// Ends all of them.
    pub fn stop(&mut self) {
        for child in &mut self.children {
            // One that has ended by itself cannot be killed; that is no matter.
            let _ = child.kill();
            let _ = child.wait();
        }
        self.children.clear();
    }
}

impl Drop for Keepers {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The file of a keeper's log.
#[must_use]
pub fn log_file(folder: &Path, keeper: &str) -> PathBuf {
    folder.join(format!("{keeper}.log"))
}
