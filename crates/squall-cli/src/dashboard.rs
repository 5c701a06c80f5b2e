//! The dashboard of a command: started before the load, told of each run, ended after the last.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use squall_plan::{PlanError, PlanErrors};
use squall_run::{FinishedRun, RunHandle};
use squall_ui::{Server, Settings, Starts, TestOffer, TlsFiles, UiError};

use crate::args::{DashboardArgs, DashboardTlsArgs};
use crate::output;

/// How often Ctrl-C is looked for.
const LOOK: Duration = Duration::from_millis(50);

/// The dashboard, where one was asked for.
#[derive(Debug)]
pub(crate) struct Dashboard {
    server: Server,
    keep: bool,
}

impl Dashboard {
    /// Starts it, and says where it is.
    pub(crate) fn of_run(
        args: &DashboardArgs,
        runs_dir: &Path,
    ) -> Result<Option<Self>, PlanErrors> {
        let Some(address) = args.ui else {
            return Ok(None);
        };
        let settings = settings(address, &args.tls, runs_dir, None);
        let (server, _) = start(settings, "--ui")?;
        announce(&server, &args.tls, &format!("dashboard: {}", server.url()));
        let keep = args.ui_keep;
        Ok(Some(Self { server, keep }))
    }

    /// Starts one for stored runs, or for a test.
    pub(crate) fn alone(settings: Settings) -> Result<(Self, Starts), PlanErrors> {
        let (server, starts) = start(settings, "--address")?;
        let keep = false;
        Ok((Self { server, keep }, starts))
    }

    /// Returns the server.
    pub(crate) fn server(&self) -> &Server {
        &self.server
    }

    /// Shows a run that has just started.
    pub(crate) fn show(&self, run: &RunHandle) {
        self.server.show(run.remote());
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
pub(crate) fn settings(
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

/// Says where it is, and what is wrong with that.
pub(crate) fn announce(server: &Server, tls: &DashboardTlsArgs, line: &str) {
    output::note(line);
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
