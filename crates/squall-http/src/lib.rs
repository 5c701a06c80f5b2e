//! HTTP/1.1: requests compiled from the plan, and the client that sends them.
//!
//! Reading order: [`codec`] (bytes only, no I/O), [`step`] (a request of the plan, compiled), [`client`] (the I/O).
//!
//! The client is not a general one: it sends what a plan says, counts bodies instead of keeping them unless somebody asks, never
//! repeats a request behind the user's back, and takes every timestamp itself.

pub mod client;
pub mod codec;
pub mod step;

pub use client::{
    Capture, CapturedMessage, Client, ClientConfig, ClientConfigError, ClientSettings, Hop,
    HttpThread, KeptAnswer, Operation, Session,
};
pub use codec::response::Headers;
pub use step::{DirectBody, DirectContent, DirectPart, DirectRequest, HttpStep, RequestDefaults};
