use crate::error::PlanError;
use crate::model::{Body, DataPool, Flow, HttpRequest, HttpSettings, Plan, Source, Step};
use crate::place::Place;

/// A file that a plan needs, for whoever does I/O to open or to miss.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileUse {
    /// Path of the file as it is written.
    pub file: String,
    /// What it is for.
    pub kind: FileKind,
    /// Where in the plan.
    pub path: String,
    /// Where it was written.
    pub source: Option<Source>,
}

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// Body of a request, or a part of it.
    Body,
    /// Rows of a data pool.
    Data,
    /// Certificates or keys.
    Tls,
}

impl FileUse {
    /// The error that this file cannot be used because of `reason`, e.g. `no such file`.
    pub fn error(&self, reason: &str) -> PlanError {
        let message = format!("file `{}` cannot be read: {reason}", self.file);
        PlanError::new(self.path.clone(), message).with_source(self.source.clone())
    }
}

impl Plan {
    /// Every file that the plan needs, in the order of the plan.
    pub fn files(&self) -> Vec<FileUse> {
        let mut files = Files::default();
        let root = Place::root();
        files.settings(&self.http, &root.key("http"));
        for (name, pool) in &self.data {
            files.pool(
                pool,
                &root.key("data").key(name).written_at(pool.source.as_ref()),
            );
        }
        for (name, stage) in &self.stages {
            let place = root
                .key("stages")
                .key(name)
                .written_at(stage.source.as_ref());
            if let Some(hooks) = &stage.hooks {
                let place = place.key("hooks").key("settings").key("http");
                files.settings(&hooks.settings.http, &place);
            }
            let Some(execute) = &stage.execute else {
                continue;
            };
            let place = place.key("execute");
            files.settings(&execute.settings.http, &place.key("settings").key("http"));
            for (name, scenario) in &execute.scenarios {
                let place = place.key("scenarios").key(name);
                let place = place.written_at(scenario.source.as_ref());
                files.flow(&scenario.flow, &place.key("flow"));
            }
        }
        files.0
    }
}

#[derive(Default)]
struct Files(Vec<FileUse>);

impl Files {
    fn add(&mut self, file: Option<&String>, kind: FileKind, place: &Place<'_>) {
        self.0.extend(file.map(|file| FileUse {
            file: file.clone(),
            kind,
            path: place.path().to_owned(),
            source: place.source().cloned(),
        }));
    }

    fn settings(&mut self, http: &HttpSettings, place: &Place<'_>) {
        let place = place.key("tls");
        self.add(
            http.tls.ca_file.as_ref(),
            FileKind::Tls,
            &place.key("ca_file"),
        );
        self.add(
            http.tls.cert_file.as_ref(),
            FileKind::Tls,
            &place.key("cert_file"),
        );
        self.add(
            http.tls.key_file.as_ref(),
            FileKind::Tls,
            &place.key("key_file"),
        );
    }

    fn pool(&mut self, pool: &DataPool, place: &Place<'_>) {
        self.add(pool.csv.as_ref(), FileKind::Data, &place.key("csv"));
        self.add(pool.json.as_ref(), FileKind::Data, &place.key("json"));
        self.add(
            pool.json_lines.as_ref(),
            FileKind::Data,
            &place.key("json_lines"),
        );
    }

    fn flow(&mut self, flow: &Flow, place: &Place<'_>) {
        for (index, step) in flow.iter().enumerate() {
            self.step(step, &place.index(index));
        }
    }

    fn step(&mut self, step: &Step, place: &Place<'_>) {
        match step {
            Step::Http(request) => {
                self.request(
                    request,
                    &place.key("http").written_at(request.source.as_ref()),
                );
            }
            Step::Pause(_) | Step::Script(_) => {}
            Step::Loop(step) => self.flow(&step.steps, &place.key("loop").key("steps")),
            Step::If(step) => {
                self.flow(&step.then, &place.key("if").key("then"));
                self.flow(&step.otherwise, &place.key("if").key("else"));
            }
            Step::Choose(step) => {
                for (name, branch) in &step.branches {
                    let place = place.key("choose").key("branches").key(name);
                    let place = place.written_at(branch.source.as_ref());
                    self.flow(&branch.steps, &place.key("steps"));
                }
            }
            Step::Group(step) => {
                let place = place.key("group").written_at(step.source.as_ref());
                self.flow(&step.steps, &place.key("steps"));
            }
        }
    }

    fn request(&mut self, request: &HttpRequest, place: &Place<'_>) {
        let place = place.key("body");
        match &request.body {
            Some(Body::File(file)) => self.add(Some(file), FileKind::Body, &place.key("file")),
            Some(Body::Multipart(parts)) => {
                for (index, part) in parts.iter().enumerate() {
                    let place = place.key("multipart").index(index).key("file");
                    self.add(part.file.as_ref(), FileKind::Body, &place);
                }
            }
            None | Some(Body::Text(_) | Body::Json(_) | Body::Form(_) | Body::Base64(_)) => {}
        }
    }
}
