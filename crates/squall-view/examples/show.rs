//! Shows a made-up run for three seconds and then its summary: `cargo run -p squall-view --example show [screen|plain|none]`.

use std::env;
use std::io::{self, IsTerminal as _, Write as _};
use std::thread;
use std::time::Duration;

use squall_view::summary::{DEFAULT_COLUMNS, Parts, Settings, render};
use squall_view::{LiveView, Progress, Size, Theme};

#[path = "../tests/view/moment.rs"]
mod moment;
#[path = "../tests/view/sample.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod sample;

fn main() -> io::Result<()> {
    let progress = match env::args().nth(1).as_deref() {
        Some("plain") => Progress::Plain,
        Some("none") => Progress::None,
        Some("screen") => Progress::Screen,
        _ if io::stderr().is_terminal() => Progress::Screen,
        _ => Progress::Plain,
    };
    let theme = Theme::for_stream(&io::stderr());
    let size = || Size::of(&io::stderr()).unwrap_or(Size::UNLIMITED);
    let mut view = LiveView::new(progress, io::stderr(), theme, Box::new(size));
    // Ten seconds of the run in each second, so that there is something to see.
    for frame in 0..=60 {
        view.update(&moment::live(f64::from(frame) / 2.0));
        if frame == 20 {
            view.message("warning: reporter `csv` is behind\n  hint: raise `queue_size`");
        }
        thread::sleep(Duration::from_millis(50));
    }
    view.finish()?;
    let settings = Settings {
        columns: Size::of(&io::stdout()).map_or(DEFAULT_COLUMNS, |size| size.columns),
        parts: Parts::default(),
        theme: Theme::for_stream(&io::stdout()),
        stored: Some(".squall/runs/20260102-030405-shop-7f3a"),
        report: None,
        timeline: None,
    };
    io::stdout().write_all(render(&sample::failed(), &settings).as_bytes())
}
