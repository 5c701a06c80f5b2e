import { describe, expect, it } from "vitest";
import type { Kind } from "../src/model/run";
import { treeOf } from "../src/model/tree";

const row = (kind: Kind, name: string, transactions?: string[]) => ({
  kind,
  name,
  ...(transactions && { transactions }),
});
const told = (rows: ReturnType<typeof row>[]) => treeOf(rows).map(({ row, depth }) => `${depth} ${row.name}`);

describe("the tree of a scenario", () => {
  it("puts what is in one transaction alone below it", () => {
    const rows = [
      row("operation", "home"),
      row("operation", "pay", ["checkout"]),
      row("operation", "log", ["", "checkout"]),
      row("transaction", "checkout"),
      row("transaction", "card", ["checkout"]),
      row("operation", "bank", ["card"]),
      row("iteration", "iteration"),
    ];
    expect(told(rows)).toEqual(["0 iteration", "0 checkout", "1 card", "2 bank", "1 pay", "0 home", "0 log"]);
    expect(treeOf(rows).find(({ row }) => row.name === "log")?.places).toEqual(["", "checkout"]);
  });

  it("shows every row once, also where transactions are in each other or one is not there", () => {
    const rows = [
      row("transaction", "a", ["b"]),
      row("transaction", "b", ["a"]),
      row("operation", "x", ["gone"]),
      row("transaction", "self", ["self"]),
    ];
    expect(told(rows).sort()).toEqual(["0 a", "0 self", "0 x", "1 b"]);
  });
});
