//! Plans of every shape, good or not.

use indexmap::IndexMap;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use serde_json::{Value, json};
use squall_plan::*;

pub(crate) fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>()
            .prop_filter("finite", |number| number.is_finite())
            .prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((".{0,6}", inner), 0..4)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

fn map<V: std::fmt::Debug>(
    values: impl Strategy<Value = V>,
) -> impl Strategy<Value = IndexMap<String, V>> {
    vec((".{0,8}", values), 0..3).prop_map(|entries| entries.into_iter().collect())
}

fn span() -> impl Strategy<Value = Span> {
    prop_oneof![any::<u64>(), 0..5_000_000_000_u64].prop_map(Span::from_nanos)
}

fn template() -> BoxedStrategy<Template> {
    prop_oneof![
        ".{0,10}".prop_map(Template::from),
        crate::template::any_parsed().prop_map(|parsed| Template::from(parsed.to_string())),
    ]
    .boxed()
}

fn one_or_many() -> impl Strategy<Value = OneOrMany> {
    prop_oneof![
        template().prop_map(OneOrMany::One),
        vec(template(), 0..3).prop_map(OneOrMany::Many)
    ]
}

fn source() -> impl Strategy<Value = Option<Source>> {
    of(
        (".{0,6}", any::<u32>(), of(".{0,6}")).prop_map(|(file, line, name)| Source {
            file,
            line,
            name,
        }),
    )
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![-1e6..1e6, (0_u32..100).prop_map(f64::from)]
}

fn pause() -> impl Strategy<Value = Pause> {
    prop_oneof![
        span().prop_map(Pause::Fixed),
        (span(), span())
            .prop_map(|(a, b)| Pause::Range(SpanRange::new(a.min(b), a.max(b)).unwrap())),
    ]
}

fn ramps() -> impl Strategy<Value = Ramps> {
    prop_oneof![
        ".{0,10}".prop_map(Ramps::Text),
        vec(
            (span(), number()).prop_map(|(duration, target)| RampStage { duration, target }),
            0..3
        )
        .prop_map(Ramps::List),
    ]
}

fn load() -> BoxedStrategy<LoadProfile> {
    let closed = (
        of(any::<u32>()),
        of(span()),
        of(ramps()),
        of(span()),
        of(pause()),
    )
        .prop_map(|(users, duration, stages, pacing, pause)| {
            LoadProfile::Closed(ClosedLoad {
                users,
                duration,
                stages,
                pacing,
                pause,
                grow: None,
            })
        });
    let rate = (0.0..1e6).prop_map(|rate| Rate::per_second(rate).unwrap());
    let spacing = prop_oneof![Just(Spacing::Even), Just(Spacing::Poisson)];
    let open = (
        of(rate),
        of(span()),
        of(ramps()),
        spacing,
        of(any::<u32>()),
        of(span()),
    )
        .prop_map(|(rate, duration, stages, spacing, max_users, max_wait)| {
            LoadProfile::Open(OpenLoad {
                rate,
                duration,
                stages,
                spacing,
                max_users,
                max_wait,
            })
        });
    let iterations = (
        any::<u32>(),
        of(any::<u64>()),
        of(any::<u64>()),
        of(span()),
        of(span()),
        of(pause()),
    )
        .prop_map(|(users, shared, per_user, max_duration, pacing, pause)| {
            LoadProfile::Iterations(IterationLoad {
                users,
                shared,
                per_user,
                max_duration,
                pacing,
                pause,
            })
        });
    prop_oneof![closed, open, iterations, paced()].boxed()
}

fn body() -> BoxedStrategy<Body> {
    let part = (
        ".{0,4}",
        of(template()),
        of(".{0,4}"),
        of(".{0,4}"),
        of(".{0,4}"),
        of(".{0,4}"),
    )
        .prop_map(
            |(name, value, file, base64, filename, content_type)| MultipartPart {
                name,
                value,
                file,
                base64,
                filename,
                content_type,
            },
        );
    prop_oneof![
        template().prop_map(Body::Text),
        json_value().prop_map(Body::Json),
        map(one_or_many()).prop_map(Body::Form),
        ".{0,8}".prop_map(Body::Base64),
        ".{0,8}".prop_map(Body::File),
        vec(part, 0..3).prop_map(Body::Multipart),
    ]
    .boxed()
}

fn status() -> impl Strategy<Value = StatusSet> {
    let one = prop_oneof![
        any::<u16>().prop_map(StatusSet::Code),
        ".{0,4}".prop_map(StatusSet::Range)
    ];
    prop_oneof![one.clone(), vec(one, 0..3).prop_map(StatusSet::Any)]
}

