//! Made-up results, shared by the tests and by `examples/show.rs`.

use squall_metrics::summary::{
    CheckSummary, ControlSummary, Distribution, ErrorSummary, GeneratorSummary, InterpreterSummary,
    MeasuredSummary, MetricSummary, OutcomeTimes, Phase, PhaseSummary, ReporterSummary, RunInfo,
    SCHEMA_VERSION, SeriesSummary, StageSummary, Summary, ThresholdStatus, ThresholdSummary,
    Totals, TransactionSummary, ValueDistribution, Verdict, VerdictStatus,
};

/// A distribution around a median in milliseconds.
pub(crate) fn around(median: f64, count: u64) -> Distribution {
    Distribution {
        count,
        min: median * 0.6,
        mean: median * 1.1,
        stdev: median * 0.3,
        p50: median,
        p90: median * 1.4,
        p95: median * 1.7,
        p99: median * 2.6,
        p99_9: median * 5.2,
        p99_99: median * 9.0,
        max: median * 12.0,
    }
}

/// A series with equal response and service times.
pub(crate) fn series(stage: &str, name: &str, median: f64) -> SeriesSummary {
    let times = around(median, 24_031);
    SeriesSummary {
        stage: stage.to_owned(),
        scenario: "shop".to_owned(),
        name: name.to_owned(),
        tags: [].into(),
        transactions: Vec::new(),
        started: 24_031,
        ok: 24_031,
        failed: 0,
        interrupted: 0,
        rate_per_s: 2_403.1,
        bytes_sent: 1_922_480,
        bytes_received: 3_364_340,
        statuses: [("200".to_owned(), 24_031)].into(),
        response_time_ms: times,
        service_time_ms: times,
        waiting_ms: around(0.004, 24_031),
        connecting_ms: around(0.2, 20),
        securing_ms: Distribution::default(),
        writing_ms: around(0.01, 24_031),
        first_byte_ms: around(median, 24_031),
        reading_ms: around(0.01, 24_031),
        ok_times: OutcomeTimes {
            response_time_ms: times,
            service_time_ms: times,
        },
        failed_times: OutcomeTimes::default(),
        errors: Vec::new(),
    }
}

/// A stage that took ten seconds.
pub(crate) fn stage(name: &str, kind: &str, started_at_s: f64) -> StageSummary {
    let executes = kind == "execute";
    StageSummary {
        name: name.to_owned(),
        kind: kind.to_owned(),
        status: "completed".to_owned(),
        error: None,
        failed_attempts: Vec::new(),
        started_at_s,
        elapsed_s: if executes { 10.0 } else { 0.02 },
        totals: Totals {
            started: 24_031,
            ok: 24_031,
            ..Totals::default()
        },
        iterations_started: if executes { 24_031 } else { 0 },
        iterations_failed: 0,
        users_max: if executes { 200 } else { 0 },
    }
}

/// A run with one stage and one series, in which nothing went wrong.
pub(crate) fn passed() -> Summary {
    Summary {
        schema_version: SCHEMA_VERSION,
        run: RunInfo {
            id: "20260102-030405-shop-7f3a".to_owned(),
            name: "shop".to_owned(),
            started_at: "2026-01-02T03:04:05Z".to_owned(),
            elapsed_s: 10.04,
            seed: 42,
            squall_version: "0.1.0".to_owned(),
            ..RunInfo::default()
        },
        verdict: Verdict {
            otherwise: None,
            status: VerdictStatus::Passed,
            reasons: Vec::new(),
        },
        totals: Totals {
            started: 24_031,
            ok: 24_031,
            bytes_sent: 1_922_480,
            bytes_received: 3_364_340,
            ..Totals::default()
        },
        response_time_ms: Some(around(0.412, 24_031)),
        thresholds: Vec::new(),
        measured: Vec::new(),
        phases: Vec::new(),
        whole_run: None,
        stages: vec![
            stage("SetupStage", "setup", 0.0),
            stage("Browse", "execute", 0.02),
        ],
        series: vec![series("Browse", "GET /", 0.412)],
        transactions: Vec::new(),
        checks: Vec::new(),
        metrics: Vec::new(),
        custom: Vec::new(),
        system: Vec::new(),
        generator: GeneratorSummary {
            cpu_s: 4.31,
            cpu_percent: 43.1,
            max_rss_bytes: 24_326_144,
            threads: 2,
            thread_busy_max_percent: 31.0,
            schedule_error_ms: around(0.004, 24_031),
            generator_delay_ms: around(0.005, 24_031),
            ..GeneratorSummary::default()
        },
        processes: Vec::new(),
        host: None,
        warnings: Vec::new(),
        reporters: Vec::new(),
        controls: Vec::new(),
    }
}

