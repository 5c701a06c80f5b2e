//! A host whose scripts are Rust: a thread gets the events, plays the scripts and sends the commands.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;

use squall_engine::script::{
    Answer, CommandInlet, FinishedOperation, InterpreterUse, IterationRef, ReplyTo, RunLink,
    ScriptCommand, ScriptEnd, ScriptEvent, ScriptFailure, ScriptHost, ScriptInfo, ScriptStart,
};
use squall_http::{DirectRequest, HttpStep};
use squall_metrics::{SeriesId, SeriesKind, Tags};
use squall_protocol::Clock;

/// What a script does; one object plays all passes.
pub(crate) trait Play: Send + 'static {
    /// A pass is to run.
    fn start(&mut self, start: ScriptStart, hands: &mut Hands);

    /// An operation has ended.
    fn done(&mut self, token: u64, operation: FinishedOperation, hands: &mut Hands);

    /// A pass was given up.
    fn given_up(&mut self, _: IterationRef, _: &mut Hands) {}

    /// The load has ended.
    fn stopping(&mut self, _: &ScriptInfo, _: &mut Hands) {}
}

/// What a script works with.
#[derive(Debug)]
pub(crate) struct Hands {
    pub(crate) clock: Clock,
    inlets: HashMap<u32, (CommandInlet, Vec<ScriptCommand>)>,
    tokens: u64,
}

impl Hands {
    fn command(&mut self, iteration: IterationRef, command: ScriptCommand) {
        let inlet = self.inlets.get_mut(&iteration.thread);
        inlet.expect("attached before any event").1.push(command);
    }

    /// Sends a request and returns its token.
    pub(crate) fn send(&mut self, start: &ScriptStart, url: &str) -> u64 {
        self.tokens += 1;
        let token = self.tokens;
        self.send_to(start, url, ReplyTo::Batch(token));
        token
    }

    pub(crate) fn send_to(&mut self, start: &ScriptStart, url: &str, reply: ReplyTo) {
        self.send_as(start, url, reply, None);
    }

    /// Sends a request that is counted when it is judged.
    pub(crate) fn send_held(&mut self, start: &ScriptStart, url: &str, reply: ReplyTo, hold: u32) {
        self.send_as(start, url, reply, Some(hold));
    }

    fn send_as(&mut self, start: &ScriptStart, url: &str, reply: ReplyTo, hold: Option<u32>) {
        let request = DirectRequest {
            url: url.to_owned(),
            keeps_body: true,
            ..DirectRequest::default()
        };
        let request = HttpStep::direct(request, &start.script.defaults).unwrap();
        let command = ScriptCommand::Send {
            iteration: start.iteration,
            request: Arc::new(request),
            series: series(&start.script, "request", SeriesKind::Operation),
            reply,
            hold,
        };
        self.command(start.iteration, command);
    }

    pub(crate) fn forget(&mut self, start: &ScriptStart, token: u64) {
        let iteration = start.iteration;
        self.command(iteration, ScriptCommand::Forget { iteration, token });
    }

    pub(crate) fn begin(&mut self, start: &ScriptStart) {
        self.command(start.iteration, ScriptCommand::Begun(start.iteration));
    }

    /// Sends any other command.
    pub(crate) fn tell(&mut self, start: &ScriptStart, command: ScriptCommand) {
        self.command(start.iteration, command);
    }

    pub(crate) fn end(&mut self, start: &ScriptStart, end: ScriptEnd) {
        let iteration = start.iteration;
        let ended_ns = self.clock.now();
        self.command(
            iteration,
            ScriptCommand::End {
                iteration,
                ended_ns,
                end,
            },
        );
    }

    fn flush(&mut self) {
        for (inlet, batch) in self.inlets.values_mut() {
            inlet.send(batch);
        }
    }
}

/// Returns the number of a series of a script's scenario.
pub(crate) fn series(script: &ScriptInfo, name: &str, kind: SeriesKind) -> SeriesId {
    script.intern(kind, name, &Tags::default())
}

#[derive(Debug)]
enum Input {
    Attach(u32, CommandInlet),
    Events(Vec<ScriptEvent>),
    Finish,
}

/// The host.
#[derive(Debug)]
pub(crate) struct Player {
    inputs: Mutex<mpsc::Sender<Input>>,
    playing: Mutex<Option<JoinHandle<()>>>,
}

impl Player {
    pub(crate) fn new(clock: Clock, mut play: impl Play) -> Self {
        let (sender, inputs) = mpsc::channel();
        let playing = std::thread::spawn(move || {
            let mut hands = Hands {
                clock,
                inlets: HashMap::new(),
                tokens: 0,
            };
            for input in inputs {
                match input {
                    Input::Attach(thread, inlet) => {
                        hands.inlets.insert(thread, (inlet, Vec::new()));
                    }
                    Input::Events(events) => {
                        for event in events {
                            play_event(&mut play, event, &mut hands);
                        }
                    }
                    Input::Finish => return,
                }
                hands.flush();
            }
        });
        Self {
            inputs: Mutex::new(sender),
            playing: Mutex::new(Some(playing)),
        }
    }

    fn put(&self, input: Input) {
        // The interpreter is gone only after `finish`.
        self.inputs.lock().unwrap().send(input).ok();
    }
}

fn play_event(play: &mut impl Play, event: ScriptEvent, hands: &mut Hands) {
    match event {
        ScriptEvent::Start(start) => play.start(start, hands),
        ScriptEvent::Done { token, operation } => play.done(token, *operation, hands),
        ScriptEvent::GivenUp(iteration) => play.given_up(iteration, hands),
        ScriptEvent::Stopping(script) => play.stopping(&script, hands),
    }
}

impl ScriptHost for Player {
    fn prepare(&self, script: &Arc<ScriptInfo>) -> Result<(), ScriptFailure> {
        if script.entry == "missing" {
            return Err(ScriptFailure {
                message: "there is no script `missing`".to_owned(),
                detail: String::new(),
            });
        }
        Ok(())
    }

    fn start(&self, _: &Clock, _: Arc<dyn RunLink>) -> Result<(), ScriptFailure> {
        Ok(())
    }

    fn attach(&self, thread: u32, commands: CommandInlet) {
        self.put(Input::Attach(thread, commands));
    }

    fn deliver(&self, events: &mut Vec<ScriptEvent>) {
        self.put(Input::Events(std::mem::take(events)));
    }

    fn volume(&self, _: &str, _: f64, _: f64) -> Result<Option<f64>, ScriptFailure> {
        Ok(None)
    }

    fn serve(&self, _: &str, _: &[u8]) -> Answer {
        Err("nothing is served here".to_owned())
    }

    fn notify(&self, _: &str, _: &[u8]) {}

    fn take_use(&self) -> InterpreterUse {
        InterpreterUse::default()
    }

    fn finish(&self) -> Result<(), ScriptFailure> {
        self.put(Input::Finish);
        let playing = self.playing.lock().unwrap().take();
        playing.map(JoinHandle::join).transpose().unwrap();
        Ok(())
    }
}
