import { checked } from "../model/checked";
import { merge, type Second } from "../model/merge";
import type { Run } from "../model/run";
import type { Live, ServerState } from "../model/server";
import { EVENTS } from "./api";

type News = "connection" | "server" | "live" | "run";

/** Milliseconds after which a run that goes on should have sent something. */
const SILENCE = 5000;
/** Milliseconds until a connection that the browser gave up is tried again. */
const AGAIN = 2000;

/** What the server has told: its state, and the run that it is about with all that was measured so far. */
export class Session {
  server: ServerState | null = null;
  run: Run | null = null;
  live: Live | null = null;
  connected = false;
  private heard = 0;
  private source: EventSource | null = null;
  private readonly listeners: [News[], () => void][] = [];

  on(news: News[], listener: () => void): void {
    this.listeners.push([news, listener]);
  }

  /** Listens to the server, and goes on trying where it is not there. */
  connect(): void {
    this.open();
    setInterval(() => {
      const silent = this.goes() && Date.now() - this.heard > SILENCE;
      if (silent) this.connection(false);
    }, 1000);
  }

  /** Tells whether the run still sends load. */
  goes(): boolean {
    const state = this.server?.run?.state;
    return state === "running" || state === "stopping" || state === "waiting";
  }

  private open(): void {
    this.source?.close();
    const source = new EventSource(EVENTS);
    this.source = source;
    source.onopen = () => this.connection(true);
    source.onerror = () => {
      this.connection(false);
      // The browser tries again by itself, unless the answer was an error.
      if (source.readyState === EventSource.CLOSED) setTimeout(() => this.open(), AGAIN);
    };
    const hear = <T>(name: string, take: (data: T) => void) =>
      source.addEventListener(name, (event) => {
        this.heard = Date.now();
        this.connection(true);
        take(JSON.parse((event as MessageEvent<string>).data));
      });
    hear<ServerState>("state", (state) => {
      this.server = state;
      if (!this.goes()) this.live = null;
      this.tell("server");
    });
    hear<Run>("run", (run) => {
      this.run = checked(run);
      this.tell("run");
    });
    hear<Second & { live: Live }>("second", (second) => {
      this.live = second.live;
      if (this.run) {
        this.run = merge(this.run, second);
        this.tell("run");
      }
      this.tell("live");
    });
  }

  private connection(connected: boolean): void {
    if (connected === this.connected) return;
    this.connected = connected;
    this.tell("connection");
  }

  private tell(news: News): void {
    for (const [wanted, listener] of this.listeners) if (wanted.includes(news)) listener();
  }
}
