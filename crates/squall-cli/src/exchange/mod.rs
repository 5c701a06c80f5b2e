//! What `squall debug` shows of a request and its answer.
//!
//! [`seen`] (from what the engine saw), [`shorten`] (bodies), [`render`] (all of it as text), [`feed`]
//! (where it is printed), [`ordered`] (scripts wait for that).

mod feed;
mod ordered;
mod render;
mod seen;
mod shorten;

pub(crate) use feed::ExchangeFeed;
pub(crate) use render::{Detail, Secrets};
pub(crate) use shorten::Length;
