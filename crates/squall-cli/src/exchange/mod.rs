//! What `squall debug` shows of a request and its answer.
//!
//! [`secrets`] (what is not shown), [`shorten`] (bodies), [`render`] (all of it as text).

mod render;
mod secrets;
mod shorten;

pub(crate) use render::{Detail, Secrets, render};
pub(crate) use shorten::Length;
