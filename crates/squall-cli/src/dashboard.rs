//! The dashboard of a command: started before the load, told of each run, ended after the last.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use squall_plan::{PlanError, PlanErrors};
use squall_run::{FinishedRun, RunHandle};
use squall_ui::{Problem, Server, Settings, StartRequest, Starts, TestOffer, TlsFiles, UiError};

use crate::args::{DashboardArgs, DashboardTlsArgs};
use crate::commands::refuse;
use crate::execute::count_interrupts;
use crate::output;

/// How often Ctrl-C is looked for.
const LOOK: Duration = Duration::from_millis(50);

/// The dashboard, where one was asked for.
#[derive(Debug)]
pub(crate) struct Dashboard {
    server: Server,
    keep: bool,
    /// Somebody waits for the start of the run in a browser.
    asked: RefCell<Option<StartRequest>>,
}

impl Dashboard {
    /// Starts it, and says where it is.
    fn of_run(args: &DashboardArgs, runs_dir: &Path) -> Result<Option<Self>, PlanErrors> {
        let Some(address) = args.ui else {
            return Ok(None);
        };
        let settings = settings(address, &args.tls, runs_dir, None);
        let (server, _) = start(settings, "--ui")?;
        output::note(&format!("dashboard: {}", server.url()));
        let dashboard = Self::of(server, &args.tls);
        Ok(Some(Self {
            keep: args.ui_keep,
            ..dashboard
        }))
    }

    /// Does something that runs, with its dashboard beside it, if one is wanted; Ctrl-C counts from now on.
    pub(crate) fn beside(
        args: &DashboardArgs,
        runs_dir: &Path,
        body: impl FnOnce(&Arc<AtomicUsize>, Option<&Self>) -> anyhow::Result<u8>,
    ) -> anyhow::Result<u8> {
        let interrupts = count_interrupts()?;
        let dashboard = match Self::of_run(args, runs_dir) {
            Ok(dashboard) => dashboard,
            Err(errors) => return Ok(refuse(&errors)),
        };
        let code = body(&interrupts, dashboard.as_ref());
        if let Some(dashboard) = dashboard {
            dashboard.finish(&interrupts);
        }
        code
    }

    /// Starts one for stored runs, or for a test.
    pub(crate) fn alone(
        address: SocketAddr,
        tls: &DashboardTlsArgs,
        runs_dir: &Path,
        test: Option<TestOffer>,
    ) -> Result<(Self, Starts), PlanErrors> {
        let settings = settings(address, tls, runs_dir, test);
        let (server, starts) = start(settings, "--address")?;
        Ok((Self::of(server, tls), starts))
    }

    fn of(server: Server, tls: &DashboardTlsArgs) -> Self {
        warn(&server, tls);
        Self {
            server,
            keep: false,
            asked: RefCell::default(),
        }
    }

    /// Returns the URL that lets a browser in.
    pub(crate) fn url(&self) -> &str {
        self.server.url()
    }

    /// Notes who is told that the next run starts.
    pub(crate) fn ask(&self, request: StartRequest) {
        self.asked.replace(Some(request));
    }

    /// Tells who asked for a run that there is none; of one that has started, nothing.
    pub(crate) fn refuse(&self, problems: impl FnOnce() -> Vec<Problem>) {
        if let Some(request) = self.asked.take() {
            request.refuse(problems());
        }
    }

    /// Shows a run that has just started.
    pub(crate) fn show(&self, run: &RunHandle) {
        self.server.show(run.remote());
        if let Some(request) = self.asked.take() {
            request.accept();
        }
    }

    /// Tells the pages that the run has ended and is stored.
    pub(crate) fn end(&self, run: &FinishedRun) {
        self.server.end(&run.directory);
    }

    /// Ends it: at once, or where it is to be kept, after Ctrl-C.
    pub(crate) fn finish(self, interrupts: &AtomicUsize) {
        if self.keep && interrupts.load(Ordering::Relaxed) == 0 {
            let url = self.server.url();
            output::note(&format!("the dashboard stays at {url} until Ctrl-C"));
            wait(interrupts);
        }
        self.server.close();
    }
}

/// Waits for Ctrl-C.
pub(crate) fn wait(interrupts: &AtomicUsize) {
    while interrupts.load(Ordering::Relaxed) == 0 {
        std::thread::sleep(LOOK);
    }
}

/// Returns how a dashboard is served.
fn settings(
    address: SocketAddr,
    tls: &DashboardTlsArgs,
    runs_dir: &Path,
    test: Option<TestOffer>,
) -> Settings {
    let files = tls.ui_cert.clone().zip(tls.ui_key.clone());
    Settings {
        address,
        tls: files.map(|(certificate, key)| TlsFiles { certificate, key }),
        runs_dir: runs_dir.to_owned(),
        test,
    }
}

fn start(settings: Settings, option: &str) -> Result<(Server, Starts), PlanErrors> {
    Server::start(settings).map_err(|error| {
        let option = match error {
            UiError::File { .. } | UiError::Tls(_) => "--ui-cert",
            _ => option,
        };
        let told = PlanError::new(option, error.to_string());
        told.with_hint(error.hint()).into()
    })
}

/// Says what is wrong with how it is served.
fn warn(server: &Server, tls: &DashboardTlsArgs) {
    if !squall_ui::is_built() {
        output::error(
            "warning: this program was built without the page of the dashboard; its HTTP API is there\n  hint: `make web build` with node 20 or newer makes a `squall` that has the page",
        );
    }
    if !server.address().ip().is_loopback() && tls.ui_cert.is_none() {
        output::error(
            "warning: others on the network can read the token and the data of the dashboard on their way\n  hint: give a certificate with `--ui-cert` and `--ui-key`, or listen on `127.0.0.1` and come through a tunnel",
        );
    }
}
