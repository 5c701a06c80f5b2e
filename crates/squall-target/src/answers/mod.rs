//! The answers, a module per kind of route.

mod dispatch;
mod encoded;
mod faults;
mod inspect;
mod plain;
mod redirects;
mod shop;
mod statistics;
mod token;

pub(crate) use dispatch::answer;
