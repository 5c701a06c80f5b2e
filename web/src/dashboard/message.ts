import { h } from "../dom";
import { Refused } from "./api";

/** A place beside a control that says what came of it; screen readers read it out. */
export class Message {
  readonly element = h("p", { class: "message", role: "status" });

  say(text: string): void {
    this.element.className = "message";
    this.element.replaceChildren(text);
  }

  /** Says why something was not done, and what to do. */
  refuse(error: unknown): void {
    const { message, hint } = error instanceof Refused ? error : { message: String(error), hint: null };
    this.element.className = "message refused";
    this.element.replaceChildren(`✗ ${message}`, hint ? h("span", { class: "hint" }, `hint: ${hint}`) : "");
  }

  /** Does something, and says what came of it. */
  async tell(work: () => Promise<string>): Promise<void> {
    try {
      this.say(await work());
    } catch (error) {
      this.refuse(error);
    }
  }
}
