//! Properties of the schedules, for arbitrary profiles and splits.

use proptest::collection::vec;
use proptest::prelude::*;
use squall_plan::{IterationTotal, RampStage, Spacing, Span};

use super::*;

const SECOND: u64 = 1_000_000_000;

fn stage(seconds: f64, target: f64) -> RampStage {
    RampStage {
        duration: Span::from_secs_f64(seconds).expect("a duration"),
        target,
    }
}

fn constant(rate: f64, seconds: f64) -> Ramp {
    Ramp::new(rate, &[stage(seconds, rate)])
}

/// Ramps with fractions of seconds, jumps, flat parts and pauses.
fn ramp() -> impl Strategy<Value = Ramp> {
    let level = || prop_oneof![Just(0.0), (0_u32..50).prop_map(f64::from), 0.0..50.0];
    let duration = prop_oneof![Just(0.0), (1_u32..4).prop_map(f64::from), 0.001..4.0];
    (level(), vec((duration, level()), 1..6)).prop_map(|(start, stages)| {
        Ramp::new(
            start,
            &stages.iter().map(|&(d, l)| stage(d, l)).collect::<Vec<_>>(),
        )
    })
}

/// A split of the whole in which some parts are split again.
fn split() -> impl Strategy<Value = Vec<Segment>> {
    vec(1_u32..4, 1..5).prop_map(|parts| {
        let outer = u32::try_from(parts.len()).expect("few parts");
        Segment::WHOLE
            .split(outer)
            .zip(parts)
            .flat_map(|(segment, n)| segment.split(n))
            .collect()
    })
}

/// Moments over and after the load.
fn moment() -> impl Strategy<Value = u64> {
    0..25 * SECOND
}

fn arrivals(ramp: &Ramp, spacing: Spacing, segment: Segment) -> Vec<Arrival> {
    Arrivals::new(ramp.clone(), spacing, 42, segment).collect()
}

