//! Percent-encoding of what goes into URLs and forms.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

/// Everything but the unreserved characters of RFC 3986 section 2.3.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Everything but `pchar` of RFC 3986 section 3.3.
const SEGMENT: &AsciiSet = &QUERY
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');

/// The `application/x-www-form-urlencoded` percent-encode set of the URL standard; the space is handled apart.
const FORM: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'*')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_');

/// Appends a name or value of a query; a space becomes `%20`.
pub fn encode_query_value(text: &str, out: &mut Vec<u8>) {
    append(text, QUERY, out);
}

/// Appends one segment of a path; a slash becomes `%2F`.
pub fn encode_path_segment(text: &str, out: &mut Vec<u8>) {
    append(text, SEGMENT, out);
}

/// Appends a name or value of a form; a space becomes `+`.
pub fn encode_form_value(text: &str, out: &mut Vec<u8>) {
    for (at, word) in text.split(' ').enumerate() {
        if at > 0 {
            out.push(b'+');
        }
        append(word, FORM, out);
    }
}

fn append(text: &str, set: &'static AsciiSet, out: &mut Vec<u8>) {
    for piece in percent_encode(text.as_bytes(), set) {
        out.extend_from_slice(piece.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(encode: fn(&str, &mut Vec<u8>), text: &str) -> String {
        let mut out = b"=".to_vec();
        encode(text, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn each_place_has_its_own_set() {
        let text = "a b/c&d=é+*~:";
        assert_eq!(
            encoded(encode_query_value, text),
            "=a%20b%2Fc%26d%3D%C3%A9%2B%2A~%3A"
        );
        assert_eq!(
            encoded(encode_path_segment, text),
            "=a%20b%2Fc&d=%C3%A9+*~:"
        );
        assert_eq!(
            encoded(encode_form_value, text),
            "=a+b%2Fc%26d%3D%C3%A9%2B*%7E%3A"
        );
    }

    #[test]
    fn nothing_is_nothing_and_spaces_stay_as_many() {
        assert_eq!(encoded(encode_form_value, ""), "=");
        assert_eq!(encoded(encode_form_value, "  a "), "=++a+");
        assert_eq!(encoded(encode_query_value, "100%"), "=100%25");
    }
}
