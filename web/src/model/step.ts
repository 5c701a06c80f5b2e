/** What `+` and `−` change a level by: a tenth of it or less, as a power of ten, and at least one. */
export function stepOf(value: number): number {
  return 10 ** Math.max(0, Math.floor(Math.log10(Math.max(value, 1) / 2 + 1e-9)));
}

/** The next level up or down, on a multiple of the step; not below nothing. */
export function stepped(value: number, up: boolean): number {
  if (up) {
    const step = stepOf(value);
    return (Math.floor(value / step + 1e-9) + 1) * step;
  }
  // Down from 20 is 19, not 10.
  const step = stepOf(Math.max(0, value * (1 - 1e-9) - 1));
  return Math.max(0, (Math.ceil(value / step - 1e-9) - 1) * step);
}
