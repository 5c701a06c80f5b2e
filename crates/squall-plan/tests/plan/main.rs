//! Plans from text to checked: each file tests one of the crate's modules.

#![expect(clippy::unwrap_used, reason = "what is not as expected fails the test")]
#![expect(
    clippy::needless_pass_by_value,
    reason = "cases are written with `json!` in the call"
)]

mod arbitrary;
mod check;
mod checked;
mod data;
mod load;
mod properties;
mod schema;
mod template;
mod thresholds;
mod units;

/// The example plan, which uses every part of the format.
const SHOP_JSON: &str = include_str!("examples/shop.json");
/// The same plan written by hand in YAML.
const SHOP_YAML: &str = include_str!("examples/shop.yaml");
