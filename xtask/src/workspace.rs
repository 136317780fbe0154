//! Where the repository, the build folder and cargo are.
//!
//! Place in the flow: found once in `main` and handed to every command.
//!
//! Left to others: running anything (process).

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::failure::{self, Failure};

/// Names that hold nothing of ours: folders, and the file `.git` of a worktree.
const SKIPPED: &[&str] = &[".git", "target", "demo-out", "node_modules"];

/// The repository and the tools it is built with.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// The repository's root, absolute.
    pub root: PathBuf,
    /// The build folder, absolute.
    pub target: PathBuf,
    /// The cargo that runs us.
    pub cargo: OsString,
}

impl Workspace {
    /// Finds the repository from what cargo says at run time, else from where this was compiled.
    pub fn find() -> Result<Self, Failure> {
        let package = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = package
            .parent()
            .filter(|root| root.join("Cargo.toml").is_file())
            .ok_or_else(|| Failure::Missing("the repository's root was not found".to_owned()))?
            .to_owned();
        let target = match std::env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => std::path::absolute(&folder)
                .map_err(|error| failure::file(Path::new(&folder), &error))?,
            None => root.join("target"),
        };
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        Ok(Self {
            root,
            target,
            cargo,
        })
    }

    /// A cargo command in the repository's root, with the build folder set.
    pub fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.cargo);
        command
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", &self.target)
            .args(arguments);
        command
    }

    /// The folder of binaries of a profile (`debug` for dev).
    pub fn binaries(&self, profile: &str) -> PathBuf {
        self.target.join(profile)
    }

    /// The path of a program built with a profile.
    pub fn program(&self, profile: &str, name: &str) -> PathBuf {
        self.binaries(profile)
            .join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// Every file of the repository, relative to the root and in order: what git tracks or would
    /// track; without git, every file outside build folders.
    pub fn files(&self) -> Result<Vec<PathBuf>, Failure> {
        let mut files = match self.listed_by_git() {
            Some(files) => files,
            None => {
                let mut files = Vec::new();
                self.walk(&self.root, &mut files)?;
                files
            }
        };
        files.retain(|file| self.root.join(file).is_file());
        files.sort();
        files.dedup();
        Ok(files)
    }

    fn listed_by_git(&self) -> Option<Vec<PathBuf>> {
        let arguments = [
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ];
        let output = Command::new("git")
            .current_dir(&self.root)
            .args(arguments)
            .output()
            .ok()?;
        let text = String::from_utf8(output.stdout)
            .ok()
            .filter(|_| output.status.success())?;
        Some(
            text.split('\0')
                .filter(|name| !name.is_empty())
                .map(PathBuf::from)
                .collect(),
        )
    }

    fn walk(&self, folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
        let entries = fs::read_dir(folder).map_err(|error| failure::file(folder, &error))?;
        for entry in entries {
            let path = entry.map_err(|error| failure::file(folder, &error))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if SKIPPED.contains(&name.as_ref()) {
                continue;
            }
            if path.is_dir() && !path.is_symlink() {
                self.walk(&path, files)?;
            } else if let Ok(relative) = path.strip_prefix(&self.root) {
                files.push(relative.to_owned());
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_listing_find_this_file() {
        let workspace = Workspace::find().unwrap();
        let here = PathBuf::from("xtask/src/workspace.rs");
        assert!(workspace.files().unwrap().contains(&here));
        let mut walked = Vec::new();
        workspace.walk(&workspace.root, &mut walked).unwrap();
        assert!(walked.contains(&here));
        assert!(
            !walked
                .iter()
                .any(|path| path.starts_with("target") || path.starts_with(".git"))
        );
    }
}