proptest! {
    #[test]
    fn skipping_leaves_out_exactly_what_was_due_before(ramp in ramp(), split in split(), at in moment()) {
        for spacing in [Spacing::Even, Spacing::Poisson] {
            for segment in &split {
                let mut rest = Arrivals::new(ramp.clone(), spacing, 42, *segment);
                rest.skip_to(at);
                let all = arrivals(&ramp, spacing, *segment).into_iter();
                let expect: Vec<_> = all.filter(|arrival| arrival.intended_ns >= at).collect();
                prop_assert_eq!(rest.collect::<Vec<_>>(), expect);
            }
        }
    }

    #[test]
    fn shares_of_any_split_add_up_and_hold_each_number_once(split in split(), total in 0_u64..1000) {
        prop_assert_eq!(split.iter().map(|segment| segment.share(total)).sum::<u64>(), total);
        for number in 0..total {
            prop_assert_eq!(split.iter().filter(|segment| segment.holds(number)).count(), 1);
        }
        for segment in split {
            let mine: Vec<_> = (0..segment.share(total)).map(|local| segment.number(local)).collect();
            prop_assert!(mine.iter().all(|&number| number < total && segment.holds(number)));
        }
    }

    #[test]
    fn the_inverse_finds_where_the_integral_was(ramp in ramp(), part in 0.0..1.0) {
        let area = ramp.total() * part;
        if let Some(at_ns) = ramp.inverse(area) {
            // Half a nanosecond at the level there, and the rounding of a jump.
            let tolerance = 1e-6 + ramp.level(at_ns) * 1e-9;
            prop_assert!((ramp.integral(at_ns) - area).abs() <= tolerance);
            prop_assert!(at_ns < ramp.end_ns());
        } else {
            prop_assert!(area + 2e-9 >= ramp.total());
        }
    }

    #[test]
    fn the_integral_is_the_sum_of_the_levels(ramp in ramp(), to_ns in moment()) {
        const STEPS: u32 = 20_000;
        let step = to_ns as f64 / f64::from(STEPS);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a moment of the load")]
        let level = |n: u32| ramp.level((step * (f64::from(n) + 0.5)) as u64);
        let sum = (0..STEPS).map(level).sum::<f64>() * step / 1e9;
        // A jump of at most 50 in the middle of a step, at most six of them.
        prop_assert!((sum - ramp.integral(to_ns)).abs() <= 6.0 * 50.0 * step / 1e9 + 1e-6);
    }

    #[test]
    fn users_of_any_split_add_up_at_every_moment(ramp in ramp(), split in split(), at_ns in moment()) {
        let whole = UserSchedule::new(ramp.clone(), Segment::WHOLE).users_at(at_ns);
        let parts = split.iter().map(|&segment| UserSchedule::new(ramp.clone(), segment).users_at(at_ns));
        prop_assert_eq!(parts.sum::<u64>(), whole);
        prop_assert!((whole as f64 - ramp.level(at_ns)).abs() <= 1.0);
    }

    #[test]
    fn nothing_changes_between_two_changes(ramp in ramp(), split in split(), moments in vec(moment(), 20)) {
        let schedule = UserSchedule::new(ramp.clone(), split[0]);
        let mut changes = vec![0];
        while let Some(next) = schedule.next_change(*changes.last().expect("never empty")) {
            prop_assert!(next > *changes.last().expect("never empty"));
            prop_assert_ne!(schedule.users_at(next), schedule.users_at(next - 1));
            changes.push(next);
        }
        for at_ns in moments {
            let since = changes[changes.partition_point(|&change| change <= at_ns) - 1];
            prop_assert_eq!(schedule.users_at(at_ns), schedule.users_at(since));
        }
        prop_assert_eq!(schedule.users_at(ramp.end_ns()), 0);
    }

    #[test]
    fn each_user_is_active_in_its_spans_and_only_there(ramp in ramp(), moments in vec(moment(), 5)) {
        let schedule = UserSchedule::new(ramp, Segment::WHOLE);
        for number in 0..51 {
            let spans = schedule.active_spans(number);
            for at_ns in &moments {
                let is_active = spans.iter().any(|span| span.contains(at_ns));
                prop_assert_eq!(is_active, number < schedule.users_at(*at_ns));
            }
        }
    }

    #[test]
    fn arrivals_of_any_split_are_exactly_the_unsplit_ones(ramp in ramp(), split in split(), even: bool) {
        let spacing = if even { Spacing::Even } else { Spacing::Poisson };
        let whole = arrivals(&ramp, spacing, Segment::WHOLE);
        let mut parts: Vec<_> = split.iter().flat_map(|&segment| arrivals(&ramp, spacing, segment)).collect();
        parts.sort_by_key(|arrival| arrival.number);
        prop_assert_eq!(&parts, &whole);
        prop_assert!(whole.is_sorted_by_key(|arrival| arrival.intended_ns));
        prop_assert!((0..).zip(&whole).all(|(number, arrival)| arrival.number == number));
        prop_assert!(whole.iter().all(|arrival| arrival.intended_ns < ramp.end_ns()));
    }

    #[test]
    fn even_arrivals_of_any_window_are_the_integral_to_within_one(
        ramp in ramp(),
        from_ns in moment(),
        length_ns in moment(),
    ) {
        let window = from_ns..from_ns + length_ns;
        let area = ramp.integral(window.end) - ramp.integral(window.start);
        let all = arrivals(&ramp, Spacing::Even, Segment::WHOLE);
        let count = all.iter().filter(|arrival| window.contains(&arrival.intended_ns)).count();
        prop_assert!((count as f64 - area).abs() <= 1.0 + 1e-6, "{count} arrivals, integral {area}");
        prop_assert!((all.len() as f64 - ramp.total()).abs() <= 1.0 + 1e-6);
    }

    #[test]
    fn the_count_of_what_is_due_agrees_with_the_arrivals(ramp in ramp(), split in split(), at_ns in moment()) {
        for segment in split {
            let due = arrivals(&ramp, Spacing::Even, segment);
            let due = due.iter().filter(|arrival| arrival.intended_ns <= at_ns).count();
            prop_assert_eq!(count_due(&ramp, segment, at_ns), due as u64);
        }
    }

    #[test]
    fn iterations_of_any_split_add_up_and_only_users_get_some(
        split in split(),
        users in 0_u32..20,
        n in 0_u64..500,
    ) {
        let parts = |total| split.iter().map(move |&segment| IterationSchedule::new(users, total, segment));
        for part in parts(IterationTotal::Shared(n)) {
            prop_assert!(part.users() > 0 || part.iterations() == 0);
        }
        let sum = |total| parts(total).map(|part| part.iterations()).sum::<u64>();
        prop_assert_eq!(sum(IterationTotal::Shared(n)), if users == 0 { 0 } else { n });
        prop_assert_eq!(sum(IterationTotal::PerUser(n)), n * u64::from(users));
        prop_assert_eq!(parts(IterationTotal::PerUser(n)).map(|part| part.users()).sum::<u64>(), u64::from(users));
    }
}

