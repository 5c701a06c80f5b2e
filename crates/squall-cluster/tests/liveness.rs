//! Who of the agents lives: over both transports, with agents that do what agents should not.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use squall_cluster::transport::{Connection, UnixListening, connect, pair};
use squall_cluster::{
    Agent, AgentError, AgentOptions, AgentUsage, Coordinator, Events, FromAgent, Member, Outbox,
    ServeError, ToAgent, Welcome, frames, serve,
};

/// What the coordinator says of agents.
#[derive(Clone, Debug, PartialEq)]
enum Seen {
    Received(u32, FromAgent),
    Lost(u32),
    Left(u32),
}

#[derive(Debug)]
struct Recording(Mutex<Sender<Seen>>);

impl Recording {
    fn say(&self, seen: Seen) {
        self.0.lock().unwrap().send(seen).ok();
    }
}

impl Events for Recording {
    fn received(&self, agent: u32, message: FromAgent) {
        self.say(Seen::Received(agent, message));
    }

    fn lost(&self, agent: u32) {
        self.say(Seen::Lost(agent));
    }

    fn left(&self, agent: u32) {
        self.say(Seen::Left(agent));
    }
}

fn coordinate(connections: Vec<Connection>) -> (Coordinator, Receiver<Seen>) {
    let (sender, seen) = channel();
    let events: Arc<dyn Events> = Arc::new(Recording(Mutex::new(sender)));
    let members = connections.into_iter().map(|connection| Member {
        connection,
        process: None,
    });
    (
        Coordinator::start(members.collect(), &events).unwrap(),
        seen,
    )
}

/// Waits for what is neither a heartbeat nor the first word of an agent.
fn next(seen: &Receiver<Seen>) -> Seen {
    loop {
        let seen = seen.recv_timeout(Duration::from_secs(60)).unwrap();
        let idle = matches!(
            seen,
            Seen::Received(_, FromAgent::Heartbeat { .. } | FromAgent::Hello { .. })
        );
        if !idle {
            return seen;
        }
    }
}

/// Both ends of a connection over a Unix socket.
fn sockets(folder: &tempfile::TempDir, name: &str) -> (Connection, Connection) {
    let listening = UnixListening::bind(folder.path().join(name)).unwrap();
    assert!(listening.accept().unwrap().is_none());
    let agent = connect(listening.path()).unwrap();
    (listening.accept().unwrap().unwrap(), agent)
}

/// An agent that flushes when it is told to, and tells of its errors at the end.
#[derive(Debug, Default)]
struct Flushing {
    outbox: Mutex<Option<Outbox>>,
    orphaned: Mutex<bool>,
}

impl Agent for Flushing {
    fn prepare(&self, welcome: Welcome, outbox: &Outbox) -> Result<(), Vec<AgentError>> {
        *self.outbox.lock().unwrap() = Some(outbox.clone());
        match welcome.plan.as_str() {
            "good" => Ok(()),
            wrong => Err(vec![error(&format!("`{wrong}` is no plan"))]),
        }
    }

    fn obey(&self, message: ToAgent) {
        if let ToAgent::Flush { token } = message {
            let outbox = self.outbox.lock().unwrap();
            outbox.as_ref().unwrap().send(&FromAgent::Flushed { token });
        }
    }

    fn usage(&self) -> AgentUsage {
        AgentUsage {
            cpu_ns: 5,
            max_rss_bytes: 7,
        }
    }

    fn finish(&self) -> Vec<AgentError> {
        vec![error("it did not close")]
    }

    fn orphaned(&self) {
        *self.orphaned.lock().unwrap() = true;
    }
}

fn error(message: &str) -> AgentError {
    AgentError {
        path: String::new(),
        message: message.to_owned(),
        hint: None,
        place: None,
    }
}

fn welcome(plan: &str) -> ToAgent {
    ToAgent::Welcome(Box::new(Welcome {
        agent: 0,
        agents: 1,
        plan: plan.to_owned(),
        test: None,
        options: AgentOptions::default(),
        clock_origin_ns: 0,
        wall_origin_ns: 0,
    }))
}

