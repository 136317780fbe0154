//! An extract as Apache Parquet: fifteen required UTF-8 columns, Snappy, dictionary where it helps.
//!
//! Place in the flow: one of the two formats behind the extract's writer.
//!
//! Left to others: what stands in the rows.

use std::{fs::File, io::BufWriter, path::Path, sync::Arc};

use parquet::{
    basic::{Compression, LogicalType, Repetition, Type as PhysicalType},
    data_type::{ByteArray, ByteArrayType},
    errors::ParquetError,
    file::{properties::WriterProperties, writer::SerializedFileWriter},
    schema::types::Type,
};

use super::{COLUMN_COUNT, COLUMNS, Rows};
use crate::error::LabError;

/// Rows of one row group: bounds the memory.
const ROWS_PER_GROUP: usize = 1 << 17;

/// The values of one column of the group being gathered: their bytes, and where each ends.
#[derive(Default)]
struct Gathered {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

pub(super) struct ColumnarRows {
    writer: SerializedFileWriter<BufWriter<File>>,
    columns: [Gathered; COLUMN_COUNT],
}

impl ColumnarRows {
    pub(super) fn create(path: &Path) -> Result<Self, LabError> {
        let file =
            BufWriter::with_capacity(1 << 20, File::create(path).map_err(LabError::file(path))?);
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by("countersign-lab, SYNTHETIC".to_owned())
            .build();
        let writer = SerializedFileWriter::new(file, Arc::new(schema()?), Arc::new(properties))?;
        Ok(Self {
            writer,
            columns: Default::default(),
        })
    }

    fn write_group(&mut self) -> Result<(), ParquetError> {
        let mut group = self.writer.next_row_group()?;
        for column in &mut self.columns {
            let Gathered { bytes, ends } = std::mem::take(column);
            let all = ByteArray::from(bytes);
            let starts = std::iter::once(0).chain(ends.iter().copied());
            let values: Vec<ByteArray> = starts
                .zip(&ends)
                .map(|(start, end)| all.slice(start, end - start))
                .collect();
            if let Some(mut writer) = group.next_column()? {
                writer
                    .typed::<ByteArrayType>()
                    .write_batch(&values, None, None)?;
                writer.close()?;
            }
        }
        group.close()?;
        Ok(())
    }
}

impl Rows for ColumnarRows {
    fn row(&mut self, row: &[&str; COLUMN_COUNT]) -> Result<(), LabError> {
        for (column, value) in self.columns.iter_mut().zip(row) {
            column.bytes.extend_from_slice(value.as_bytes());
            column.ends.push(column.bytes.len());
        }
        let full = self
            .columns
            .first()
            .is_some_and(|column| column.ends.len() >= ROWS_PER_GROUP);
        if full {
            self.write_group()?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), LabError> {
        if self
            .columns
            .first()
            .is_some_and(|column| !column.ends.is_empty())
        {
            self.write_group()?;
        }
        self.writer.close()?;
        Ok(())
    }
}

fn schema() -> Result<Type, ParquetError> {
    let fields = COLUMNS.iter().map(|name| {
        Type::primitive_type_builder(name, PhysicalType::BYTE_ARRAY)
            .with_repetition(Repetition::REQUIRED)
            .with_logical_type(Some(LogicalType::String))
            .build()
            .map(Arc::new)
    });
    Type::group_type_builder("extract")
        .with_fields(fields.collect::<Result<_, _>>()?)
        .build()
}
