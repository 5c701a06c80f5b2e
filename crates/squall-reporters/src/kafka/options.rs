//! The properties of the client.

use rdkafka::config::ClientConfig;
use rdkafka::error::KafkaError;

use super::config::KafkaSettings;
use crate::address::shown;

/// How long the client tries to deliver a message, with all its own attempts; tests that wait for its end wait less.
pub(super) const DELIVERY_MS: u32 = if cfg!(test) { 8_000 } else { 25_000 };

/// What has a setting of its own, and the name of that setting.
const OWN: [(&str, &str); 17] = [
    ("bootstrap.servers", "host"),
    ("metadata.broker.list", "host"),
    ("client.id", "client_id"),
    ("compression.type", "compression_type"),
    ("compression.codec", "compression_type"),
    ("request.timeout.ms", "timeout"),
    ("enable.idempotence", "idempotent"),
    ("security.protocol", "secure"),
    ("ssl.ca.location", "ca"),
    ("sasl.username", "username"),
    ("sasl.password", "password"),
    ("sasl.mechanism", "sasl_mechanism"),
    ("sasl.mechanisms", "sasl_mechanism"),
    ("partitioner", "events_partition"),
    ("message.timeout.ms", "flush_timeout"),
    ("delivery.timeout.ms", "flush_timeout"),
    ("transactional.id", "idempotent"),
];

/// Secrets have settings that nothing shows; `options` is shown.
const SECRETS: [&str; 5] = [
    "ssl.key.password",
    "ssl.key.pem",
    "ssl.keystore.password",
    "ssl.truststore.password",
    "sasl.oauthbearer.client.secret",
];

/// Says what is wrong with the options, one after the other. Connects nowhere.
pub(super) fn problems(settings: &KafkaSettings) -> Vec<String> {
    let mut problems = Vec::new();
    for (name, value) in &settings.options {
        if let Some((_, own)) = OWN.iter().find(|(option, _)| option == name) {
            problems.push(format!("has `{name}`: use the setting `{own}`"));
        } else if SECRETS.contains(&name.as_str()) {
            problems.push(format!(
                "has `{name}`, a secret, which would be shown with the plan: it cannot be set here"
            ));
        } else {
            let mut one = ClientConfig::new();
            one.set(name, value);
            match one.create_native_config() {
                Err(KafkaError::ClientConfig(_, why, _, _)) => {
                    problems.push(format!("has `{name}`: {}", lowercase(&why)));
                }
                Err(error) => problems.push(format!("has `{name}`: {error}")),
                Ok(_) => {}
            }
        }
    }
    problems
}

fn lowercase(text: &str) -> String {
    let mut letters = text.trim_end_matches(['.', ' ']).chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

/// Makes the properties of the client.
pub(super) fn client(settings: &KafkaSettings) -> ClientConfig {
    let mut config = ClientConfig::new();
    let hosts = settings.hosts.iter().map(|(host, port)| shown(host, *port));
    config
        .set("bootstrap.servers", hosts.collect::<Vec<_>>().join(","))
        .set("client.id", &settings.client_id)
        .set("request.timeout.ms", settings.timeout_ms.to_string())
        .set("message.timeout.ms", DELIVERY_MS.to_string())
        .set("enable.idempotence", settings.idempotent.to_string())
        .set("acks", "all")
        .set("socket.keepalive.enable", "true")
        .set("socket.connection.setup.timeout.ms", "10000")
        // A broker that restarts is looked for again soon.
        .set("reconnect.backoff.max.ms", "1000")
        // As Java's clients choose partitions, so that a key has one partition whoever writes.
        .set("partitioner", "murmur2_random")
        .set(
            "compression.type",
            settings.compression.as_deref().unwrap_or("none"),
        );
    let protocol = match (settings.access.secure, &settings.access.username) {
        (false, None) => "plaintext",
        (true, None) => "ssl",
        (false, Some(_)) => "sasl_plaintext",
        (true, Some(_)) => "sasl_ssl",
    };
    config.set("security.protocol", protocol);
    if settings.access.secure {
        // The library is linked statically: it looks for the system's certificates where systems have them.
        let ca = settings
            .access
            .ca
            .as_ref()
            .map(|path| path.display().to_string());
        config.set("ssl.ca.location", ca.as_deref().unwrap_or("probe"));
    }
    if let (Some(username), Some(password)) = (&settings.access.username, &settings.access.password)
    {
        config
            .set("sasl.mechanism", &settings.sasl_mechanism)
            .set("sasl.username", username)
            .set("sasl.password", password.reveal());
    }
    for (name, value) in &settings.options {
        config.set(name, value);
    }
    config
}
