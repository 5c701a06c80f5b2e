//! Prints what recording one finished operation costs.
//!
//! `cargo run --release -p squall-metrics --example record_cost`

use std::hint::black_box;

use squall_metrics::{Outcome, Recorder, Sample, SeriesId};

const OPERATIONS: u64 = 2_000_000;
const SERIES: u32 = 4;

fn sample(random: u64) -> Sample {
    // A service time of 100 µs to about 1.1 ms, as a plausible spread over pages of the histograms.
    let service_ns = 100_000 + (random & 0xF_FFFF);
    let waiting_ns = random >> 52;
    Sample {
        outcome: Outcome::Ok,
        status: 200,
        response_ns: service_ns + waiting_ns,
        service_ns,
        waiting_ns,
        connecting_ns: Sample::NONE,
        securing_ns: Sample::NONE,
        writing_ns: 4_000 + (random >> 50),
        first_byte_ns: service_ns - 6_000,
        reading_ns: 300 + (random >> 56),
        bytes_sent: 80,
        bytes_received: 130,
    }
}

#[expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "measures real time and prints it"
)]
fn main() {
    let mut recorder = Recorder::new();
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let samples: Vec<Sample> = (0..4096)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            sample(state)
        })
        .collect();
    for round in 0..5 {
        let begin = std::time::Instant::now();
        for (n, sample) in (0..OPERATIONS).zip(samples.iter().cycle()) {
            let id = SeriesId(u32::try_from(n).unwrap_or(0) % SERIES);
            recorder.operation_started(id);
            recorder.operation_finished(id, black_box(sample));
        }
        let each_ns = begin.elapsed().as_nanos() as f64 / OPERATIONS as f64;
        let begin = std::time::Instant::now();
        let part = black_box(recorder.take_part(round, 0, 0));
        let take_us = begin.elapsed().as_nanos() as f64 / 1e3;
        println!(
            "{each_ns:.1} ns per operation, {take_us:.0} µs to hand over {} series",
            part.series.len()
        );
    }
}
