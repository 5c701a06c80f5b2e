//! The way to a connection: which address, which socket, with TLS or without.
//!
//! [`Connector`] is owned by one I/O thread. It resolves the name of an [`Origin`] (see [`crate::dns`]), opens a socket as
//! [`ConnectSettings`] say, shakes hands (see [`crate::tls`]) and hands out a [`Stream`]. It has no time limit of its own: the
//! caller drops the future. What goes wrong is a [`crate::Failure`], worded so that equal failures group.

mod connector;
mod facts;
mod failure;
mod origin;
mod settings;
mod stream;

pub use connector::{Connected, Connector};
pub use facts::{ConnectionFacts, TlsFacts};
pub use failure::{NO_DESCRIPTOR, NO_PORT, io_failure};
pub use origin::{Origin, Scheme};
pub use settings::{ConnectSettings, ConnectTo, ConnectToError};
pub use stream::Stream;
