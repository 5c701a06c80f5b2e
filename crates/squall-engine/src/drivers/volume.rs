//! The closed model whose number of virtual users somebody else says while the load goes, and what was said.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use tokio::sync::Notify;

use super::closed::{Rhythm, fill};
use super::crew::{Crew, wait};
use crate::scenario::ScenarioThread;

/// Virtual users over all shares from an instant on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// So many users, or where iterations are counted so many of them.
    Users(u32),
    /// The load ends.
    End,
}

/// Numbers of virtual users over all shares, each with the instant from which on it holds.
#[derive(Debug, Default)]
pub(crate) struct VolumeOrders {
    /// By nanoseconds since the start of the scenario.
    orders: RefCell<BTreeMap<u64, Order>>,
    /// Instant of the last order that was taken.
    taken: Cell<Option<u64>>,
    arrived: Notify,
}

impl VolumeOrders {
    /// Takes a number of users; `None` ends the load. One for an instant before one that holds already comes too late, and is ignored.
    pub(crate) fn push(&self, at_ns: u64, users: Option<u32>) {
        if self.taken.get().is_none_or(|taken| at_ns >= taken) {
            let order = users.map_or(Order::End, Order::Users);
            self.orders.borrow_mut().insert(at_ns, order);
            self.arrived.notify_one();
        }
    }

    /// Takes the first order of those that hold by now.
    fn take_due(&self, elapsed: u64) -> Option<Order> {
        let mut orders = self.orders.borrow_mut();
        let first = orders.first_entry().filter(|first| *first.key() <= elapsed);
        let (at_ns, order) = first?.remove_entry();
        self.taken.set(Some(at_ns));
        Some(order)
    }

    /// Takes the first order, whether it holds by now or not.
    pub(super) fn take(&self) -> Option<(u64, Order)> {
        let (at_ns, order) = self.orders.borrow_mut().pop_first()?;
        self.taken.set(Some(at_ns));
        Some((at_ns, order))
    }

    /// Waits for an order.
    pub(super) async fn arrived(&self) {
        self.arrived.notified().await;
    }

    /// Returns the instant of the next order.
    fn next(&self) -> Option<u64> {
        self.orders.borrow().keys().next().copied()
    }
}

pub(super) async fn drive(scenario: &Rc<ScenarioThread>, max_users: u32, rhythm: Rhythm) {
    let orders = &scenario.volume;
    let wanted = Rc::new(Cell::new(0_u64));
    let mut crew = Crew::default();
    let mut seats: Vec<Rc<Cell<bool>>> = Vec::new();
    while scenario.is_open() {
        let now = scenario.worker.clock.now();
        let elapsed = now.saturating_sub(scenario.start_ns);
        while let Some(order) = orders.take_due(elapsed) {
            match order {
                Order::Users(users) => wanted.set(share_of(scenario, users, max_users)),
                Order::End => scenario.close(),
            }
        }
        if !scenario.is_open() {
            break;
        }
        fill(scenario, &wanted, &mut seats, &mut crew, rhythm);
        let change = orders
            .next()
            .map_or(u64::MAX, |next| scenario.start_ns.saturating_add(next));
        tokio::select! {
            () = wait(scenario, change.min(scenario.end_ns.get())) => {}
            () = orders.arrived.notified() => {}
        }
    }
    crew.finish(scenario).await;
}

/// Returns how many of so many users this share runs; one share of all counts that somebody asked for too many.
fn share_of(scenario: &ScenarioThread, users: u32, max_users: u32) -> u64 {
    if users > max_users && scenario.segment.index == 0 {
        let mut recorder = scenario.worker.recorder.borrow_mut();
        recorder.volume_clamped(scenario.scenario.id);
    }
    scenario.segment.share(u64::from(users.min(max_users)))
}

#[cfg(test)]
mod tests {
    use super::Order::{End, Users};
    use super::*;

    fn due(orders: &VolumeOrders, elapsed: u64) -> Vec<Order> {
        std::iter::from_fn(|| orders.take_due(elapsed)).collect()
    }

    #[test]
    fn orders_hold_from_their_instant_on_and_not_before() {
        let orders = VolumeOrders::default();
        orders.push(2_000, None);
        orders.push(0, Some(3));
        orders.push(1_000, Some(7));
        assert_eq!(due(&orders, 999), [Users(3)]);
        assert_eq!(orders.next(), Some(1_000));
        assert_eq!(due(&orders, 999), []);
        assert_eq!(due(&orders, 1_000), [Users(7)]);
        assert_eq!(due(&orders, 5_000), [End]);
        assert_eq!(orders.next(), None);
    }

    #[test]
    fn late_orders_hold_at_once_in_their_order() {
        let orders = VolumeOrders::default();
        orders.push(1_000, Some(5));
        orders.push(3_000, Some(1));
        orders.push(2_000, Some(9));
        assert_eq!(due(&orders, 9_000), [Users(5), Users(9), Users(1)]);
    }

    #[test]
    fn an_order_for_an_instant_before_the_one_that_holds_is_ignored() {
        let orders = VolumeOrders::default();
        orders.push(2_000, Some(5));
        assert_eq!(due(&orders, 2_000), [Users(5)]);
        orders.push(1_000, Some(9));
        assert_eq!(due(&orders, 9_000), []);
        orders.push(2_000, Some(6));
        assert_eq!(due(&orders, 2_000), [Users(6)]);
    }
}
