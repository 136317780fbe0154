//! The part of TOML that our manifests use, read line by line.
//!
//! Place in the flow: [`super::arrows`] and [`super::dependencies`] ask it for the entries of a section.
//!
//! Left to others: TOML in general (cargo reads it and refuses what is not well formed).

/// A `key = value` line of a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The section's name, without brackets; empty before the first.
    pub section: String,
    /// What stands before `=`, as written: `serde.workspace`.
    pub key: String,
    /// What stands behind it, lists over several lines joined.
    pub value: String,
    /// The line, from 1.
    pub line: usize,
}

impl Entry {
    /// The first part of the key: `serde` of `serde.workspace`.
    pub fn name(&self) -> &str {
        self.key
            .split('.')
            .next()
            .unwrap_or_default()
            .trim_matches('"')
    }

    /// The text behind `key = "…"` within an inline table.
    pub fn inline(&self, key: &str) -> Option<&str> {
        let (_, after) = self.value.split_once(&format!("{key} = \""))?;
        after.split('"').next()
    }
}

/// All entries of a manifest, in order.
pub fn entries(text: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut section = String::new();
    let mut is_open = false;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if is_open {
            if let Some(last) = entries.last_mut() {
                last.value.push(' ');
                last.value.push_str(line);
                is_open = !is_closed(&last.value);
            }
        } else if line.starts_with('[') {
            section = line.trim_matches(['[', ']']).to_owned();
        } else if let Some((key, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) {
            is_open = !is_closed(value);
            let (key, value) = (key.trim().to_owned(), value.trim().to_owned());
            entries.push(Entry {
                section: section.clone(),
                key,
                value,
                line: index.saturating_add(1),
            });
        }
    }
    entries
}

fn is_closed(value: &str) -> bool {
    let count = |letters: [char; 2]| {
        value
            .chars()
            .filter(|letter| letters.contains(letter))
            .count()
    };
    count(['[', '{']) == count([']', '}'])
}

/// What a section of dependencies is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Part of the program.
    Program,
    /// Tests, benches and examples only.
    Tests,
}

/// Whether a section lists dependencies one a line, and for what.
pub fn purpose(section: &str) -> Option<Purpose> {
    match section.rsplit('.').next()? {
        "dependencies" | "build-dependencies" if section != "workspace.dependencies" => {
            Some(Purpose::Program)
        }
        "dev-dependencies" => Some(Purpose::Tests),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_know_their_section() {
        let text = "# x = 1\n[a]\nb.workspace = true\nc = [\n  \"d\",\n]\n[e.f]\ng = { path = \"../h\", package = \"i\" }\n";
        let found = entries(text);
        let short: Vec<_> = found
            .iter()
            .map(|e| (e.section.as_str(), e.name(), e.line))
            .collect();
        assert_eq!(short, [("a", "b", 3), ("a", "c", 4), ("e.f", "g", 8)]);
        assert_eq!(found[1].value, "[ \"d\", ]");
        assert_eq!(found[2].inline("path"), Some("../h"));
        assert_eq!(found[2].inline("version"), None);
    }

    #[test]
    fn sections_of_dependencies() {
        assert_eq!(purpose("dependencies"), Some(Purpose::Program));
        assert_eq!(
            purpose("target.'cfg(unix)'.dependencies"),
            Some(Purpose::Program)
        );
        assert_eq!(purpose("build-dependencies"), Some(Purpose::Program));
        assert_eq!(purpose("dev-dependencies"), Some(Purpose::Tests));
        assert_eq!(purpose("workspace.dependencies"), None);
        assert_eq!(purpose("features"), None);
    }
}
