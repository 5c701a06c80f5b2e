//! Right names for wrong ones.

/// The name in `known` that `name` was probably meant to be.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    // One slip in a short name, two in a longer one: more makes suggestions that nobody meant.
    let most = match wanted.chars().count() {
        0..=2 => 1,
        3..=4 => 2,
        length => length / 3 + 1,
    };
    known
        .into_iter()
        .map(|candidate| {
            (
                strsim::damerau_levenshtein(&wanted, &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|(distance, _)| *distance <= most)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// A hint that names the nearest right name and all that exist, e.g. ``did you mean `url`? the fields are `name`, `url` ``.
///
/// `what` is the plural of what the names are. With no names at all there is no hint.
pub fn hint<'a>(
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
    what: &str,
) -> Option<String> {
    let known: Vec<&str> = known.into_iter().collect();
    if known.is_empty() {
        return None;
    }
    let list = list(&known);
    let verb = if known.len() == 1 {
        "there is only"
    } else {
        "the"
    };
    let rest = if known.len() == 1 {
        format!("{verb} {list}")
    } else {
        format!("{verb} {what} are {list}")
    };
    Some(match nearest(name, known.iter().copied()) {
        Some(suggestion) if known.len() == 1 => format!("did you mean `{suggestion}`?"),
        Some(suggestion) => format!("did you mean `{suggestion}`? {rest}"),
        None => rest,
    })
}

/// Names in backticks, separated by commas; a long list is cut.
pub(crate) fn list(names: &[&str]) -> String {
    const SHOWN: usize = 30;
    let shown: Vec<String> = names
        .iter()
        .take(SHOWN)
        .map(|name| format!("`{name}`"))
        .collect();
    let rest = names.len().saturating_sub(SHOWN);
    if rest == 0 {
        shown.join(", ")
    } else {
        format!("{} and {rest} more", shown.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_the_right_name() {
        for (name, expected) in [
            ("metod", "method"),
            ("URL", "url"),
            ("hedaers", "headers"),
            ("mehtod", "method"),
        ] {
            assert_eq!(
                nearest(name, ["name", "method", "url", "headers"]),
                Some(expected),
                "{name}"
            );
        }
    }

    #[test]
    fn a_different_name_finds_nothing() {
        assert_eq!(
            nearest("batch_interval", ["name", "method", "url", "headers"]),
            None
        );
    }

    #[test]
    fn a_hint_names_the_nearest_and_all() {
        assert_eq!(
            hint("ulr", ["name", "url"], "fields").unwrap(),
            "did you mean `url`? the fields are `name`, `url`"
        );
        assert_eq!(
            hint("zzz", ["url"], "fields").unwrap(),
            "there is only `url`"
        );
        assert_eq!(hint("zzz", [], "fields"), None);
    }
}