/// A run with failures, a transaction, two reporters and a warning; response time is longer than service time.
pub(crate) fn failed() -> Summary {
    let mut summary = passed();
    summary.verdict = Verdict {
        otherwise: None,
        status: VerdictStatus::Failed,
        reasons: vec![
            "stage `Checkout`: 312 of 24,031 operations failed, 1.3 % where at most 1 % may"
                .to_owned(),
        ],
    };
    summary.totals = Totals {
        started: 48_062,
        ok: 47_718,
        failed: 312,
        interrupted: 32,
        dropped_iterations: 57,
        bytes_sent: 3_844_960,
        bytes_received: 6_728_680,
    };
    let mut checkout = stage("Checkout", "execute", 10.02);
    checkout.iterations_failed = 312;
    checkout.totals.dropped_iterations = 57;
    let mut analyze = stage("Analyze", "analyze", 20.1);
    analyze.status = String::from("failed");
    analyze.error = Some("`Analyze.compare` raised `KeyError: 'p99'` at shop.py:61".to_owned());
    summary.stages.extend([checkout, analyze]);
    let mut login = series("Checkout", "POST /login", 1.24);
    login.response_time_ms = around(3.9, 24_031);
    let mut orders = series("Checkout", "POST /orders", 48.2);
    orders.failed = 312;
    orders.interrupted = 32;
    orders.ok -= 344;
    orders.statuses = [("201".to_owned(), 23_687), ("503".to_owned(), 300)].into();
    orders.errors = vec![
        error("timeout", "no complete answer within 2 s", 12, 3.5),
        error("status", "503 Service Unavailable", 300, 1.2),
    ];
    summary.series.extend([login, orders]);
    summary.transactions = vec![
        transaction("buy", "transaction"),
        transaction("iteration", "iteration"),
    ];
    summary.thresholds = thresholds();
    add_phases_and_checks(&mut summary);
    summary.warnings =
        vec!["reporter `csv` lost 4 of 48,062 events because its queue was full".to_owned()];
    summary.reporters = vec![
        reporter("json", 0, "results/events.json, results/metrics.json"),
        reporter("csv", 4, "results/events.csv"),
    ];
    summary
}

/// Rules that held, did not hold, only warn, and had no data.
pub(crate) fn thresholds() -> Vec<ThresholdSummary> {
    let rule = |rule: &str, status, values: (Option<f64>, f64, Option<f64>), unit: &str| {
        let (value, limit, margin) = values;
        ThresholdSummary {
            rule: rule.to_owned(),
            status,
            value,
            limit,
            margin,
            unit: unit.to_owned(),
            action: "fail".to_owned(),
            broken_at_s: None,
            message: None,
            source: None,
        }
    };
    let (passed, failed) = (ThresholdStatus::Passed, ThresholdStatus::Failed);
    let p95 = "p95(response_time{stage=Browse,name=\"GET /\"}) < 300ms over 10s for 30s";
    vec![
        rule(p95, passed, (Some(1.24), 300.0, Some(298.76)), "ms"),
        rule(
            "failed.rate < 0.1%",
            failed,
            (Some(0.649), 0.1, Some(-0.549)),
            "percent",
        ),
        rule(
            "rate > 1000/s warn",
            ThresholdStatus::Warned,
            (Some(912.0), 1000.0, Some(-88.0)),
            "per_s",
        ),
        rule("mean(basket) > 3", failed, (None, 3.0, None), ""),
    ]
}

