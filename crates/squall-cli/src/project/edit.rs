//! Changes of `squall.toml` that leave everything else as it is: comments, order, spacing.

use toml_edit::{DocumentMut, Item, Table, value};

/// Sets texts in tables, or takes them out: each change is table, key, and the text or nothing.
///
/// Keys are added behind those of their table, tables behind the others; a table that gets empty stays.
///
/// # Errors
/// Says with its line what is no TOML, or which table is none.
pub fn edit(text: &str, changes: &[(String, String, Option<String>)]) -> Result<String, String> {
    let mut document: DocumentMut = text
        .parse()
        .map_err(|error: toml_edit::TomlError| error.to_string())?;
    for (name, key, text) in changes {
        match text {
            Some(text) => set(&mut document, name, key, text)?,
            None => drop(table(&mut document, name)?.remove(key)),
        }
    }
    Ok(document.to_string())
}

fn set(document: &mut DocumentMut, name: &str, key: &str, text: &str) -> Result<(), String> {
    let table = table(document, name)?;
    match table.get_mut(key).and_then(Item::as_value_mut) {
        // What stands around the value, a comment behind it, stays there.
        Some(old) if old.as_str() == Some(text) => {}
        Some(old) => {
            let around = old.decor().clone();
            *old = text.into();
            *old.decor_mut() = around;
        }
        None => drop(table.insert(key, value(text))),
    }
    Ok(())
}

fn table<'a>(document: &'a mut DocumentMut, name: &str) -> Result<&'a mut Table, String> {
    let item = document.entry(name).or_insert(Item::Table(Table::new()));
    item.as_table_mut()
        .ok_or_else(|| format!("`{name}` is no table: write it as `[{name}]`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(text: &str, changes: &[(&str, &str, Option<&str>)]) -> String {
        let owned = |(table, key, value): &(&str, &str, Option<&str>)| {
            (
                (*table).to_owned(),
                (*key).to_owned(),
                value.map(str::to_owned),
            )
        };
        edit(text, &changes.iter().map(owned).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn comments_and_order_stay() {
        let text = "# mine\nusers = 5   # five\n\n[graphs] # all\nz = 'z.py' # last\na = \"a.py\"\n\n[run]\nquiet = true\n";
        let changes = [
            ("graphs", "m", Some("m.py")),
            ("graphs", "z", Some("y.py")),
            ("graphs", "a", None),
        ];
        let expected = "# mine\nusers = 5   # five\n\n[graphs] # all\nz = \"y.py\" # last\nm = \"m.py\"\n\n[run]\nquiet = true\n";
        assert_eq!(edited(text, &changes), expected);
    }

    #[test]
    fn new_tables_come_last_and_odd_names_are_quoted() {
        assert_eq!(
            edited("a = 1\n", &[("graphs", "eu.shop", Some("eu/shop.py"))]),
            "a = 1\n\n[graphs]\n\"eu.shop\" = \"eu/shop.py\"\n"
        );
    }

    #[test]
    fn what_is_there_already_changes_nothing() {
        let text = "[graphs]\nshop = 'shop.py'\n";
        assert_eq!(edited(text, &[("graphs", "shop", Some("shop.py"))]), text);
    }

    #[test]
    fn what_is_no_table_is_said() {
        let change = ("graphs".to_owned(), "a".to_owned(), Some("b".to_owned()));
        let error = edit("graphs = 1\n", &[change]).unwrap_err();
        assert!(error.contains("`graphs` is no table"), "{error}");
    }
}
