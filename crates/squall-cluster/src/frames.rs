//! Messages as bytes: `MessagePack` with the names of fields, so that both sides may know more fields than the other.

use std::io::{self, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Bytes of a message at most; what claims to be longer is no message.
const MAX_BYTES: u32 = 1 << 30;

/// Encodes a message.
///
/// # Errors
/// It holds something that cannot be written, which no message does.
pub fn encode(message: &impl Serialize) -> io::Result<Vec<u8>> {
    rmp_serde::to_vec_named(message).map_err(io::Error::other)
}

/// Decodes a message.
///
/// # Errors
/// The bytes are no such message.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> io::Result<T> {
    rmp_serde::from_slice(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

/// Writes a message of bytes: its length as four bytes, the smallest first, and itself.
///
/// # Errors
/// It is too long, or the stream does not take it.
pub fn write(stream: &mut impl Write, message: &[u8]) -> io::Result<()> {
    let length = u32::try_from(message.len())
        .ok()
        .filter(|length| *length <= MAX_BYTES)
        .ok_or_else(|| {
            let error = format!("a message of {} bytes is too long", message.len());
            io::Error::new(io::ErrorKind::InvalidInput, error)
        })?;
    stream.write_all(&length.to_le_bytes())?;
    stream.write_all(message)
}

/// Reads a message of bytes; `None` where the stream ends, also in the middle of a message.
///
/// # Errors
/// The stream fails, or claims to hold a message that is too long.
pub fn read(stream: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    if !fill(stream, &mut length)? {
        return Ok(None);
    }
    let length = u32::from_le_bytes(length);
    if length > MAX_BYTES {
        let error = format!("a message of {length} bytes is too long");
        return Err(io::Error::new(io::ErrorKind::InvalidData, error));
    }
    let mut message = vec![0; length as usize];
    Ok(fill(stream, &mut message)?.then_some(message))
}

/// Fills the buffer; `false` where the other side has gone before.
fn fill(stream: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match stream.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) => match error.kind() {
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::BrokenPipe => Ok(false),
            _ => Err(error),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::{FromAgent, PartState, Record, RecordFailure};
    use squall_metrics::{IntervalPart, Recorder, ScenarioId};

    fn check(message: &FromAgent) {
        let mut stream = Vec::new();
        write(&mut stream, &encode(message).unwrap()).unwrap();
        let mut stream = &stream[..];
        let read = read(&mut stream).unwrap().unwrap();
        assert_eq!(decode::<FromAgent>(&read).unwrap(), *message);
        assert!(stream.is_empty());
    }

    fn part() -> IntervalPart {
        let mut recorder = Recorder::new();
        recorder.users(ScenarioId(0), 3);
        recorder.dropped(ScenarioId(1), 2);
        recorder.schedule_error(12_345);
        recorder.generator_delay(u64::MAX / 3);
        recorder.take_part(7, 1, 99)
    }

    #[test]
    fn what_is_written_is_read_again() {
        check(&FromAgent::Ready);
        check(&FromAgent::Part {
            part: Box::new(part()),
            state: PartState::Partial,
        });
        check(&FromAgent::Ask {
            question: u64::MAX,
            topic: "pool".to_owned(),
            payload: (0..=255).collect(),
        });
        let record = Record {
            kind: crate::RecordKind::Check("status".to_owned()),
            trace: Some(((1, 2), 3, 4)),
            series: 3,
            moments: [1, 2, 3, 4, 5, 6, 7],
            ok: false,
            status: 503,
            bytes: (10, 20),
            user: 4,
            iteration: 5,
            id: (6, 7),
            failure: Some(RecordFailure {
                class: "status".to_owned(),
                message: "status 503".to_owned(),
            }),
        };
        check(&FromAgent::Records {
            records: vec![record; 3],
            dropped: 1,
        });
    }

    #[test]
    fn a_stream_that_ends_in_the_middle_of_a_message_has_ended() {
        let mut stream = Vec::new();
        write(&mut stream, b"message").unwrap();
        for end in 0..stream.len() {
            assert_eq!(read(&mut &stream[..end]).unwrap(), None, "{end}");
        }
    }

    #[test]
    fn a_message_that_claims_to_be_longer_than_any_is_refused() {
        let error = read(&mut &u32::MAX.to_le_bytes()[..]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }
}
