//! An exchange as text, after the manner of curl: `>` is sent, `<` has come, `!` is wrong, `=` was extracted.

use super::secrets::{HIDDEN, is_secret, without_password};
use super::shorten::{Length, body, printable};

/// How much is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Detail {
    /// Of bodies.
    pub(crate) bodies: Length,
    /// Of secrets.
    pub(crate) secrets: Secrets,
}

/// Whether secrets are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Secrets {
    /// They are.
    Shown,
    /// They are not.
    Hidden,
}

/// A request and what came of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen<'a> {
    /// Name of the operation and its scenario.
    pub(crate) title: String,
    /// Method.
    pub(crate) method: &'a str,
    /// Absolute URL.
    pub(crate) url: &'a str,
    /// Lines of the request's head after the first.
    pub(crate) headers: Vec<&'a str>,
    /// Body that was sent.
    pub(crate) body: &'a [u8],
    /// What came back, if anything did.
    pub(crate) answer: Option<SeenAnswer<'a>>,
    /// Milliseconds from the start of the request to the last byte of the answer.
    pub(crate) took_ms: f64,
    /// What was wrong.
    pub(crate) failures: Vec<String>,
    /// Names and values that were extracted.
    pub(crate) extracted: Vec<(&'a str, &'a str)>,
}

/// What came back.
#[derive(Clone, Debug, Default)]
pub(crate) struct SeenAnswer<'a> {
    /// Its first line, or what is known of it.
    pub(crate) status: &'a str,
    /// Lines of its head after the first.
    pub(crate) headers: Vec<&'a str>,
    /// Its body, decoded.
    pub(crate) body: &'a [u8],
}

/// Writes an exchange as lines.
pub(crate) fn render(seen: &Seen<'_>, detail: Detail) -> String {
    let mut lines = Lines::default();
    let url = match detail.secrets {
        Secrets::Shown => seen.url.to_owned(),
        Secrets::Hidden => without_password(seen.url),
    };
    lines.plain(&format!("{} {url}  [{}]", seen.method, seen.title));
    lines.message('>', &seen.headers, seen.body, detail);
    if let Some(answer) = &seen.answer {
        lines.plain(&format!(
            "< {}  ({:.1} ms)",
            printable(answer.status),
            seen.took_ms
        ));
        lines.message('<', &answer.headers, answer.body, detail);
    } else {
        lines.plain(&format!("< no answer  ({:.1} ms)", seen.took_ms));
    }
    for failure in &seen.failures {
        lines.marked('!', failure);
    }
    for (name, value) in &seen.extracted {
        lines.marked(
            '=',
            &format!("{name}: {}", body(value.as_bytes(), detail.bodies)),
        );
    }
    lines.text.push('\n');
    lines.text
}

#[derive(Debug, Default)]
struct Lines {
    text: String,
}

impl Lines {
    fn plain(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Writes a text with a mark before each of its lines.
    fn marked(&mut self, mark: char, text: &str) {
        for line in printable(text).lines() {
            self.plain(format!("{mark} {line}").trim_end());
        }
    }

    /// Writes headers, and after a gap the body.
    fn message(&mut self, mark: char, headers: &[&str], bytes: &[u8], detail: Detail) {
        for header in headers {
            match header.split_once(':') {
                Some((name, _)) if detail.secrets == Secrets::Hidden && is_secret(name) => {
                    self.marked(mark, &format!("{name}: {HIDDEN}"));
                }
                _ => self.marked(mark, header),
            }
        }
        if !bytes.is_empty() {
            self.marked(mark, " \n");
            self.marked(mark, &body(bytes, detail.bodies));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HIDING: Detail = Detail {
        bodies: Length::Short,
        secrets: Secrets::Hidden,
    };

    fn seen() -> Seen<'static> {
        Seen {
            title: "login, browse".to_owned(),
            method: "POST",
            url: "http://ann:secret@127.0.0.1:8080/login",
            headers: vec!["host: 127.0.0.1:8080", "Authorization: Bearer abc"],
            body: b"{\"user\": \"ann\"}",
            answer: Some(SeenAnswer {
                status: "HTTP/1.1 200 OK",
                headers: vec!["content-type: text/plain", "Set-Cookie: id=5"],
                body: b"one\r\ntwo",
            }),
            took_ms: 12.34,
            failures: vec!["status 200 is not 201".to_owned()],
            extracted: vec![("id", "5")],
        }
    }

    #[test]
    fn an_exchange_is_shown_with_marks() {
        assert_eq!(
            render(&seen(), HIDING),
            "\
POST http://…@127.0.0.1:8080/login  [login, browse]
> host: 127.0.0.1:8080
> Authorization: (hidden; --show-secrets shows it)
>
> {\"user\": \"ann\"}
< HTTP/1.1 200 OK  (12.3 ms)
< content-type: text/plain
< Set-Cookie: (hidden; --show-secrets shows it)
<
< one
< two
! status 200 is not 201
= id: 5

"
        );
    }

    #[test]
    fn secrets_are_shown_when_asked_for() {
        let showing = Detail {
            secrets: Secrets::Shown,
            ..HIDING
        };
        let shown = render(&seen(), showing);
        assert!(shown.contains("http://ann:secret@127.0.0.1"), "{shown}");
        assert!(shown.contains("> Authorization: Bearer abc\n"), "{shown}");
        assert!(shown.contains("< Set-Cookie: id=5\n"), "{shown}");
    }

    #[test]
    fn an_operation_without_answer_says_so() {
        let seen = Seen {
            answer: None,
            body: b"",
            failures: vec!["connection refused".to_owned()],
            extracted: Vec::new(),
            ..seen()
        };
        let shown = render(&seen, HIDING);
        assert!(
            shown.ends_with("< no answer  (12.3 ms)\n! connection refused\n\n"),
            "{shown}"
        );
    }
}
