//! The driver with reporters that behave and reporters that do not. Nothing here depends on how fast the machine is.

mod account;
mod batches;
mod failures;
mod killed;
mod restart;
mod scripted;
mod selecting;
mod spooling;