fn expect() -> BoxedStrategy<Expect> {
    let json_path = prop_oneof![
        any::<bool>().prop_map(JsonPathExpectation::Exists),
        json_value().prop_map(JsonPathExpectation::Equals),
    ];
    let bounds = (of(any::<u64>()), of(any::<u64>())).prop_map(|(min, max)| Bounds { min, max });
    let parts = (
        of(status()),
        map(template()),
        of(json_value()),
        map(json_path),
    );
    let texts = (of(".{1,6}"), of(template()), of(".{0,6}"));
    (parts, texts, of(bounds), of(span()))
        .prop_map(
            |((status, headers, json, json_path), (name, text, regex), body_size, duration)| {
                Expect {
                    name,
                    status,
                    headers,
                    json,
                    json_path,
                    text,
                    regex,
                    body_size,
                    duration,
                }
            },
        )
        .boxed()
}

fn extract() -> impl Strategy<Value = Extract> {
    let regex = (".{0,6}", of(any::<usize>()))
        .prop_map(|(pattern, group)| Extract::Regex(RegexExtract { pattern, group }));
    prop_oneof![
        ".{0,6}".prop_map(Extract::Json),
        regex,
        ".{0,6}".prop_map(Extract::Header),
        ".{0,6}".prop_map(Extract::Cookie),
    ]
}

fn auth() -> impl Strategy<Value = Auth> {
    prop_oneof![
        template().prop_map(Auth::Bearer),
        (template(), template())
            .prop_map(|(username, password)| Auth::Basic(BasicAuth { username, password })),
    ]
}

fn tags() -> impl Strategy<Value = IndexMap<String, String>> {
    map(".{0,4}")
}

fn request() -> BoxedStrategy<HttpRequest> {
    let target = (of(template()), of("[A-Z ]{0,5}"), template(), tags());
    let heads = (map(one_or_many()), map(one_or_many()), map(template()));
    let rest = (
        of(auth()),
        of(span()),
        of(any::<u32>()),
        expect(),
        map(extract()),
        source(),
    );
    (target, heads, of(body()), rest)
        .prop_map(
            |(
                (name, method, url, tags),
                (params, headers, cookies),
                body,
                (auth, timeout, redirects, expect, extract, source),
            )| {
                HttpRequest {
                    name,
                    tags,
                    method,
                    url,
                    params,
                    headers,
                    cookies,
                    body,
                    auth,
                    timeout,
                    redirects,
                    expect,
                    extract,
                    source,
                }
            },
        )
        .boxed()
}

fn condition() -> BoxedStrategy<Condition> {
    let texts = (
        template(),
        of(any::<bool>()),
        of(template()),
        of(template()),
        of(".{0,5}"),
    );
    (texts, of(number()), of(number()))
        .prop_map(
            |((value, exists, equals, not_equals, matches), greater_than, less_than)| Condition {
                value,
                exists,
                equals,
                not_equals,
                matches,
                greater_than,
                less_than,
            },
        )
        .boxed()
}

fn step() -> BoxedStrategy<Step> {
    let leaf = prop_oneof![
        request().prop_map(|request| Step::Http(Box::new(request))),
        pause().prop_map(Step::Pause),
    ];
    leaf.prop_recursive(2, 6, 2, |inner| {
        let steps = || vec(inner.clone(), 0..3);
        let branch = (number(), steps(), source()).prop_map(|(weight, steps, source)| Branch {
            weight,
            steps,
            source,
        });
        let order = prop_oneof![
            Just(ChooseOrder::Cycle),
            Just(ChooseOrder::Random),
            Just(ChooseOrder::Batches)
        ];
        prop_oneof![
            (any::<u32>(), steps()).prop_map(|(times, steps)| Step::Loop(Loop { times, steps })),
            (condition(), steps(), steps()).prop_map(|(when, then, otherwise)| Step::If(Box::new(
                If {
                    when,
                    then,
                    otherwise
                }
            ))),
            (order, of(any::<u32>()), map(branch)).prop_map(|(order, size, branches)| {
                Step::Choose(Choose {
                    order,
                    size,
                    branches,
                })
            }),
            (".{0,5}", tags(), steps(), source()).prop_map(|(name, tags, steps, source)| {
                Step::Group(Group {
                    name,
                    tags,
                    steps,
                    source,
                })
            }),
        ]
    })
    .boxed()
}

fn tls() -> BoxedStrategy<TlsSettings> {
    let files = (of(".{0,4}"), of(".{0,4}"), of(".{0,4}"));
    (of(any::<bool>()), files, of(".{0,4}"), of(any::<bool>()))
        .prop_map(
            |(insecure, (ca_file, cert_file, key_file), server_name, resumption)| TlsSettings {
                insecure,
                ca_file,
                cert_file,
                key_file,
                server_name,
                resumption,
            },
        )
        .boxed()
}

