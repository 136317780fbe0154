//! From the bytes of a csv to UTF-8.
//!
//! Place in the flow: between the file and the records. A byte order mark decides; without one the
//! file is UTF-8 if all of it is, and else Windows-1252. Nothing is replaced silently.
//!
//! Left to others: telling that it was not UTF-8 (csv).

use std::io::{self, BufRead, Read, SeekFrom};

use encoding_rs::{DecoderResult, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::{IntakeError, Source, survey::Survey};

/// Bytes read at a time.
const BUFFER_BYTES: usize = 128 * 1024;

/// Encodings a csv may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// With or without its mark, which is not part of the text.
    Utf8 { mark: bool },
    /// With its mark.
    Utf16Le,
    /// With its mark.
    Utf16Be,
    /// What American and West European Windows programs write.
    Windows1252,
}

impl Encoding {
    /// Decides from the survey of the whole file.
    pub(super) fn of(survey: &Survey) -> Result<Self, IntakeError> {
        match survey.head.as_slice() {
            [0xff, 0xfe, ..] => return Ok(Self::Utf16Le),
            [0xfe, 0xff, ..] => return Ok(Self::Utf16Be),
            _ => {}
        }
        if let Some(byte) = survey.first_nul {
            return Err(IntakeError::Encoding {
                byte,
                what: "a NUL byte; the file is binary, or UTF-16 without its mark".to_owned(),
            });
        }
        let mark = survey.head.starts_with(b"\xef\xbb\xbf");
        match survey.first_not_utf8 {
            None => Ok(Self::Utf8 { mark }),
            Some(byte) if mark => Err(IntakeError::Encoding {
                byte,
                what: "the file is marked as UTF-8 but this byte is not UTF-8".to_owned(),
            }),
            Some(_) => Ok(Self::Windows1252),
        }
    }

    const fn mark_bytes(self) -> u64 {
        match self {
            Self::Utf8 { mark: true } => 3,
            Self::Utf16Le | Self::Utf16Be => 2,
            Self::Utf8 { mark: false } | Self::Windows1252 => 0,
        }
    }

    fn decoder(self) -> Option<encoding_rs::Decoder> {
        match self {
            Self::Utf8 { .. } => None,
            Self::Utf16Le => Some(UTF_16LE.new_decoder_without_bom_handling()),
            Self::Utf16Be => Some(UTF_16BE.new_decoder_without_bom_handling()),
            Self::Windows1252 => Some(WINDOWS_1252.new_decoder_without_bom_handling()),
        }
    }
}

/// Reads a file as UTF-8.
pub(super) struct Transcoder<'r> {
    reader: &'r mut dyn Source,
    decoder: Option<encoding_rs::Decoder>,
    /// Bytes of the file that are skipped or decoded so far.
    position: u64,
    input: Window,
    output: Window,
    began: bool,
    at_end: bool,
}

/// A buffer of which a part is not yet used.
struct Window {
    bytes: Vec<u8>,
    start: usize,
    end: usize,
}

impl Window {
    fn new(capacity: usize) -> Self {
        Self {
            bytes: vec![0; capacity],
            start: 0,
            end: 0,
        }
    }

    fn unused(&self) -> &[u8] {
        self.bytes.get(self.start..self.end).unwrap_or(&[])
    }

    /// Reads from `reader` what was all used; whether anything came.
    fn refill(&mut self, reader: &mut dyn Source) -> io::Result<bool> {
        self.start = 0;
        self.end = reader.read(&mut self.bytes)?;
        Ok(self.end > 0)
    }
}

impl<'r> Transcoder<'r> {
    pub(super) fn new(reader: &'r mut dyn Source, encoding: Encoding) -> Self {
        Self {
            reader,
            decoder: encoding.decoder(),
            position: encoding.mark_bytes(),
            input: Window::new(BUFFER_BYTES),
            output: Window::new(BUFFER_BYTES),
            began: false,
            at_end: false,
        }
    }

    fn decode(&mut self) -> io::Result<()> {
        let Some(decoder) = self.decoder.as_mut() else {
            self.output.refill(self.reader)?;
            return Ok(());
        };
        self.output.start = 0;
        self.output.end = 0;
        // A round may give nothing (half a character); then there is more to read.
        while self.output.end == 0 {
            if self.input.unused().is_empty() && !self.at_end {
                self.at_end = !self.input.refill(self.reader)?;
            }
            let (result, read, written) = decoder.decode_to_utf8_without_replacement(
                self.input.unused(),
                &mut self.output.bytes,
                self.at_end,
            );
            self.input.start = self.input.start.saturating_add(read);
            self.output.end = written;
            self.position = self.position.saturating_add(read as u64);
            if let DecoderResult::Malformed(bytes, after) = result {
                let back = u64::from(bytes).saturating_add(u64::from(after));
                let byte = self.position.saturating_sub(back);
                let what = "this is not text in the encoding of the file's mark".to_owned();
                return Err(IntakeError::Encoding { byte, what }.into());
            }
            if self.at_end && result == DecoderResult::InputEmpty {
                // Nothing is left: from now on the reader at its end is asked directly.
                self.decoder = None;
                return Ok(());
            }
        }
        Ok(())
    }
}

impl Read for Transcoder<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Transcoder<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if !self.began {
            self.began = true;
            self.reader.seek(SeekFrom::Start(self.position))?;
        }
        if self.output.unused().is_empty() {
            self.decode()?;
        }
        Ok(self.output.unused())
    }

    fn consume(&mut self, count: usize) {
        let start = self.output.start.saturating_add(count);
        self.output.start = start.min(self.output.end);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::{Limits, survey::survey};

    fn decode(bytes: &[u8]) -> Result<String, IntakeError> {
        let mut reader = Cursor::new(bytes.to_vec());
        let survey = survey(&mut reader, &Limits::standard())?;
        let encoding = Encoding::of(&survey)?;
        let mut text = String::new();
        Transcoder::new(&mut reader, encoding)
            .read_to_string(&mut text)
            .map_err(|error| IntakeError::from_io(&error, "the file"))?;
        Ok(text)
    }

    #[test]
    fn every_encoding_gives_the_same_text() {
        let text = "surnames,city\nMuñoz,“Reno”\n".repeat(5000);
        let utf16 = |big: bool| -> Vec<u8> {
            let mark: &[u8] = if big { b"\xfe\xff" } else { b"\xff\xfe" };
            let units = text.encode_utf16();
            let bytes = units.flat_map(|unit| {
                if big {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                }
            });
            mark.iter().copied().chain(bytes).collect()
        };
        let (cp1252, _, lost) = WINDOWS_1252.encode(&text);
        assert!(!lost);
        for bytes in [
            text.as_bytes().to_vec(),
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            utf16(true),
            utf16(false),
            cp1252.into_owned(),
        ] {
            assert_eq!(decode(&bytes).unwrap(), text);
        }
    }

    #[test]
    fn what_is_no_text_is_refused_with_its_byte() {
        for (bytes, byte) in [
            (b"a\0b".as_slice(), 1),
            (b"\xef\xbb\xbfJos\xe9", 6),
            (b"\xff\xfea\0\x00\xd8b\0", 4),
        ] {
            match decode(bytes) {
                Err(IntakeError::Encoding { byte: found, .. }) => {
                    assert_eq!(found, byte, "{bytes:?}")
                }
                other => panic!("{bytes:?}: {other:?}"),
            }
        }
    }
}
