//! Names to addresses, cached.
//!
//! The system's resolver answers (`/etc/hosts` and `nsswitch.conf` count), one question per name at a time. Each thread has its own
//! cache. Connections are spread over a name's addresses in turn; an address that did not answer is tried last until the name is
//! looked up again.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::OnceCell;

use crate::{Clock, Failure, FailureClass};

/// How long a name that did not resolve is not asked again, so that a dead resolver is not stormed.
const FAILURE_TTL: Duration = Duration::from_secs(1);

/// A cache in front of the system's resolver, for one thread.
#[derive(Debug)]
pub struct Resolver {
    ttl: Duration,
    names: RefCell<HashMap<String, Rc<OnceCell<Answer>>>>,
    lookups: Cell<u64>,
}

#[derive(Debug)]
struct Answer {
    expires: u64,
    addresses: Result<RefCell<Addresses>, Failure>,
}

impl Resolver {
    /// Creates an empty cache that keeps answers for `ttl`; zero asks each time.
    pub fn new(ttl: Duration) -> Self {
        Self {
            ttl,
            names: RefCell::default(),
            lookups: Cell::new(0),
        }
    }

    /// Returns how often the system's resolver was asked.
    pub fn lookups(&self) -> u64 {
        self.lookups.get()
    }

    /// Returns the addresses of `host` in the order in which to try them, with port 0. Literal addresses need no question.
    ///
    /// # Errors
    /// [`FailureClass::Dns`] when the name does not resolve.
    pub async fn resolve(&self, host: &str, clock: &Clock) -> Result<Vec<SocketAddr>, Failure> {
        if let Ok(address) = host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(address, 0)]);
        }
        let cell = self.current(host, clock.now());
        let answer = cell.get_or_init(|| self.look_up(host, clock)).await;
        match &answer.addresses {
            Ok(addresses) => Ok(addresses.borrow_mut().next_order()),
            Err(failure) => Err(failure.clone()),
        }
    }

    /// Puts an address that did not answer behind the others.
    pub fn set_aside(&self, host: &str, address: SocketAddr) {
        let names = self.names.borrow();
        let answer = names.get(host).and_then(|cell| cell.get());
        if let Some(Answer {
            addresses: Ok(addresses),
            ..
        }) = answer
        {
            addresses.borrow_mut().set_aside(address.ip());
        }
    }

    /// Returns the answer in the cache, or the place for a new one. Who waits for the same name waits at the same place.
    fn current(&self, host: &str, now: u64) -> Rc<OnceCell<Answer>> {
        let mut names = self.names.borrow_mut();
        if let Some(cell) = names.get(host)
            && cell.get().is_none_or(|answer| now < answer.expires)
        {
            return Rc::clone(cell);
        }
        let cell = Rc::new(OnceCell::new());
        names.insert(host.to_owned(), Rc::clone(&cell));
        cell
    }

    async fn look_up(&self, host: &str, clock: &Clock) -> Answer {
        self.lookups.set(self.lookups.get() + 1);
        let found = tokio::net::lookup_host((host, 0)).await.map(Addresses::new);
        let (ttl, addresses) = match found {
            Ok(addresses) if !addresses.is_empty() => (self.ttl, Ok(RefCell::new(addresses))),
            Ok(_) => (FAILURE_TTL, Err(unresolved(host))),
            Err(error) => (
                FAILURE_TTL,
                Err(unresolved(host).with_detail(error.to_string())),
            ),
        };
        let nanos = u64::try_from(ttl.as_nanos()).unwrap_or(u64::MAX);
        Answer {
            expires: clock.now().saturating_add(nanos),
            addresses,
        }
    }
}

fn unresolved(host: &str) -> Failure {
    Failure::new(FailureClass::Dns, format!("`{host}` does not resolve"))
}

/// The addresses of one name and whose turn it is.
#[derive(Debug)]
struct Addresses {
    good: Vec<SocketAddr>,
    aside: Vec<SocketAddr>,
    turn: usize,
}

impl Addresses {
    fn new(found: impl Iterator<Item = SocketAddr>) -> Self {
        let mut good = Vec::new();
        for address in found {
            if !good.contains(&address) {
                good.push(address);
            }
        }
        Self {
            good,
            aside: Vec::new(),
            turn: 0,
        }
    }

    fn is_empty(&self) -> bool {
        self.good.is_empty() && self.aside.is_empty()
    }

