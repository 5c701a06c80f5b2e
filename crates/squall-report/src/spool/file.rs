//! One file of the spool: a header that shows whether it is whole, and its batches as `MessagePack`.
//!
//! | bytes | what, numbers little-endian |
//! |---|---|
//! | 0 to 7 | `sqspool` and a line feed |
//! | 8 to 11 | version of this layout |
//! | 12 to 15 | CRC-32 of all that follows |
//! | 16 to 23 | records |
//! | 24 to 31 | length of the rest in bytes |
//! | 32 … | an array of batches: mostly one; several when one was too large for the backend and only some went out |
//!
//! Structures are maps with names, because records leave out what is empty.

use std::sync::Arc;

use serde::Serialize;

use crate::Batch;

const MAGIC: [u8; 8] = *b"sqspool\n";
const VERSION: u32 = 1;

/// Bytes before the batches.
pub(super) const HEADER: usize = 32;
const CHECKED_FROM: usize = 16;

/// What a header says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header {
    crc: u32,
    /// Records in the file.
    pub(super) records: u64,
    /// Bytes after the header.
    length: u64,
}

/// Writes batches as the bytes of a file.
pub(super) fn encode(batches: &[Arc<Batch>]) -> Result<Vec<u8>, String> {
    let mut bytes = vec![0; HEADER];
    let mut serializer = rmp_serde::Serializer::new(&mut bytes).with_struct_map();
    batches
        .serialize(&mut serializer)
        .map_err(|error| error.to_string())?;
    let records: usize = batches.iter().map(|batch| batch.len()).sum();
    let length = bytes.len() - HEADER;
    bytes[..8].copy_from_slice(&MAGIC);
    bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
    bytes[16..24].copy_from_slice(&(records as u64).to_le_bytes());
    bytes[24..32].copy_from_slice(&(length as u64).to_le_bytes());
    let crc = crc32fast::hash(&bytes[CHECKED_FROM..]);
    bytes[12..16].copy_from_slice(&crc.to_le_bytes());
    Ok(bytes)
}

/// Reads the header of a file that is `size` bytes long.
pub(super) fn header(bytes: &[u8], size: u64) -> Result<Header, String> {
    if bytes.len() < HEADER {
        return Err("it is too short".to_owned());
    }
    if bytes[..8] != MAGIC {
        return Err("it does not begin like one".to_owned());
    }
    let four =
        |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    let eight = |at: usize| u64::from(four(at)) | u64::from(four(at + 4)) << 32;
    if four(8) != VERSION {
        return Err(format!("its version is {}, not {VERSION}", four(8)));
    }
    let header = Header {
        crc: four(12),
        records: eight(16),
        length: eight(24),
    };
    if size != header.length.saturating_add(HEADER as u64) {
        return Err(format!(
            "it has {size} bytes, not those that it should have"
        ));
    }
    Ok(header)
}

/// Reads the batches of a whole file.
pub(super) fn decode(bytes: &[u8]) -> Result<Vec<Batch>, String> {
    let header = header(bytes, bytes.len() as u64)?;
    if crc32fast::hash(&bytes[CHECKED_FROM..]) != header.crc {
        return Err("its checksum is wrong".to_owned());
    }
    rmp_serde::from_slice(&bytes[HEADER..]).map_err(|error| error.to_string())
}