#[test]
fn an_agent_joins_obeys_and_leaves_over_any_transport() {
    let folder = tempfile::tempdir().unwrap();
    for (coordinator, agent) in [pair(), sockets(&folder, "agent")] {
        let serving = std::thread::spawn(move || serve(agent, &Flushing::default(), "1"));
        let (coordinator, seen) = coordinate(vec![coordinator]);
        coordinator.send_all(&welcome("bad"));
        let errors = vec![error("`bad` is no plan")];
        assert_eq!(
            next(&seen),
            Seen::Received(0, FromAgent::Refused { errors })
        );
        coordinator.send_all(&welcome("good"));
        assert_eq!(next(&seen), Seen::Received(0, FromAgent::Ready));
        for token in 0..1000 {
            coordinator.send(0, &ToAgent::Flush { token });
        }
        for token in 0..1000 {
            assert_eq!(next(&seen), Seen::Received(0, FromAgent::Flushed { token }));
        }
        assert_eq!(coordinator.living(), [0]);
        coordinator.send_all(&ToAgent::Shutdown);
        let usage = Flushing::default().usage();
        let errors = vec![error("it did not close")];
        assert_eq!(
            next(&seen),
            Seen::Received(0, FromAgent::Bye { usage, errors })
        );
        assert_eq!(next(&seen), Seen::Left(0));
        assert_eq!(coordinator.living(), [0; 0]);
        serving.join().unwrap().unwrap();
    }
}

#[test]
fn an_agent_without_a_coordinator_is_told_so() {
    let (coordinator, agent) = pair();
    let body = Arc::new(Flushing::default());
    let own = Arc::clone(&body);
    let serving = std::thread::spawn(move || serve(agent, &*own, "1"));
    let (coordinator, seen) = coordinate(vec![coordinator]);
    coordinator.send_all(&welcome("good"));
    assert_eq!(next(&seen), Seen::Received(0, FromAgent::Ready));
    drop(coordinator);
    assert!(matches!(serving.join().unwrap(), Err(ServeError::Orphaned)));
    assert!(*body.orphaned.lock().unwrap());
}

#[test]
fn what_an_agent_sent_is_received_before_it_is_called_lost() {
    let folder = tempfile::tempdir().unwrap();
    let listening = UnixListening::bind(folder.path().join("agent")).unwrap();
    let mut stream = UnixStream::connect(listening.path()).unwrap();
    for token in 0..100 {
        let message = frames::encode(&FromAgent::Flushed { token }).unwrap();
        frames::write(&mut stream, &message).unwrap();
    }
    let message = frames::encode(&FromAgent::Ready).unwrap();
    frames::write(&mut stream, &message[..message.len() - 1]).unwrap();
    drop(stream);
    let (_coordinator, seen) = coordinate(vec![listening.accept().unwrap().unwrap()]);
    for token in 0..100 {
        assert_eq!(next(&seen), Seen::Received(0, FromAgent::Flushed { token }));
    }
    assert_eq!(next(&seen), Seen::Lost(0));
}

#[test]
fn a_silent_agent_is_lost_and_one_that_says_that_it_lives_is_not() {
    let (silent, _held) = pair();
    let (other, agent) = pair();
    let serving = std::thread::spawn(move || serve(agent, &Flushing::default(), "1"));
    let (coordinator, seen) = coordinate(vec![silent, other]);
    assert_eq!(next(&seen), Seen::Lost(0));
    assert_eq!(coordinator.living(), [1]);
    coordinator.send_all(&ToAgent::Shutdown);
    assert!(matches!(
        next(&seen),
        Seen::Received(1, FromAgent::Bye { .. })
    ));
    assert_eq!(next(&seen), Seen::Left(1));
    serving.join().unwrap().unwrap();
}

#[test]
fn nonsense_loses_the_agent_that_sent_it_and_no_other() {
    let (first, (mut outgoing, _incoming)) = pair();
    let (second, _held) = pair();
    outgoing.send(b"nonsense").unwrap();
    let (coordinator, seen) = coordinate(vec![first, second]);
    assert_eq!(next(&seen), Seen::Lost(0));
    assert_eq!(coordinator.living(), [1]);
}
