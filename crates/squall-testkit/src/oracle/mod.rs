//! Servers that know the truth about their own times.
//!
//! One thread each, `epoll` and a `timerfd`. Measured with 8 connections in the same process, unoptimised, on 2 cores with
//! three other processes running: an answer is written 16 µs (median) and 33 µs (90 %) after its time; beyond that lies what
//! the machine's scheduler does, up to milliseconds. So compare with the recorded times, not with the intended ones. They speak HTTP/1.1 with keep-alive and pipelining; request bodies must have a
//! `Content-Length`.

mod clock;
mod connection;
mod delay;
mod event_loop;
mod noise;
mod record;
mod server;
mod stall;

pub(crate) use clock::now;
pub use delay::DelayServer;
pub use noise::{DelayModel, Noise, NoisyDelays};
pub use record::Served;
pub use stall::StallServer;
