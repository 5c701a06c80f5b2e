//! An exchange as text, after the manner of curl: `>` is sent, `<` has come, `~` led elsewhere, `!` is wrong.

use squall_secrets::is_secret;

use super::seen::Seen;
use super::shorten::{Length, body, printable};

/// What stands for a secret.
const HIDDEN: &str = "(hidden; --show-secrets shows it)";

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

/// Writes an exchange as lines.
pub(super) fn render(seen: &Seen<'_>, detail: Detail) -> String {
    let mut lines = Lines::default();
    lines.plain(&printable(&format!("{}  [{}]", seen.request, seen.title)));
    for (status, url) in &seen.redirects {
        lines.marked('~', &format!("redirected by {status} from {url}"));
    }
    lines.message('>', &seen.headers, seen.body, detail);
    if let Some(answer) = &seen.answer {
        lines.plain(&format!(
            "< {}  ({:.1} ms)",
            printable(&answer.status),
            seen.took_ms
        ));
        lines.message('<', &answer.headers, answer.body, detail);
    } else {
        lines.plain(&format!("< no answer  ({:.1} ms)", seen.took_ms));
    }
    for failure in &seen.failures {
        lines.marked('!', failure);
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
    fn message(&mut self, mark: char, headers: &[String], bytes: &[u8], detail: Detail) {
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
    use crate::exchange::seen::SeenAnswer;

    const HIDING: Detail = Detail {
        bodies: Length::Short,
        secrets: Secrets::Hidden,
    };

    fn lines(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    fn seen() -> Seen<'static> {
        Seen {
            title: "login, browse".to_owned(),
            request: "POST http://127.0.0.1:8080/login".to_owned(),
            redirects: vec![(307, "http://127.0.0.1:8080/old")],
            headers: lines(&["host: 127.0.0.1:8080", "Authorization: Bearer abc"]),
            body: b"{\"user\": \"ann\"}",
            answer: Some(SeenAnswer {
                status: "HTTP/1.1 200 OK".to_owned(),
                headers: lines(&["content-type: text/plain", "Set-Cookie: id=5"]),
                body: b"one\r\ntwo",
            }),
            took_ms: 12.34,
            failures: lines(&["status 200 is not 201"]),
        }
    }

    #[test]
    fn an_exchange_is_shown_with_marks() {
        assert_eq!(
            render(&seen(), HIDING),
            "\
POST http://127.0.0.1:8080/login  [login, browse]
~ redirected by 307 from http://127.0.0.1:8080/old
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
        assert!(shown.contains("> Authorization: Bearer abc\n"), "{shown}");
        assert!(shown.contains("< Set-Cookie: id=5\n"), "{shown}");
    }

    #[test]
    fn an_operation_without_answer_says_so() {
        let seen = Seen {
            answer: None,
            body: b"",
            failures: lines(&["connection refused"]),
            ..seen()
        };
        let shown = render(&seen, HIDING);
        assert!(
            shown.ends_with("< no answer  (12.3 ms)\n! connection refused\n\n"),
            "{shown}"
        );
    }
}