fn settings() -> BoxedStrategy<HttpSettings> {
    let connections = prop_oneof![
        Just(ConnectionPolicy::PerUser),
        any::<u32>().prop_map(ConnectionPolicy::Shared),
        Just(ConnectionPolicy::NewEach),
    ];
    let connect_to = (".{0,5}", ".{0,5}").prop_map(|(from, to)| ConnectTo { from, to });
    let cookies = prop_oneof![
        Just(CookiePolicy::Off),
        Just(CookiePolicy::PerUser),
        Just(CookiePolicy::PerIteration),
    ];
    let times = (of(span()), of(span()), of(span()), of(span()));
    let limits = (
        of(any::<u32>()),
        of(any::<u64>()),
        of(connections),
        of(cookies),
    );
    let places = (vec(connect_to, 0..2), of(".{0,5}"), of(".{0,5}"));
    (
        of(".{0,9}"),
        map(one_or_many()),
        times,
        limits,
        places,
        tls(),
    )
        .prop_map(
            |(base_url, headers, times, limits, (connect_to, local_address, unix_socket), tls)| {
                HttpSettings {
                    base_url,
                    headers,
                    connect_timeout: times.0,
                    read_timeout: times.1,
                    request_timeout: times.2,
                    dns_ttl: times.3,
                    redirects: limits.0,
                    max_response_size: limits.1,
                    connections: limits.2,
                    cookies: limits.3,
                    connect_to,
                    local_address,
                    unix_socket,
                    tls,
                }
            },
        )
        .boxed()
}

fn execute() -> BoxedStrategy<Execute> {
    let scenario =
        (load(), vec(step(), 0..3), tags(), source()).prop_map(|(load, flow, tags, source)| {
            Scenario {
                load,
                flow,
                tags,
                source,
            }
        });
    (map(scenario), of(span()), any::<bool>(), settings())
        .prop_map(|(scenarios, graceful_stop, must_succeed, http)| Execute {
            scenarios,
            settings: ExecuteSettings {
                graceful_stop,
                must_succeed,
                http,
            },
        })
        .boxed()
}

fn priority() -> impl Strategy<Value = Priority> {
    prop_oneof![
        Just(Priority::Auto),
        Just(Priority::Low),
        Just(Priority::Normal),
        Just(Priority::High),
        Just(Priority::Exclusive),
    ]
}

fn hooks() -> impl Strategy<Value = Hooks> {
    (".{0,5}", vec(".{0,5}", 0..2), source()).prop_map(|(entry, pools, source)| Hooks {
        entry,
        pools,
        settings: ExecuteSettings::default(),
        source,
    })
}

/// Load profiles that are neither ramps nor a number of iterations.
fn paced() -> impl Strategy<Value = LoadProfile> {
    let batches = (
        (any::<u32>(), of(any::<u32>()), of(any::<u32>())),
        (of(span()), of(span()), of(span())),
        (span(), of(any::<u32>()), of(span())),
    )
        .prop_map(|(sizes, waits, (duration, max_users, max_wait))| {
            LoadProfile::Batches(BatchLoad {
                size: sizes.0,
                first: sizes.1,
                step: sizes.2,
                interval: waits.0,
                interval_step: waits.1,
                gap: waits.2,
                duration,
                max_users,
                max_wait,
            })
        });
    let completions = (any::<u32>(), span(), span(), of(any::<u32>())).prop_map(
        |(per_batch, interval, duration, max_users)| {
            LoadProfile::Completions(CompletionLoad {
                per_batch,
                interval,
                duration,
                max_users,
            })
        },
    );
    let eager = (span(), of(any::<u32>())).prop_map(|(duration, max_users)| {
        LoadProfile::Eager(EagerLoad {
            duration,
            max_users,
        })
    });
    let arrivals = (".{0,5}", of(span()), of(span()), of(any::<u32>())).prop_map(
        |(entry, every, duration, max_users)| {
            LoadProfile::Arrivals(ArrivalLoad {
                entry,
                every,
                duration,
                max_users,
                max_wait: None,
            })
        },
    );
    prop_oneof![batches, completions, eager, arrivals]
}