    fn next_order(&mut self) -> Vec<SocketAddr> {
        let turn = self.turn % self.good.len().max(1);
        self.turn = turn + 1;
        let mut order = Vec::with_capacity(self.good.len() + self.aside.len());
        order.extend_from_slice(&self.good[turn..]);
        order.extend_from_slice(&self.good[..turn]);
        order.extend_from_slice(&self.aside);
        order
    }

    fn set_aside(&mut self, address: IpAddr) {
        if let Some(at) = self.good.iter().position(|good| good.ip() == address) {
            self.aside.push(self.good.remove(at));
        }
        // When none is left that answers, all are equal again.
        if self.good.is_empty() {
            self.good.append(&mut self.aside);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(count: u8) -> Addresses {
        Addresses::new((1..=count).map(|last| SocketAddr::from(([127, 0, 0, last], 0))))
    }

    fn last_bytes(order: &[SocketAddr]) -> Vec<u8> {
        order
            .iter()
            .map(|a| {
                a.ip()
                    .to_string()
                    .rsplit('.')
                    .next()
                    .unwrap()
                    .parse()
                    .unwrap()
            })
            .collect()
    }

    #[test]
    fn connections_take_the_addresses_in_turn() {
        let mut three = addresses(3);
        assert_eq!(last_bytes(&three.next_order()), [1, 2, 3]);
        assert_eq!(last_bytes(&three.next_order()), [2, 3, 1]);
        assert_eq!(last_bytes(&three.next_order()), [3, 1, 2]);
        assert_eq!(last_bytes(&three.next_order()), [1, 2, 3]);
    }

    #[test]
    fn an_address_that_does_not_answer_is_tried_last_until_none_answers() {
        let mut three = addresses(3);
        three.set_aside([127, 0, 0, 2].into());
        assert_eq!(last_bytes(&three.next_order()), [1, 3, 2]);
        assert_eq!(last_bytes(&three.next_order()), [3, 1, 2]);
        three.set_aside([127, 0, 0, 1].into());
        three.set_aside([127, 0, 0, 3].into());
        assert_eq!(three.next_order().len(), 3);
        assert!(three.aside.is_empty());
    }

    #[test]
    fn the_same_address_twice_counts_once() {
        let twice = [[127, 0, 0, 1], [127, 0, 0, 1]].map(|ip| SocketAddr::from((ip, 0)));
        assert_eq!(Addresses::new(twice.into_iter()).next_order().len(), 1);
    }

    #[tokio::test]
    async fn an_address_is_its_own_answer() {
        let resolver = Resolver::new(Duration::from_secs(60));
        let clock = Clock::virtual_at_zero();
        for host in ["127.0.0.1", "::1"] {
            let found = resolver.resolve(host, &clock).await.unwrap();
            assert_eq!(
                found.iter().map(|a| a.ip().to_string()).collect::<Vec<_>>(),
                [host]
            );
        }
        assert_eq!(resolver.lookups(), 0);
    }

    #[tokio::test]
    async fn a_name_is_asked_for_once_until_its_time_is_over() {
        let resolver = Resolver::new(Duration::from_secs(60));
        let clock = Clock::virtual_at_zero();
        for _ in 0..3 {
            let found = resolver.resolve("localhost", &clock).await.unwrap();
            assert!(found.iter().all(|address| address.ip().is_loopback()));
        }
        assert_eq!(resolver.lookups(), 1);
        clock.advance(Duration::from_secs(60));
        resolver.resolve("localhost", &clock).await.unwrap();
        assert_eq!(resolver.lookups(), 2);
    }

    #[tokio::test]
    async fn who_asks_at_the_same_time_shares_one_question() {
        let resolver = Resolver::new(Duration::ZERO);
        let clock = Clock::virtual_at_zero();
        let (a, b) = tokio::join!(
            resolver.resolve("localhost", &clock),
            resolver.resolve("localhost", &clock)
        );
        assert!(a.is_ok() && b.is_ok());
        assert_eq!(resolver.lookups(), 1);
        resolver.resolve("localhost", &clock).await.unwrap();
        assert_eq!(resolver.lookups(), 2);
    }

    #[tokio::test]
    async fn a_name_that_does_not_resolve_is_named_and_not_asked_again_at_once() {
        let resolver = Resolver::new(Duration::from_secs(60));
        let clock = Clock::virtual_at_zero();
        // An empty label is refused by the resolver library itself: no question leaves the machine.
        for _ in 0..2 {
            let failure = resolver.resolve("no..host", &clock).await.unwrap_err();
            assert_eq!(failure.class, FailureClass::Dns);
            assert_eq!(failure.message, "`no..host` does not resolve");
        }
        assert_eq!(resolver.lookups(), 1);
    }
}