/// A run in which the generator was the limit.
pub(crate) fn invalid() -> Summary {
    let mut summary = passed();
    summary.verdict = Verdict {
        otherwise: None,
        status: VerdictStatus::Invalid,
        reasons: vec![
            "an I/O thread was busy for 99 % of a second: the generator was the limit, not the target".to_owned(),
            "2,403 iterations/s were offered where 5,000 were asked for".to_owned(),
        ],
    };
    summary.generator.cpu_percent = 198.0;
    summary.generator.thread_busy_max_percent = 99.4;
    summary.generator.schedule_error_ms = around(41.0, 24_031);
    summary.generator.generator_delay_ms = around(41.3, 24_031);
    summary
}

fn add_phases_and_checks(summary: &mut Summary) {
    summary.measured = vec![MeasuredSummary {
        stage: "Browse".to_owned(),
        from_s: 30.0,
        to_s: 90.0,
    }];
    summary.phases = vec![
        phase(Phase::WarmUp, (0.02, 30.0), (12_345, 12)),
        phase(Phase::Measured, (30.0, 90.0), (24_031, 0)),
        phase(Phase::CoolDown, (90.0, 100.0), (301, 0)),
    ];
    summary.whole_run = Some(summary.totals);
    summary.checks = vec![
        check("status 200", 24_019, 12),
        check("logged in | a", 24_031, 0),
    ];
}

fn check(name: &str, passed: u64, failed: u64) -> CheckSummary {
    CheckSummary {
        stage: "Browse".to_owned(),
        scenario: "shop".to_owned(),
        operation: "GET /".to_owned(),
        name: name.to_owned(),
        passed,
        failed,
        passed_percent: passed as f64 * 100.0 / (passed + failed) as f64,
    }
}

fn phase(phase: Phase, (from_s, to_s): (f64, f64), (ok, failed): (u64, u64)) -> PhaseSummary {
    let errors = (failed > 0).then(|| ErrorSummary {
        class: "status".to_owned(),
        message: "status 503".to_owned(),
        count: failed,
        first_at_s: from_s,
        last_at_s: to_s,
        example: "GET /".to_owned(),
    });
    PhaseSummary {
        stage: "Browse".to_owned(),
        phase,
        from_s,
        to_s,
        totals: Totals {
            started: ok + failed,
            ok,
            failed,
            ..Totals::default()
        },
        response_time_ms: around(0.8, ok + failed),
        errors: errors.into_iter().collect(),
    }
}

/// A run that ended before anything was measured.
pub(crate) fn empty() -> Summary {
    let mut summary = passed();
    summary.verdict = Verdict {
        otherwise: None,
        status: VerdictStatus::Invalid,
        reasons: vec!["nothing was measured".to_owned()],
    };
    summary.run.elapsed_s = 0.0;
    summary.totals = Totals::default();
    summary.stages = vec![stage("Browse", "execute", 0.0)];
    let mut nothing = series("Browse", "GET /", 0.0);
    nothing.started = 0;
    nothing.ok = 0;
    nothing.rate_per_s = 0.0;
    nothing.statuses.clear();
    nothing.response_time_ms = Distribution::default();
    nothing.service_time_ms = Distribution::default();
    summary.series = vec![nothing];
    summary.generator = GeneratorSummary::default();
    summary
}

/// Names that are long, wide, or try to control the terminal, in two scenarios.
pub(crate) fn names() -> Summary {
    let mut summary = passed();
    let mut long = series(
        "Browse",
        &format!("GET /{}/items", "category/".repeat(20)),
        0.9,
    );
    long.scenario = String::from("第二シナリオ");
    let wide = series("Browse", "検索 /商品/東京都千代田区/👩‍👩‍👧‍👦/größe", 2.0);
    let mut hostile = series("Browse", "GET /\u{1b}[31m\r\nevil", 3.0);
    hostile.errors = vec![error(
        "protocol",
        "\u{1b}]0;title\u{7}\u{202e}drawkcab",
        1,
        0.1,
    )];
    hostile.errors[0].example = format!("GET / HTTP/1.1\r\nhost: {}\u{1b}[2J", "x".repeat(150));
    summary.series = vec![long, wide, hostile];
    summary
}