fn stage() -> BoxedStrategy<Stage> {
    let reporter =
        (".{0,5}", json_value(), source()).prop_map(|(name, settings, source)| ReporterConfig {
            name,
            settings: settings.as_object().cloned().unwrap_or_default(),
            source,
        });
    let submit = vec(reporter, 0..2).prop_map(|reporters| Submit {
        reporters,
        stream: false,
    });
    let empty = || of(Just(Empty {}));
    let others = (empty(), empty(), empty(), empty(), empty());
    let limits = (
        of(span()),
        any::<u32>(),
        priority(),
        any::<bool>(),
        any::<bool>(),
    );
    let kinds = (empty(), of(execute()), empty(), of(submit), others);
    (vec(".{0,5}", 0..2), kinds, of(hooks()), limits, source())
        .prop_map(|(after, kinds, hooks, limits, source)| {
            let (setup, execute, analyze, submit, others) = kinds;
            let (act, validate, checkpoint, teardown, wait) = others;
            let (timeout, retries, priority, skip, added) = limits;
            Stage {
                after,
                setup,
                execute,
                analyze,
                submit,
                act,
                validate,
                checkpoint,
                teardown,
                wait,
                hooks,
                timeout,
                retries,
                priority,
                skip,
                added,
                source,
            }
        })
        .boxed()
}

fn pool() -> BoxedStrategy<DataPool> {
    let order = prop_oneof![
        Just(RowOrder::Sequential),
        Just(RowOrder::Random),
        Just(RowOrder::Once),
        Just(RowOrder::Unique),
    ];
    let files = (of(".{0,5}"), of(".{0,5}"), of(".{0,5}"));
    (files, of(vec(map(json_value()), 0..3)), order, source())
        .prop_map(|((csv, json, json_lines), rows, order, source)| DataPool {
            csv,
            json,
            json_lines,
            rows,
            order,
            source,
        })
        .boxed()
}

pub(crate) fn plan() -> impl Strategy<Value = Plan> {
    let head = (any::<u32>(), ".{0,9}", of(any::<u64>()), map(".{0,5}"));
    let threshold = (".{0,9}", source()).prop_map(|(rule, source)| Threshold { rule, source });
    (
        head,
        settings(),
        map(pool()),
        map(stage()),
        (vec(threshold, 0..2), of(".{0,9}"), of(any::<u32>())),
    )
        .prop_map(
            |((version, name, seed, tags), http, data, stages, (thresholds, measure, cpus))| Plan {
                version,
                name,
                seed,
                tags,
                http,
                data,
                stages,
                thresholds,
                measure,
                cpus,
            },
        )
}

/// A change to one place of a JSON document.
#[derive(Clone, Debug)]
pub(crate) enum Mutation {
    /// Puts something else there.
    Replace(Value),
    /// Takes it away.
    Remove,
    /// Writes its key differently.
    Rename(String),
    /// Adds something in it.
    Add(String, Value),
}

pub(crate) fn mutation() -> impl Strategy<Value = Mutation> {
    let name = || {
        prop_oneof![
            ".{0,5}",
            "(url|method|name|http|flow|load|users|source|steps|execute)"
        ]
    };
    prop_oneof![
        json_value().prop_map(Mutation::Replace),
        Just(Mutation::Remove),
        name().prop_map(Mutation::Rename),
        (name(), json_value()).prop_map(|(name, value)| Mutation::Add(name, value)),
    ]
}

/// Changes the node that a walk over the document meets as number `at`, modulo how many there are.
pub(crate) fn mutate(document: &mut Value, at: usize, mutation: Mutation) {
    let mut pointers = Vec::new();
    collect(document, String::new(), &mut pointers);
    let pointer = pointers[at % pointers.len()].clone();
    let Some((parent, key)) = pointer.rsplit_once('/') else {
        return;
    };
    let key = key.replace("~1", "/").replace("~0", "~");
    match mutation {
        Mutation::Replace(value) => *document.pointer_mut(&pointer).unwrap() = value,
        Mutation::Add(name, value) => {
            let node = document.pointer_mut(&pointer).unwrap();
            match node {
                Value::Object(map) => drop(map.insert(name, value)),
                Value::Array(list) => list.push(value),
                other => *other = json!({name: value}),
            }
        }
        Mutation::Remove | Mutation::Rename(_) => match document.pointer_mut(parent).unwrap() {
            Value::Object(map) => {
                let value = map.shift_remove(&key).unwrap();
                if let Mutation::Rename(name) = mutation {
                    map.insert(name, value);
                }
            }
            Value::Array(list) => drop(list.remove(key.parse::<usize>().unwrap())),
            _ => {}
        },
    }
}

fn collect(value: &Value, pointer: String, pointers: &mut Vec<String>) {
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, format!("{pointer}/{index}"), pointers);
            }
        }
        Value::Object(map) => {
            for (key, item) in map {
                let key = key.replace('~', "~0").replace('/', "~1");
                collect(item, format!("{pointer}/{key}"), pointers);
            }
        }
        _ => {}
    }
    pointers.push(pointer);
}
