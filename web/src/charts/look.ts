/** How one line looks. No two of the first 40 are alike without their colour. */
export interface Look {
  color: string;
  dash: number[];
}

const COLORS = 10;
const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3]];

/** Reads a colour of the theme that is shown, as `#rrggbb`; the build may have made it `#rgb`. */
export function color(name: string): string {
  const text = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  return text.length === 4 ? text.replace(/[^#]/g, "$&$&") : text;
}

/** The look of the line with this number. */
export function look(at: number): Look {
  return { color: color(`line-${at % COLORS}`), dash: DASHES[(at + Math.floor(at / COLORS)) % DASHES.length] };
}

/** A colour with some of what is behind it. */
export function faded(of: string, alpha: number): string {
  return `${of}${Math.round(alpha * 255)
    .toString(16)
    .padStart(2, "0")}`;
}
