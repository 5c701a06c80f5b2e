import type { Kind } from "./run";

/** What of a row decides where it stands. */
export interface Placed {
  name: string;
  kind: Kind;
  /** Transactions that it is a part of; an empty name is outside of any. */
  transactions?: string[];
}

/** A row, and how many transactions it stands in. */
export interface Place<T> {
  row: T;
  depth: number;
  /** Where it is, where that is not one place: it stands outside of all then, as its numbers are those of all. */
  places: string[];
}

const ORDER: Kind[] = ["iteration", "transaction", "operation"];

/** Rows of one scenario in their order: iterations, transactions with what is in them, and what is in none. */
export function treeOf<T extends Placed>(rows: T[]): Place<T>[] {
  const sorted = [...rows].sort((left, right) => ORDER.indexOf(left.kind) - ORDER.indexOf(right.kind));
  const transactions = new Set(rows.filter((row) => row.kind === "transaction").map((row) => row.name));
  const parentOf = (row: T): string | null => {
    const [only, ...more] = row.transactions ?? [];
    const inside = only !== undefined && more.length === 0 && transactions.has(only) && only !== row.name;
    return inside ? only : null;
  };
  const placed: Place<T>[] = [];
  const done = new Set<T>();
  const put = (row: T, depth: number) => {
    if (done.has(row)) return;
    done.add(row);
    const places = parentOf(row) === null ? (row.transactions ?? []) : [];
    placed.push({ row, depth, places });
    if (row.kind !== "transaction") return;
    for (const inner of sorted) if (parentOf(inner) === row.name) put(inner, depth + 1);
  };
  for (const row of sorted) if (parentOf(row) === null) put(row, 0);
  // Transactions that are in each other have no outermost one.
  for (const row of sorted) put(row, 0);
  return placed;
}
