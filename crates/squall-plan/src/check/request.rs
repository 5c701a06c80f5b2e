use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use indexmap::IndexMap;

use super::checker::{Base, Checker};
use super::names::{forbidden_in_header, is_token};
use super::templates::texts;
use super::url::{UrlForm, check, check_start};
use crate::model::{Auth, Body, HttpRequest, MultipartPart, OneOrMany};
use crate::place::Place;
use crate::template::{ParsedTemplate, Part};

impl Checker<'_> {
    pub(super) fn request(&mut self, request: &HttpRequest, place: &Place<'_>) {
        if let Some(name) = &request.name {
            let place = place.key("name");
            self.not_empty(name.as_str(), &place);
            self.template(name, &place);
        }
        if let Some(method) = request.method.as_ref().filter(|method| !is_token(method)) {
            let hint = "write it like `GET` or `POST`";
            self.findings.add_with_hint(
                &place.key("method"),
                format!("`{method}` is not a method"),
                hint,
            );
        }
        if let Some(url) = self.template(&request.url, &place.key("url")) {
            self.url(&url, &place.key("url"));
        }
        self.tags(&request.tags, &place.key("tags"));
        self.named_values(&request.params, &place.key("params"));
        self.headers(&request.headers, &place.key("headers"));
        self.cookies(request, &place.key("cookies"));
        if let Some(body) = &request.body {
            self.body(body, &place.key("body"));
        }
        if let Some(auth) = &request.auth {
            self.auth(auth, &place.key("auth"));
        }
        self.above_zero(request.timeout, &place.key("timeout"));
        self.expect(&request.expect, &place.key("expect"));
        self.extract(&request.extract, &place.key("extract"));
    }

    fn url(&mut self, url: &ParsedTemplate, place: &Place<'_>) {
        let form = match (url.constant(), url.parts.first()) {
            (Some(text), _) => check(text).map(Some),
            (None, Some(Part::Text(start))) => check_start(start),
            (None, _) => Ok(None),
        };
        let has_base = self
            .scenario
            .as_ref()
            .is_some_and(|current| current.base == Base::Given);
        match form {
            Err(fault) => self
                .findings
                .add_with_hint(place, fault.message, fault.hint),
            Ok(Some(UrlForm::Relative)) if !has_base => {
                let hint = "write the whole URL, or set `base_url`: in a Setup stage, or in `http` of a plan";
                self.findings.add_with_hint(
                    place,
                    format!("`{url}` is relative, and there is no `base_url`"),
                    hint,
                );
            }
            Ok(_) => {}
        }
    }

    fn named_values(&mut self, values: &IndexMap<String, OneOrMany>, place: &Place<'_>) {
        for (name, value) in values {
            self.one_or_many(value, &place.key(name));
        }
    }

    /// Headers of a request or of settings.
    pub(super) fn headers(&mut self, headers: &IndexMap<String, OneOrMany>, place: &Place<'_>) {
        for (name, values) in headers {
            let place = place.key(name);
            self.header_name(name, &place);
            self.no_framing(name, &place);
            for value in self.one_or_many(values, &place) {
                self.header_value(&value, &place);
            }
        }
    }

    pub(super) fn header_name(&mut self, name: &str, place: &Place<'_>) {
        if !is_token(name) {
            let hint = "use letters, digits and `-`";
            self.findings
                .add_with_hint(place, format!("`{name}` is not a header name"), hint);
        }
    }

    /// The client frames the body itself: a second, other length makes one request read as two (RFC 9112, section 6.3).
    fn no_framing(&mut self, name: &str, place: &Place<'_>) {
        if ["content-length", "transfer-encoding"]
            .iter()
            .any(|framing| name.eq_ignore_ascii_case(framing))
        {
            let hint = "leave it out: the body says how long it is";
            self.findings
                .add_with_hint(place, format!("`{name}` cannot be set"), hint);
        }
    }

    fn header_value(&mut self, value: &ParsedTemplate, place: &Place<'_>) {
        if let Some(found) = texts(value).find_map(forbidden_in_header) {
            self.findings.add(
                place,
                format!("the value holds {found}, which no header may"),
            );
        }
    }

    fn cookies(&mut self, request: &HttpRequest, place: &Place<'_>) {
        for (name, value) in &request.cookies {
            let place = place.key(name);
            if !is_token(name) {
                self.findings
                    .add(&place, format!("`{name}` is not a cookie name"));
            }
            if let Some(value) = self.template(value, &place) {
                self.header_value(&value, &place);
                if texts(&value).any(|text| text.contains(';')) {
                    self.findings
                        .add(&place, "the value holds `;`, which ends a cookie");
                }
            }
        }
    }

    fn auth(&mut self, auth: &Auth, place: &Place<'_>) {
        match auth {
            Auth::Bearer(token) => {
                let place = place.key("bearer");
                if let Some(token) = self.template(token, &place) {
                    self.header_value(&token, &place);
                }
            }
            Auth::Basic(basic) => {
                let place = place.key("basic");
                let username = self.template(&basic.username, &place.key("username"));
                // RFC 7617, section 2: the first colon ends the user name.
                if username.is_some_and(|name| texts(&name).any(|text| text.contains(':'))) {
                    self.findings.add(
                        &place.key("username"),
                        "the user name holds `:`, which ends it",
                    );
                }
                self.template(&basic.password, &place.key("password"));
            }
        }
    }

    fn body(&mut self, body: &Body, place: &Place<'_>) {
        match body {
            Body::Text(text) => {
                self.template(text, &place.key("text"));
            }
            Body::Json(value) => self.json(value, &place.key("json")),
            Body::Form(fields) => self.named_values(fields, &place.key("form")),
            Body::Base64(text) => self.base64(text, &place.key("base64")),
            Body::File(path) => self.file(path, &place.key("file")),
            Body::Multipart(parts) => {
                let place = place.key("multipart");
                if parts.is_empty() {
                    self.findings
                        .add(&place, "a multipart body has at least one part");
                }
                for (index, part) in parts.iter().enumerate() {
                    self.part(part, &place.index(index));
                }
            }
        }
    }

    fn part(&mut self, part: &MultipartPart, place: &Place<'_>) {
        self.not_empty(&part.name, &place.key("name"));
        let given = [
            part.value.is_some(),
            part.file.is_some(),
            part.base64.is_some(),
        ];
        if given.into_iter().filter(|&given| given).count() != 1 {
            let message = format!(
                "the part `{}` must have exactly one of `value`, `file` and `base64`",
                part.name
            );
            self.findings.add(place, message);
        }
        if let Some(value) = &part.value {
            self.template(value, &place.key("value"));
        }
        if let Some(path) = &part.file {
            self.file(path, &place.key("file"));
        }
        if let Some(text) = &part.base64 {
            self.base64(text, &place.key("base64"));
        }
        for (text, name) in [
            (&part.filename, "filename"),
            (&part.content_type, "content_type"),
        ] {
            if let Some(found) = text.as_deref().and_then(forbidden_in_header) {
                self.findings.add(
                    &place.key(name),
                    format!("the value holds {found}, which no header may"),
                );
            }
        }
    }

    fn base64(&mut self, text: &str, place: &Place<'_>) {
        if let Err(error) = BASE64_STANDARD.decode(text) {
            let error = error.to_string().to_lowercase();
            let error = error.trim_end_matches('.');
            let hint =
                "use the standard alphabet (RFC 4648, section 4) with padding and no line breaks";
            self.findings
                .add_with_hint(place, format!("this is not base64: {error}"), hint);
        }
    }

    /// A path; whether the file is there is for the run to find out.
    pub(super) fn file(&mut self, path: &str, place: &Place<'_>) {
        if path.is_empty() {
            self.findings.add(place, "the path of the file is empty");
        }
    }
}
