//! A moment of the wall clock, as the records spell it.

use std::borrow::Cow;
use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Nanoseconds since the Unix epoch, written as RFC 3339 in UTC with microseconds (`2026-03-01T12:00:00.250000Z`);
/// as the plain number in formats for machines.
///
/// It places records on a calendar. Durations never come from it: it follows the system clock's corrections.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WallTime(i64);

impl WallTime {
    /// Reads the system clock.
    pub fn now() -> Self {
        Self::from(SystemTime::now())
    }

    /// Makes a time of nanoseconds since the Unix epoch.
    pub fn from_unix_ns(ns: i64) -> Self {
        Self(ns)
    }

    /// Returns nanoseconds since the Unix epoch.
    pub fn unix_ns(self) -> i64 {
        self.0
    }

    /// Returns the time `ns` nanoseconds later.
    #[must_use]
    pub fn plus_ns(self, ns: u64) -> Self {
        Self(self.0.saturating_add_unsigned(ns))
    }
}

impl From<SystemTime> for WallTime {
    fn from(time: SystemTime) -> Self {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
    }
}

impl fmt::Display for WallTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = Timestamp::from_nanosecond(i128::from(self.0)).map_err(|_| fmt::Error)?;
        write!(f, "{time:.6}")
    }
}

impl Serialize for WallTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Ids and times of a backend must be the same whether a batch came from memory or from the spool.
        if !serializer.is_human_readable() {
            return serializer.serialize_i64(self.0);
        }
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for WallTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            return i64::deserialize(deserializer).map(Self);
        }
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        let time: Timestamp = text.parse().map_err(de::Error::custom)?;
        i64::try_from(time.as_nanosecond())
            .map(Self)
            .map_err(de::Error::custom)
    }
}
