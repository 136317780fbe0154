//! A folder of our own under the system's folder for temporary files, removed at the end.
//!
//! Place in the flow: the demo part of the tests and the fresh-clone bench work in one.
//!
//! Left to others: what goes into it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::failure::{self, Failure};

/// A temporary folder, removed when this is dropped.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    /// Makes a new folder named after its purpose and this process.
    pub fn new(purpose: &str) -> Result<Self, Failure> {
        let name = format!("countersign-{purpose}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).map_err(|error| failure::file(&path, &error))?;
        Ok(Self(path))
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Nothing depends on it: what is left over lies in the system's temporary folder.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scratch_folder_is_removed() {
        let scratch = Scratch::new("scratch-test").unwrap();
        let path = scratch.path().to_owned();
        fs::write(path.join("file"), "x").unwrap();
        assert!(Scratch::new("scratch-test").is_err());
        drop(scratch);
        assert!(!path.exists());
    }
}
