//! A pool of connections that the users of one scenario on one I/O thread share.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use squall_protocol::connect::Origin;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::transfer::Connection;

/// Connections by origin, so many of each.
#[derive(Debug)]
pub(crate) struct Pool {
    size: u32,
    by_origin: RefCell<HashMap<Origin, Rc<Shelf>>>,
}

#[derive(Debug)]
struct Shelf {
    permits: Arc<Semaphore>,
    idle: RefCell<Vec<Connection>>,
}

/// The right to use one connection of an origin; dropping it gives it to the next in line.
#[derive(Debug)]
pub(crate) struct Turn {
    shelf: Rc<Shelf>,
    _permit: OwnedSemaphorePermit,
}

impl Pool {
    pub(crate) fn new(size: u32) -> Self {
        Self {
            size,
            by_origin: RefCell::default(),
        }
    }

    /// Waits for a turn, first come first served.
    pub(crate) async fn turn(&self, origin: &Origin) -> Option<Turn> {
        let own = self.shelf(origin);
        let permit = Arc::clone(&own.permits).acquire_owned().await.ok()?;
        Some(Turn {
            shelf: own,
            _permit: permit,
        })
    }

    fn shelf(&self, origin: &Origin) -> Rc<Shelf> {
        if let Some(known) = self.by_origin.borrow().get(origin) {
            return Rc::clone(known);
        }
        let permits = Arc::new(Semaphore::new(self.size as usize));
        let fresh = Rc::new(Shelf {
            permits,
            idle: RefCell::default(),
        });
        self.by_origin
            .borrow_mut()
            .insert(origin.clone(), Rc::clone(&fresh));
        fresh
    }
}

impl Turn {
    /// Returns a connection that was left by another user.
    pub(crate) fn take(&self) -> Option<Connection> {
        self.shelf.idle.borrow_mut().pop()
    }

    /// Leaves a connection for the next user.
    pub(crate) fn put(&self, connection: Connection) {
        self.shelf.idle.borrow_mut().push(connection);
    }
}
