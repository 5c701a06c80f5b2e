//! StatsD, the original for Node.js. It takes the tags of DogStatsD as well.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::ops::Deref;
use std::time::Duration;

use super::folder::Folder;
use super::ports::Port;
use super::process::{Launch, Process, Unavailable, obtain};
use super::programs::{cache, program};

const KIND: &str = "statsd";

/// Written into the server's folder: keeps what came and what was made of it, a line of JSON each.
const BACKEND: &str = r"
const fs = require('fs');
exports.init = (started, config, events) => {
  const keep = (file, value) => fs.appendFileSync(file, JSON.stringify(value) + '\n');
  events.on('packet', (packet) => keep('packets', packet.toString()));
  events.on('flush', (time, metrics) => {
    const sets = Object.fromEntries(Object.entries(metrics.sets).map(([name, set]) => [name, set.values()]));
    const { counters, gauges, timers, timer_data } = metrics;
    keep('flushes', { time, counters, gauges, timers, timer_data, sets });
  });
  return true;
};
";

/// A StatsD server that keeps what it gets.
#[derive(Debug)]
pub struct Statsd {
    process: Process,
}

/// Starts StatsD, which flushes each 0.2 s. It takes about 0.2 s.
pub fn statsd() -> Option<Statsd> {
    obtain(KIND, Statsd::new)
}

impl Statsd {
    fn new() -> Result<Self, Unavailable> {
        let node = program("node")?;
        let script = cache()
            .map(|cache| cache.join("statsd/node_modules/statsd/stats.js"))
            .filter(|script| script.is_file())
            .ok_or_else(|| Unavailable::Missing(KIND.to_owned()))?;
        let folder = Folder::new(KIND)?;
        let ports = vec![Port::take()?, Port::take()?];
        let (port, management) = (ports[0].number(), ports[1].number());
        let backend = folder.path().join("backend.js");
        let config = folder.path().join("config.js");
        fs::write(&backend, BACKEND)?;
        fs::write(
            &config,
            format!(
                "{{ address: '127.0.0.1', port: {port}, mgmt_address: '127.0.0.1', mgmt_port: {management}, \
                 flushInterval: 200, deleteIdleStats: true, backends: ['{}'] }}\n",
                backend.display()
            ),
        )?;
        let launch = Launch::new(KIND, node, move || is_healthy(management).unwrap_or(false))
            .arguments([script, config]);
        let process = Process::start_new(launch, ports, folder)?;
        Ok(Self { process })
    }

    /// Returns where metrics go, by UDP.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port())
    }

    /// Returns what came since the first start: a JSON string per packet, each on a line.
    pub fn packets(&self) -> String {
        fs::read_to_string(self.dir().join("packets")).unwrap_or_default()
    }

    /// Returns what StatsD made of it since the first start: a JSON object per flush, each on a line, with `time`, `counters`,
    /// `gauges`, `timers`, `timer_data` and `sets`. A metric with the tag `a:b` is called `name;a=b`.
    pub fn flushes(&self) -> String {
        fs::read_to_string(self.dir().join("flushes")).unwrap_or_default()
    }
}

impl Deref for Statsd {
    type Target = Process;

    fn deref(&self) -> &Process {
        &self.process
    }
}

/// Asks the management port, which takes a packet for a command.
fn is_healthy(port: u16) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(Duration::from_secs(1)))?;
    stream.write_all(b"health")?;
    let mut answer = [0; 64];
    let length = stream.read(&mut answer)?;
    Ok(answer[..length].starts_with(b"health: up"))
}
