//! Servers that are known exactly, for tests that must be able to fail.
//!
//! - [`oracle`]: servers that take a prescribed time for each request, or stop for a while, and record what they really did.
//! - [`hostile`]: a server that plays a script of bytes, and scripts of everything that a broken server does.
//! - [`ports`]: addresses where nobody is.
//! - [`runtime`]: runs a future of a test.
//! - [`servers`]: real databases, brokers and collectors, each a process of its own.
//!
//! All but the last listen on a free port of the loopback device and stop when they are dropped. They know nothing of Squall, and
//! share no code with what they are to prove right. Linux only: they hold their times with `timerfd`.

pub mod hostile;
pub mod oracle;
pub mod ports;
pub mod runtime;
pub mod servers;
