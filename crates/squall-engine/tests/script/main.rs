//! Scripts through the engine, with a host whose interpreter is a thread that plays them.

mod ends;
mod lab;
mod measured;
mod player;
mod requests;
