//! A descriptor that becomes readable when somebody wakes it.

use std::io;
use std::os::fd::RawFd;

pub(crate) use imp::Wake;

#[cfg(target_os = "linux")]
mod imp {
    use std::os::fd::{AsRawFd as _, OwnedFd};

    use rustix::event::{EventfdFlags, eventfd};

    use super::{RawFd, io};

    /// An `eventfd`: one descriptor, eight bytes.
    #[derive(Debug)]
    pub(crate) struct Wake(OwnedFd);

    impl Wake {
        pub(crate) fn new() -> io::Result<Self> {
            let flags = EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK;
            Ok(Self(eventfd(0, flags)?))
        }

        pub(crate) fn descriptor(&self) -> RawFd {
            self.0.as_raw_fd()
        }

        /// Makes the descriptor readable.
        pub(crate) fn wake(&self) {
            // It can only fail when the counter is full, and then it is readable.
            rustix::io::write(&self.0, &1_u64.to_ne_bytes()).ok();
        }

        /// Makes the descriptor sleep again.
        pub(crate) fn reset(&self) {
            rustix::io::read(&self.0, &mut [0_u8; 8]).ok();
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod imp {
    use std::io::{Read as _, Write as _};
    use std::os::fd::AsRawFd as _;
    use std::os::unix::net::UnixStream;

    use super::{RawFd, io};

    /// A pair of sockets, for systems without `eventfd`.
    #[derive(Debug)]
    pub(crate) struct Wake {
        readable: UnixStream,
        writable: UnixStream,
    }

    impl Wake {
        pub(crate) fn new() -> io::Result<Self> {
            let (readable, writable) = UnixStream::pair()?;
            readable.set_nonblocking(true)?;
            writable.set_nonblocking(true)?;
            Ok(Self { readable, writable })
        }

        pub(crate) fn descriptor(&self) -> RawFd {
            self.readable.as_raw_fd()
        }

        /// Makes the descriptor readable.
        pub(crate) fn wake(&self) {
            // It can only fail when the buffer is full, and then it is readable.
            (&self.writable).write(&[1]).ok();
        }

        /// Makes the descriptor sleep again.
        pub(crate) fn reset(&self) {
            let mut bytes = [0_u8; 64];
            while matches!((&self.readable).read(&mut bytes), Ok(read) if read == bytes.len()) {}
        }
    }
}
