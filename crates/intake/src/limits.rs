//! The limits within which any file is read, and their one text form.
//!
//! Place in the flow: handed to every reader of this crate; a child process gets them from its
//! parent as [`Limits::to_words`] and never takes more than [`Limits::standard`].
//!
//! Left to others: enforcing them (each reader names the limit and the place when it stops).

/// How much of anything is read. All are upper bounds, inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file as it arrives.
    pub input_bytes: u64,
    /// Entries of an xlsx or ods archive.
    pub entries: u64,
    /// Bytes of all entries of an archive after inflating.
    pub inflated_bytes: u64,
    /// Inflated bytes for each compressed byte of one entry, looked at from
    /// [`Limits::RATIO_FROM_BYTES`] inflated bytes on.
    pub ratio: u64,
    /// Bytes (UTF-8) of one cell, one shared string or one XML tag.
    pub cell_bytes: u64,
    /// Columns read, from the left; cells further right are reported and not read.
    pub columns: u64,
    /// Rows delivered, over all sheets.
    pub rows: u64,
    /// Equal filled rows an ods may write as one.
    pub repeated_rows: u64,
    /// Bytes (UTF-8) of all shared strings of an xlsx.
    pub shared_string_bytes: u64,
    /// Sheets of a workbook.
    pub sheets: u64,
    /// Seconds of processor time of a child process, and apart from that of wall-clock time in which
    /// nothing was heard from it.
    pub seconds: u64,
    /// Bytes of address space of a child process, however large the file; a small file gets less
    /// ([`Limits::memory_for`]).
    pub memory_bytes: u64,
}

const MIB: u64 = 1 << 20;

impl Limits {
    /// Inflated bytes of an entry below which its ratio is not looked at.
    pub const RATIO_FROM_BYTES: u64 = 32 * MIB;

    /// Columns of the largest sheet any spreadsheet program makes (`XFD`). A file with more is
    /// refused, whatever [`Limits::columns`] says.
    pub const SHEET_COLUMNS: u64 = 16_384;

    /// Rows of the largest sheet any spreadsheet program makes.
    pub const SHEET_ROWS: u32 = 1_048_576;

    /// Bytes (UTF-8) of the texts of one row over known columns. A file may write one text once and
    /// refer to it from every cell.
    pub const ROW_TEXT_BYTES: u64 = MIB;

    /// Bytes of all texts delivered for each byte of the file, between the floor and the cap.
    const TEXT_FACTOR: u64 = 64;
    const TEXT_FLOOR_BYTES: u64 = 64 * MIB;
    const TEXT_CAP_BYTES: u64 = 8 * 1024 * MIB;

    /// Bytes of address space that a child process gets for the smallest file.
    const MEMORY_FLOOR_BYTES: u64 = 192 * MIB;

    /// Bytes of address space for each byte of the file, above the floor.
    const MEMORY_FACTOR: u64 = 4;

    /// Bytes of address space of the child process that reads a file of so many bytes. Only shared
    /// strings need memory that grows with the file, and a file below 16 MiB, whatever it claims to
    /// hold, never gets more than 256 MiB.
    #[must_use]
    pub const fn memory_for(&self, file_bytes: u64) -> u64 {
        let wanted = file_bytes
            .saturating_mul(Self::MEMORY_FACTOR)
            .saturating_add(Self::MEMORY_FLOOR_BYTES);
        if wanted < self.memory_bytes {
            wanted
        } else {
            self.memory_bytes
        }
    }

    /// Bytes (UTF-8) of all texts that are delivered of a file of so many bytes.
    #[must_use]
    pub const fn texts_for(file_bytes: u64) -> u64 {
        let wanted = file_bytes.saturating_mul(Self::TEXT_FACTOR);
        if wanted < Self::TEXT_FLOOR_BYTES {
            Self::TEXT_FLOOR_BYTES
        } else if wanted > Self::TEXT_CAP_BYTES {
            Self::TEXT_CAP_BYTES
        } else {
            wanted
        }
    }

