import { h } from "../dom";

/** A key, what it does, and that. */
export type Keys = [key: string, what: string, does: () => void][];

/** Listens to keys that are pressed outside of fields, and shows them all with `?`. */
export function shortcuts(keys: Keys): { dialog: HTMLDialogElement; open: () => void } {
  const close = h("button", { type: "button", class: "quiet" }, "Close");
  const rows = [...keys, ["?", "this list", () => {}] as Keys[0]].flatMap(([key, what]) => [
    h("dt", {}, h("kbd", {}, key)),
    h("dd", {}, what),
  ]);
  const dialog = h(
    "dialog",
    { "aria-labelledby": "keys-title" },
    h("h2", { id: "keys-title" }, "Keys"),
    h("dl", { class: "keys" }, ...rows),
    h("p", { class: "note" }, "In a chart + and − zoom, ← and → read values; see the foot of the page."),
    h("p", { class: "actions" }, close),
  );
  close.addEventListener("click", () => dialog.close());
  const open = () => dialog.open || dialog.showModal();
  const all = new Map(keys.map(([key, , does]) => [key, does]));
  all.set("?", open);
  document.addEventListener("keydown", (event) => {
    const { target, key } = event;
    const elsewhere = event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented;
    const field = target instanceof Element && target.closest("input, select, textarea, dialog[open]");
    const does = elsewhere || field ? undefined : all.get(key === "=" ? "+" : key);
    if (!does) return;
    event.preventDefault();
    does();
  });
  return { dialog, open };
}
