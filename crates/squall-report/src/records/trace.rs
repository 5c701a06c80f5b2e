//! The ids under which a sampled iteration is found in a tracing backend.

use serde::{Deserialize, Serialize};

/// W3C Trace Context of one operation: what its `traceparent` header said.
///
/// Both ids are hexadecimal text, as trace backends and logs show them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TraceIds {
    /// The iteration's trace; not 0.
    #[serde(with = "hex")]
    pub trace_id: u128,
    /// The operation's span; not 0.
    #[serde(with = "hex")]
    pub span_id: u64,
    /// The span that it is part of: the transaction around it, or else the iteration; 0 for the iteration itself, which is
    /// the root.
    #[serde(with = "hex")]
    pub parent_id: u64,
}

mod hex {
    use std::borrow::Cow;
    use std::fmt::LowerHex;

    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<T: LowerHex, S: Serializer>(
        id: &T,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let digits = size_of::<T>() * 2;
        serializer.collect_str(&format_args!("{id:0digits$x}"))
    }

    pub(super) fn deserialize<'de, T: TryFrom<u128>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<T, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        let id = u128::from_str_radix(&text, 16).map_err(de::Error::custom)?;
        T::try_from(id).map_err(|_| de::Error::custom("the id is too long"))
    }
}
