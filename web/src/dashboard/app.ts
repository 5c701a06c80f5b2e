import { keepAddress } from "../address";
import { h } from "../dom";
import { read } from "../model/link";
import type { Run } from "../model/run";
import { State } from "../state";
import { page } from "../views/page";
import { reportOf, run as storedRun } from "./api";
import { controls } from "./controls";
import { Message } from "./message";
import { runList } from "./runs";
import { Session } from "./session";
import { shortcuts } from "./shortcuts";
import { starter } from "./start";
import { status, strip } from "./strip";

/** What the page shows: the run that goes on, a stored one, or the list of those. */
type Place = { what: "live" } | { what: "runs" } | { what: "stored"; id: string };

const RUNS = "#runs";

/** The dashboard: what is live above, and below it the views of the report, of the run that goes on or of a stored one. */
export function dashboard(root: HTMLElement): void {
  const session = new Session();
  const app = new App(session);
  root.append(...app.elements);
  window.addEventListener("hashchange", () => app.visit());
  app.visit();
  session.connect();
}

class App {
  readonly elements: HTMLElement[];
  private readonly view = h("div", { id: "view" });
  private readonly message = new Message();
  private readonly list = runList();
  private readonly toLive: HTMLAnchorElement;
  private readonly toRuns: HTMLAnchorElement;
  private readonly now: HTMLElement;
  /** The page of the run that goes on; kept while another one is shown. */
  private live: { state: State; elements: HTMLElement[] } | null = null;
  private stored: { state: State; id: string } | null = null;
  private place: Place = { what: "live" };

  constructor(private readonly session: Session) {
    this.toLive = h("a", { href: "#" }, "Live");
    this.toRuns = h("a", { href: RUNS }, "Stored runs");
    this.toLive.addEventListener("click", (event) => {
      event.preventDefault();
      location.hash = this.live?.state.link() || "#";
    });
    const shown = () => this.live?.state ?? null;
    const steer = controls(session, shown);
    const keys = shortcuts(steer.keys);
    const help = h(
      "button",
      { type: "button", class: "quiet", "aria-keyshortcuts": "?", click: keys.open },
      "Keys (?)",
    );
    const start = starter(session);
    this.now = h("div", { class: "live" }, strip(session, shown), steer.element, start);
    const lost = h("p", { class: "gone", role: "alert" });
    const brand = h("span", { class: "brand" }, "Squall");
    const tabs = h("nav", { "aria-label": "Pages" }, this.toLive, this.toRuns);
    this.elements = [
      h("div", { class: "top" }, brand, tabs, help),
      lost,
      this.now,
      this.message.element,
      this.view,
      keys.dialog,
    ];
    session.on(["run"], () => this.take());
    session.on(["server"], () => this.show());
    let was = false;
    session.on(["connection", "server", "live"], () => {
      was ||= session.connected;
      const ended = session.server?.run?.state === "ended";
      const text = ended
        ? "Disconnected: the run has ended, and its server with it. The numbers below are its last."
        : "Disconnected. What is shown is old; the page goes on trying.";
      const now = session.connected || !was ? "" : text;
      if (lost.textContent !== now) lost.textContent = now;
      lost.hidden = now === "";
      this.title();
    });
    lost.hidden = true;
  }

  /** Goes to where the address says. */
  visit(): void {
    const { run } = read(location.hash);
    const before = this.place;
    if (run !== null) this.place = { what: "stored", id: run };
    else if (location.hash === RUNS) this.place = { what: "runs" };
    else this.place = { what: "live" };
    const same = before.what === this.place.what && (this.place.what !== "stored" || this.stored?.id === run);
    if (same && this.place.what === "live") this.live?.state.visit(location.hash);
    if (same && this.place.what === "stored") this.stored?.state.visit(location.hash);
    if (!same || this.view.childElementCount === 0) this.show();
  }

  /** Takes what came of the run that goes on. */
  private take(): void {
    const { run } = this.session;
    if (!run) return;
    const { id } = run.summary.run;
    if (this.live?.state.run.summary.run.id !== id) {
      this.live?.state.close();
      const state = new State(run, this.place.what === "live" ? location.hash : "", true);
      state.going = this.session.goes();
      this.live = { state, elements: page(state) };
      keepAddress(state, () => this.place.what === "live");
      if (this.place.what === "live") this.show();
    } else {
      this.live.state.going = this.session.goes();
      this.live.state.setRun(run);
    }
    this.title();
  }

  /** Shows the place that was chosen. */
  private show(): void {
    const { server } = this.session;
    // Without a run and a test there is nothing but what is stored.
    const none = server?.mode === "stored" && server.run === null && !server.can_start;
    this.toLive.hidden = none;
    const what = none && this.place.what === "live" ? "runs" : this.place.what;
    this.toLive.ariaCurrent = what === "live" ? "page" : null;
    this.toRuns.ariaCurrent = what === "live" ? null : "page";
    this.now.hidden = what !== "live";
    if (what !== "stored") this.forget();
    if (what === "live") {
      if (this.live && this.view.firstChild !== this.live.elements[0]) this.view.replaceChildren(...this.live.elements);
      if (!this.live) this.view.replaceChildren();
    } else if (what === "runs") {
      if (this.view.firstChild === this.list.element) return;
      this.view.replaceChildren(this.list.element);
      this.list.refresh();
    } else if (this.place.what === "stored" && this.stored?.id !== this.place.id) this.open(this.place.id);
    this.title();
  }

  private forget(): void {
    this.stored?.state.close();
    this.stored = null;
    this.message.say("");
  }

  private async open(id: string): Promise<void> {
    this.forget();
    this.view.replaceChildren();
    this.message.say(`Reading ${id} …`);
    let run: Run;
    try {
      run = await storedRun(id);
    } catch (error) {
      return this.message.refuse(error);
    }
    // Somebody may have gone elsewhere meanwhile.
    if (this.place.what !== "stored" || this.place.id !== id) return;
    const state = new State(run, location.hash);
    this.stored = { state, id };
    const file = h("a", { href: reportOf(id), download: `${id}.html` }, "Report as a file");
    this.message.element.replaceChildren();
    this.view.replaceChildren(h("p", { class: "note" }, file), ...page(state));
    keepAddress(state, () => this.stored?.state === state);
    this.title();
  }

  private title(): void {
    const { run } = (this.place.what === "stored" ? this.stored?.state : this.live?.state)?.run.summary ?? {};
    const word = this.place.what === "live" ? status(this.session)[0] : "";
    const parts = this.place.what === "runs" ? ["Stored runs"] : [run?.name ?? "", word];
    document.title = [...parts.filter((part) => part !== ""), "Squall"].join(" – ");
  }
}