/// Largest distance between the distribution of `values` and the exponential one with mean 1.
fn distance_to_exponential(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let n = values.len() as f64;
    let distances = values.iter().enumerate().map(|(rank, value)| {
        let expected = 1.0 - (-value).exp();
        ((rank as f64 + 1.0) / n - expected).max(expected - rank as f64 / n)
    });
    distances.fold(0.0, f64::max)
}

/// Gaps on the integral of the rate, where they are exponential whatever the rate does.
fn gaps(ramp: &Ramp, arrivals: &[Arrival]) -> Vec<f64> {
    let positions = arrivals
        .iter()
        .map(|arrival| ramp.integral(arrival.intended_ns));
    let mut last = 0.0;
    positions
        .map(|position| position - std::mem::replace(&mut last, position))
        .collect()
}

#[test]
fn poisson_gaps_are_exponential_for_constant_and_ramping_rates() {
    let ramping = Ramp::new(
        0.0,
        &[
            stage(20.0, 1000.0),
            stage(5.0, 0.0),
            stage(2.0, 0.0),
            stage(0.0, 700.0),
            stage(10.0, 300.0),
        ],
    );
    for ramp in [constant(1000.0, 20.0), ramping] {
        let arrivals = arrivals(&ramp, Spacing::Poisson, Segment::WHOLE);
        let n = arrivals.len() as f64;
        assert!(
            (n - ramp.total()).abs() < 4.0 * ramp.total().sqrt(),
            "{n} arrivals"
        );
        let distance = distance_to_exponential(gaps(&ramp, &arrivals));
        // Kolmogorov–Smirnov at the level of 1 %.
        assert!(distance < 1.628 / n.sqrt(), "{distance} with {n} arrivals");
    }
}

#[test]
fn even_gaps_fail_the_test_that_poisson_gaps_pass() {
    let ramp = constant(1000.0, 20.0);
    let even = arrivals(&ramp, Spacing::Even, Segment::WHOLE);
    assert!(distance_to_exponential(gaps(&ramp, &even)) > 0.3);
}

#[test]
fn another_seed_gives_other_poisson_arrivals() {
    let of_seed = |seed| -> Vec<_> {
        Arrivals::new(constant(100.0, 1.0), Spacing::Poisson, seed, Segment::WHOLE).collect()
    };
    assert_eq!(of_seed(1), of_seed(1));
    assert_ne!(of_seed(1), of_seed(2));
}

#[test]
fn a_constant_rate_is_evenly_spaced_from_the_first_moment() {
    let all = arrivals(&constant(500.0, 1.5), Spacing::Even, Segment::WHOLE);
    assert_eq!(all.len(), 750);
    for arrival in all {
        assert_eq!(arrival.intended_ns, arrival.number * 2_000_000);
    }
}

#[test]
fn a_rate_below_one_a_second_keeps_its_fraction() {
    let all = arrivals(&constant(0.25, 10.0), Spacing::Even, Segment::WHOLE);
    assert_eq!(
        all.iter()
            .map(|arrival| arrival.intended_ns)
            .collect::<Vec<_>>(),
        [0, 4 * SECOND, 8 * SECOND]
    );
}

#[test]
fn sums_that_binary_numbers_miss_give_the_exact_count_and_moment() {
    for (tenths, pieces) in (1..20_u32).flat_map(|tenths| (1..60_u32).map(move |n| (tenths, n))) {
        // One a second, for so many times so many tenths of a second, then a pause, then a second more.
        let mut stages = vec![stage(f64::from(tenths) / 10.0, 1.0); pieces as usize];
        stages.extend([
            stage(0.0, 0.0),
            stage(1.0, 0.0),
            stage(0.0, 1.0),
            stage(1.0, 1.0),
        ]);
        let all = arrivals(&Ramp::new(1.0, &stages), Spacing::Even, Segment::WHOLE);
        let load = u64::from(tenths * pieces);
        assert_eq!(
            all.len() as u64,
            (load + 10).div_ceil(10),
            "{pieces} times {tenths} tenths"
        );
        let after = all
            .iter()
            .find(|arrival| arrival.intended_ns >= load * SECOND / 10);
        let after = after.expect("the last second has one");
        assert_eq!(after.number, load.div_ceil(10));
        assert_eq!(after.intended_ns, after.number * SECOND + SECOND);
    }
}