    /// The limits compiled in. Nothing in the workspace raises them.
    #[must_use]
    pub const fn standard() -> Self {
        Self {
            input_bytes: 1024 * MIB,
            entries: 10_000,
            inflated_bytes: 8 * 1024 * MIB,
            ratio: 200,
            cell_bytes: 128 * 1024,
            columns: 400,
            rows: 4_000_000,
            repeated_rows: 1_000,
            shared_string_bytes: 320 * MIB,
            sheets: 64,
            seconds: 120,
            memory_bytes: 448 * MIB,
        }
    }

    const fn to_array(self) -> [u64; 12] {
        [
            self.input_bytes,
            self.entries,
            self.inflated_bytes,
            self.ratio,
            self.cell_bytes,
            self.columns,
            self.rows,
            self.repeated_rows,
            self.shared_string_bytes,
            self.sheets,
            self.seconds,
            self.memory_bytes,
        ]
    }

    const fn from_array(values: [u64; 12]) -> Self {
        let [
            input_bytes,
            entries,
            inflated_bytes,
            ratio,
            cell_bytes,
            columns,
            rows,
            repeated_rows,
            shared_string_bytes,
            sheets,
            seconds,
            memory_bytes,
        ] = values;
        Self {
            input_bytes,
            entries,
            inflated_bytes,
            ratio,
            cell_bytes,
            columns,
            rows,
            repeated_rows,
            shared_string_bytes,
            sheets,
            seconds,
            memory_bytes,
        }
    }

    /// Twelve decimal numbers with commas between, in the order of the fields.
    #[must_use]
    pub fn to_words(self) -> String {
        self.to_array().map(|value| value.to_string()).join(",")
    }

    /// Reads [`Limits::to_words`], taking of each value no more than the standard one. `None` for
    /// any other form.
    #[must_use]
    pub fn from_words(words: &str) -> Option<Self> {
        let values: Vec<u64> = words
            .split(',')
            .map(|word| word.parse().ok())
            .collect::<Option<_>>()?;
        let values: [u64; 12] = values.try_into().ok()?;
        let mut lowered = Self::standard().to_array();
        for (standard, value) in lowered.iter_mut().zip(values) {
            *standard = value.min(*standard);
        }
        Some(Self::from_array(lowered))
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::standard()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_grows_with_the_file() {
        let limits = Limits::standard();
        for (file, expected) in [(0, 192), (1, 196), (16, 256), (64, 448), (1024, 448)] {
            assert_eq!(limits.memory_for(file * MIB), expected * MIB, "{file}");
        }
        assert_eq!(limits.memory_for(u64::MAX), limits.memory_bytes);
        let low = Limits {
            memory_bytes: 24 * MIB,
            ..limits
        };
        assert_eq!(low.memory_for(16 * MIB), 24 * MIB);
    }

    #[test]
    fn texts_grow_with_the_file() {
        for (file, expected) in [(0, 64), (1, 64), (2, 128), (100, 6400), (1024, 8192)] {
            assert_eq!(Limits::texts_for(file * MIB), expected * MIB, "{file}");
        }
        assert_eq!(Limits::texts_for(u64::MAX), 8192 * MIB);
    }

    #[test]
    fn words_read_back_and_raise_nothing() {
        let standard = Limits::standard();
        assert_eq!(Limits::from_words(&standard.to_words()), Some(standard));
        let low = Limits {
            rows: 3,
            ..standard
        };
        assert_eq!(Limits::from_words(&low.to_words()), Some(low));
        let high = Limits {
            seconds: u64::MAX,
            ..standard
        };
        assert_eq!(Limits::from_words(&high.to_words()), Some(standard));
        for bad in [
            "",
            "1,2",
            "1,2,3,4,5,6,7,8,9,10,11,x",
            "1,2,3,4,5,6,7,8,9,10,11,12,13",
        ] {
            assert_eq!(Limits::from_words(bad), None, "{bad}");
        }
    }
}
