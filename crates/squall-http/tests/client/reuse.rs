//! Who opens connections, and which are used again: the target counts them.

use serde_json::{Value, json};
use squall_protocol::FailureClass;
use squall_testkit::hostile::{Action, HostileServer};

use crate::lab::{Requests, answering, at, at_hostile, closing, target};

/// Lets users send one request after the other, all users at the same time, and returns the connections that the target saw.
fn connections(policy: Value, users: usize, rounds: usize) -> u64 {
    let target = target();
    let http = at(&target, json!({"connections": policy}));
    let requests = Requests::new(http, &[json!({"url": "/delay/2ms"})]);
    requests.run(async |thread| {
        let mut everyone: Vec<_> = (0..users).map(|_| thread.user()).collect();
        let sending = everyone.iter_mut().map(|user| {
            Box::pin(async move {
                for _ in 0..rounds {
                    user.send(0).await.good();
                }
            })
        });
        together(sending.collect()).await;
    });
    let stats = target.stats();
    assert_eq!(stats.requests, (users * rounds) as u64);
    stats.connections_accepted
}

/// Runs futures to their end at the same time.
async fn together<F: Future<Output = ()> + Unpin>(mut futures: Vec<F>) {
    std::future::poll_fn(|context| {
        futures.retain_mut(|future| std::pin::Pin::new(future).poll(context).is_pending());
        if futures.is_empty() {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
}

#[test]
fn each_policy_opens_as_many_connections_as_it_says() {
    assert_eq!(connections(json!("per_user"), 4, 5), 4);
    assert_eq!(connections(json!({"shared": 2}), 6, 5), 2);
    assert_eq!(connections(json!({"shared": 8}), 3, 5), 3);
    assert_eq!(connections(json!("new_each"), 3, 4), 12);
}

#[test]
fn waiting_for_a_turn_in_the_pool_is_no_time_of_the_target() {
    let target = target();
    let http = at(&target, json!({"connections": {"shared": 1}}));
    let requests = Requests::new(http, &[json!({"url": "/delay/50ms"})]);
    requests.run(async |thread| {
        let (mut first, mut second) = (thread.user(), thread.user());
        let (_, second) = tokio::join!(first.send(0), second.send(0));
        let moments = second.good().operation.moments;
        // It waited for the first one's 50 ms before its own began.
        assert!(
            moments.start - moments.intended >= 50_000_000,
            "{moments:?}"
        );
        assert!(
            moments.last_byte - moments.start >= 50_000_000,
            "{moments:?}"
        );
        let rest = [moments.connected, moments.secured, moments.written];
        assert!(rest.iter().all(|moment| *moment >= moments.start));
    });
}

#[test]
fn a_wait_for_the_pool_ends_with_the_request_timeout() {
    let server = HostileServer::start(vec![Action::WaitForRequest]).unwrap();
    let mut http = at_hostile(&server);
    http["connections"] = json!({"shared": 1});
    let slow = json!({"url": "/", "timeout": "1s"});
    let hasty = json!({"url": "/", "timeout": "100ms"});
    let requests = Requests::new(http, &[slow, hasty]);
    requests.run(async |thread| {
        let (mut first, mut second) = (thread.user(), thread.user());
        let (first, second) = tokio::join!(first.send(0), second.send(1));
        let message = first.failed_as(FailureClass::Timeout);
        assert_eq!(message, "request timeout after 1s");
        let message = second.failed_as(FailureClass::Timeout);
        assert_eq!(message, "request timeout after 100ms");
        assert_eq!(second.operation.bytes_sent, 0);
    });
    assert_eq!(server.connections(), 1);
}

fn connections_of(server: &HostileServer, times: usize) -> usize {
    let request = json!({"url": "/", "expect": {"status": "2xx"}});
    let requests = vec![request; times];
    for sent in Requests::new(at_hostile(server), &requests).send() {
        sent.good();
    }
    server.connections()
}

#[test]
fn an_answer_says_whether_its_connection_may_be_used_again() {
    let check = |head: &str, expect: usize| {
        let server = answering(&format!("{head}\r\nContent-Length: 2\r\n\r\nok"));
        assert_eq!(connections_of(&server, 3), expect, "{head}");
    };
    check("HTTP/1.1 200 OK", 1);
    check("HTTP/1.1 200 OK\r\nConnection: close", 3);
    check("HTTP/1.1 200 OK\r\nConnection: Keep-Alive, Close", 3);
    check("HTTP/1.0 200 OK", 3);
    check("HTTP/1.0 200 OK\r\nConnection: keep-alive", 1);
}

#[test]
fn bytes_that_nobody_asked_for_end_the_connection() {
    let server = answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more");
    assert_eq!(connections_of(&server, 3), 3);
}

#[test]
fn a_body_that_nobody_reads_does_not_spoil_the_next_answer() {
    let server = answering(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n",
    );
    assert_eq!(connections_of(&server, 4), 1);
}

#[test]
fn a_connection_closed_while_it_was_idle_is_replaced() {
    let server = closing("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    let request = json!({"url": "/"});
    let requests = Requests::new(at_hostile(&server), &[request]);
    requests.run(async |thread| {
        let mut user = thread.user();
        for _ in 0..3 {
            user.send(0).await.good();
            // The server closes at once; this is how long a client leaves a connection alone at most before it looks.
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    });
    assert_eq!(server.connections(), 3);
}

#[test]
fn a_failed_operation_takes_its_connection_with_it() {
    let answer = Action::Send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".to_vec());
    let silent = vec![Action::WaitForRequest];
    let good = vec![Action::WaitForRequest, answer];
    let server = HostileServer::start_sequence(vec![silent, good]).unwrap();
    let request = json!({"url": "/", "timeout": "100ms"});
    let patient = json!({"url": "/"});
    let sent = Requests::new(at_hostile(&server), &[request, patient]).send();
    sent[0].failed_as(FailureClass::Timeout);
    assert_eq!(sent[1].operation.status, 200);
    assert_eq!(server.connections(), 2);
}