#[test]
fn no_arrival_is_rounded_up_to_the_end() {
    let ramp = constant(1000.0, 1.0);
    assert_eq!(ramp.inverse(1000.0 - 3e-9), Some(SECOND - 1));
    assert_eq!(ramp.inverse(1000.0), None);
}

#[test]
fn the_first_arrival_after_a_pause_is_at_its_end() {
    let ramp = Ramp::new(
        1.1,
        &[
            stage(10.0, 1.1),
            stage(0.0, 0.0),
            stage(5.0, 0.0),
            stage(0.0, 1.0),
            stage(2.0, 1.0),
        ],
    );
    let all = arrivals(&ramp, Spacing::Even, Segment::WHOLE);
    assert_eq!(all.len(), 13);
    assert!(all[10].intended_ns < 10 * SECOND);
    assert_eq!(all[11].intended_ns, 15 * SECOND);
    assert_eq!(count_due(&ramp, Segment::WHOLE, 12 * SECOND), 11);
    assert_eq!(count_due(&ramp, Segment::WHOLE, 15 * SECOND), 12);
}

#[test]
fn a_ramp_to_zero_ends_with_its_last_whole_arrival() {
    let all = arrivals(
        &Ramp::new(10.0, &[stage(2.0, 0.0)]),
        Spacing::Even,
        Segment::WHOLE,
    );
    assert_eq!(all.len(), 10);
    // 10·t − 2.5·t² = 9 at t = 2 − √0.4.
    let last = (2.0 - 0.4_f64.sqrt()) * 1e9;
    assert!((all[9].intended_ns as f64 - last).abs() <= 1.0);
}

#[test]
fn users_start_evenly_on_a_ramp_and_leave_in_reverse_order() {
    let ramp = Ramp::new(
        0.0,
        &[stage(10.0, 10.0), stage(5.0, 10.0), stage(10.0, 0.0)],
    );
    let schedule = UserSchedule::new(ramp, Segment::WHOLE);
    for number in 0..10 {
        let [span] = &schedule.active_spans(number)[..] else {
            panic!("one span each")
        };
        // The first user starts with the load; the others as soon as the level exceeds their number.
        assert!(span.start.abs_diff(number * SECOND) <= 1, "{span:?}");
        assert!(span.end.abs_diff((25 - number) * SECOND) <= 1, "{span:?}");
    }
    assert_eq!(schedule.users_at(12 * SECOND), 10);
    assert_eq!(schedule.active_spans(10), []);
}

#[test]
fn a_fixed_number_of_users_starts_at_once_and_stays_to_the_end() {
    let schedule = UserSchedule::new(constant(7.0, 2.5), Segment::WHOLE);
    assert_eq!(schedule.users_at(0), 7);
    assert_eq!(schedule.next_change(0), Some(2_500_000_000));
    assert_eq!(schedule.next_change(2_500_000_000), None);
}

#[test]
fn a_load_of_no_duration_does_nothing() {
    let ramp = Ramp::new(5.0, &[stage(0.0, 9.0)]);
    assert_eq!(arrivals(&ramp, Spacing::Even, Segment::WHOLE), []);
    assert_eq!(UserSchedule::new(ramp, Segment::WHOLE).next_change(0), None);
}

#[test]
fn the_longest_load_neither_overflows_nor_repeats() {
    let ramp = Ramp::new(
        0.0,
        &[
            RampStage {
                duration: Span::MAX,
                target: 2.0,
            },
            RampStage {
                duration: Span::MAX,
                target: 0.0,
            },
        ],
    );
    assert_eq!(ramp.end_ns(), u64::MAX);
    assert!(
        Arrivals::new(ramp.clone(), Spacing::Even, 0, Segment::WHOLE)
            .take(1000)
            .is_sorted()
    );
    assert!(
        UserSchedule::new(ramp, Segment::WHOLE)
            .next_change(0)
            .is_some()
    );
}
