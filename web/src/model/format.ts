// Numbers as people read them. `–` stands for a number that is not there.

export type Format = (value: number | null | undefined) => string;

const NONE = "–";
/** Formats of so many decimals: to make one takes a hundred times as long as to use it. */
const FORMATS = Array.from({ length: 7 }, (_, digits) => {
  return new Intl.NumberFormat("en-US", { maximumFractionDigits: digits, minimumFractionDigits: digits });
});
const known = (value: number | null | undefined): value is number => value != null && Number.isFinite(value);

/** Three significant digits, thousands apart, no exponent. */
export const number: Format = (value) => {
  if (!known(value)) return NONE;
  const size = Math.abs(value);
  const decimals = size === 0 || size >= 100 ? 0 : Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(size))));
  const exact = Number.isInteger(value) ? 0 : decimals;
  return FORMATS[exact].format(value);
};

/** A whole number, exact. */
export const count: Format = (value) => (known(value) ? FORMATS[0].format(Math.round(value)) : NONE);

/** A time, given in milliseconds. */
export const ms: Format = (value) => {
  if (!known(value)) return NONE;
  if (value === 0) return "0 ms";
  const size = Math.abs(value);
  if (size < 0.9995) return `${number(value * 1000)} µs`;
  if (size < 999.5) return `${number(value)} ms`;
  if (size < 120_000) return `${number(value / 1000)} s`;
  return clock(value / 1000);
};

export const rate: Format = (value) => (known(value) ? `${number(value)}/s` : NONE);

export const percent: Format = (value) => (known(value) ? `${number(value)} %` : NONE);

/** A share, given from 0 to 1. A share that is not nothing is not shown as nothing. */
export const share: Format = (value) => {
  if (!known(value)) return NONE;
  if (value > 0 && value < 0.00001) return "< 0.001 %";
  return `${Number((value * 100).toPrecision(3))} %`;
};

export const bytes: Format = (value) => {
  if (!known(value)) return NONE;
  const units = ["B", "kB", "MB", "GB", "TB"];
  const step = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3));
  return `${number(value / 1000 ** step)} ${units[step]}`;
};

/** A moment of the run: `1:02:03`, or `2:03.5` where that is exact. */
export function clock(seconds: number): string {
  const tenths = Math.round(seconds * 10);
  const whole = Math.floor(tenths / 10);
  const two = (part: number) => String(part).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = two(whole % 60) + (tenths % 10 === 0 ? "" : `.${tenths % 10}`);
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

/** How long something took, given in seconds. */
export const elapsed: Format = (value) => {
  if (!known(value)) return NONE;
  return value < 120 ? ms(value * 1000) : `${clock(Math.round(value))} ${value < 3600 ? "min" : "h"}`;
};
