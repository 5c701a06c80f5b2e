//! Sends the packets of `statsd` and `dogstatsd`.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs, UdpSocket};
use std::time::Duration;

use squall_report::{Batch, Capabilities, Delivered, RecordKind, Reporter, ReporterError};

use super::encode::{Wire, encode};

/// Packets that are sent without a pause. What a receiver has not read yet must fit into its buffer, 208 KiB by default.
const BURST: usize = 32;
/// How long a receiver has to read them.
const PAUSE: Duration = Duration::from_millis(1);
/// How long the answer that nobody listens may take where the receiver is near.
const REFUSAL: Duration = Duration::from_millis(20);

#[derive(Debug)]
pub(super) struct UdpReporter {
    host: String,
    port: u16,
    wire: Wire,
    /// Which share of the iterations events are of.
    share: f64,
    socket: Option<UdpSocket>,
}

impl UdpReporter {
    pub(super) fn new(host: String, port: u16, wire: Wire) -> Self {
        Self {
            host,
            port,
            wire,
            share: 1.0,
            socket: None,
        }
    }

    fn place(&self) -> String {
        format!("UDP port {} of `{}`", self.port, self.host)
    }

    fn failed(&self, what: &str, error: io::Error) -> ReporterError {
        let place = self.place();
        ReporterError::temporary(format!("cannot {what} {place}: see `host` and `port`"))
            .with_source(error)
    }

    /// Connects to the first address where nobody says that nobody listens.
    fn connect(&self) -> Result<UdpSocket, ReporterError> {
        let found = (self.host.as_str(), self.port).to_socket_addrs();
        let addresses = found.map_err(|error| self.failed("find", error))?;
        let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
        for address in addresses {
            match connect(address) {
                Ok(socket) => return Ok(socket),
                Err(error) => last = error,
            }
        }
        Err(match last.kind() {
            io::ErrorKind::ConnectionRefused => ReporterError::temporary(format!(
                "nothing listens on {}: start the server, or correct `host` and `port`",
                self.place()
            )),
            _ => self.failed("send to", last),
        })
    }
}

fn connect(address: SocketAddr) -> io::Result<UdpSocket> {
    let own: SocketAddr = match address {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(own)?;
    socket.connect(address)?;
    // No server takes anything from an empty packet.
    socket.send(&[])?;
    std::thread::sleep(REFUSAL);
    match socket.take_error()? {
        Some(error) => Err(error),
        None => Ok(socket),
    }
}

/// Sends a packet. On this machine the kernel says at once when nobody listens; from elsewhere that comes later, or never.
fn send(socket: &UdpSocket, packet: &str) -> io::Result<()> {
    if let Err(error) = socket.send(packet.as_bytes()) {
        if error.kind() != io::ErrorKind::ConnectionRefused {
            return Err(error);
        }
        // That was the answer to an earlier packet: this one was not sent.
        socket.send(packet.as_bytes())?;
    }
    match socket.take_error()? {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

impl Reporter for UdpReporter {
    fn capabilities(&self) -> Capabilities {
        let kinds = RecordKind::ALL.into_iter();
        Capabilities {
            kinds: kinds.filter(|kind| *kind != RecordKind::Messages).collect(),
            max_batch_records: None,
        }
    }

    fn expect_share(&mut self, share: f64) {
        self.share = share;
    }

    fn open(&mut self) -> Result<(), ReporterError> {
        self.socket = Some(self.connect()?);
        Ok(())
    }

    fn send(&mut self, batch: &Batch) -> Result<Delivered, ReporterError> {
        let packets = encode(batch, &self.wire, self.share);
        let Some(socket) = &self.socket else {
            return Err(ReporterError::permanent("it is not open"));
        };
        let mut lost = vec![false; batch.len()];
        let mut why = None;
        for record in &packets.too_long {
            lost[*record] = true;
            why = Some("a line is longer than `max_packet_bytes`".to_owned());
        }
        for (count, (packet, records)) in packets.iter().enumerate() {
            if let Err(error) = send(socket, packet) {
                lost[records].fill(true);
                why = Some(format!("{} took no packet: {error}", self.place()));
            }
            if count % BURST == BURST - 1 {
                std::thread::sleep(PAUSE);
            }
        }
        let kept = lost.iter().filter(|lost| !**lost).count();
        Ok(match why {
            Some(why) => Delivered::only(kept, why),
            None => Delivered::all(batch),
        })
    }

    fn close(&mut self) -> Result<Option<String>, ReporterError> {
        self.socket = None;
        Ok(None)
    }
}