/// A run of scripts: nested transactions, numbers of the test itself, exceptions, and what the interpreters used.
pub(crate) fn scripts() -> Summary {
    let mut summary = failed();
    summary.transactions = vec![
        transaction("checkout", "transaction"),
        transaction("iteration", "iteration"),
        transaction("checkout :: pay", "transaction"),
        transaction("search", "transaction"),
        transaction("checkout :: pay :: card", "transaction"),
    ];
    let mut raised = error("script", "KeyError: 'total' at shop.py:48", 17, 2.5);
    let frames = (0..6).map(|at| {
        format!(
            "  File \"shop.py\", line {at}, in step_{at}\n    await step_{}(ctx)\n",
            at + 1
        )
    });
    raised.example = format!(
        "Traceback (most recent call last):\n{}  File \"shop.py\", line 48, in pay\n    return order[\"total\"]\n           ~~~~~^^^^^^^^^\nKeyError: 'total'\n",
        frames.collect::<String>()
    );
    summary.transactions[1].errors = vec![raised];
    summary.metrics = vec![
        metric("basket_value", [-3.5, 48.25, 1_250.0], 0),
        metric("items", [1.0, 7.0, 40.0], 2),
        metric("age_s", [0.000_25, 0.0125, 0.95], 0),
    ];
    summary.generator.interpreters = Some(InterpreterSummary {
        processes: 2,
        busy_max_percent: 97.2,
        busy_mean_percent: 61.0,
        wait_ms: around(0.12, 24_031),
        delay_ms: around(0.03, 72_093),
    });
    summary
}

fn metric(name: &str, [min, median, max]: [f64; 3], not_finite: u64) -> MetricSummary {
    MetricSummary {
        stage: "Checkout".to_owned(),
        scenario: "shop".to_owned(),
        name: name.to_owned(),
        not_finite,
        values: ValueDistribution {
            count: 24_031,
            min,
            mean: median * 1.1,
            stdev: median * 0.3,
            p50: median,
            p90: median * 1.4,
            p95: median * 1.7,
            p99: median * 2.6,
            p99_9: median * 3.0,
            max,
        },
    }
}

/// An error group.
pub(crate) fn error(class: &str, message: &str, count: u64, first_at_s: f64) -> ErrorSummary {
    ErrorSummary {
        class: class.to_owned(),
        message: message.to_owned(),
        count,
        first_at_s,
        last_at_s: first_at_s + 8.25,
        example: "POST /orders HTTP/1.1, 84 bytes\nHTTP/1.1 503 Service Unavailable, retry-after: 1, 19 bytes: {\"error\":\"busy now\"}"
            .to_owned(),
    }
}

fn transaction(name: &str, kind: &str) -> TransactionSummary {
    TransactionSummary {
        stage: "Checkout".to_owned(),
        scenario: "shop".to_owned(),
        name: name.to_owned(),
        transactions: Vec::new(),
        kind: kind.to_owned(),
        started: 24_031,
        ok: 23_687,
        failed: 312,
        interrupted: 32,
        time_ms: around(52.0, 23_999),
        errors: Vec::new(),
    }
}

fn reporter(name: &str, dropped: u64, message: &str) -> ReporterSummary {
    ReporterSummary {
        name: name.to_owned(),
        accepted: 48_062,
        delivered: 48_062 - dropped,
        dropped,
        retried: 0,
        spooled: 0,
        message: Some(message.to_owned()),
    }
}

/// What somebody did with the keys while a run went.
pub(crate) fn controls() -> Vec<ControlSummary> {
    let at = |at_s, action: &str, by: &str| ControlSummary {
        at_s,
        action: action.to_owned(),
        by: by.to_owned(),
        ..ControlSummary::default()
    };
    let users = |scenario: &str, from, to| ControlSummary {
        stage: Some("Browse".to_owned()),
        scenario: Some(scenario.to_owned()),
        from: Some(from),
        to: Some(to),
        ..at(3.2, "users", "keyboard")
    };
    let note = ControlSummary {
        text: Some("deployed 4.2 | see `#311`".to_owned()),
        ..at(4.0, "note", "dashboard")
    };
    vec![
        users("Browse", 10.0, 20.0),
        users("poll", 5.0, 10.0),
        note,
        at(5.5, "pause", "keyboard"),
        at(6.0, "resume", "keyboard"),
        at(7.25, "mark", "api"),
        at(9.0, "stop", "keyboard"),
    ]
}
