/**
 * What the page knows as a whole. Whatever changes of it, the page is drawn anew: what is drawn is compared
 * with what is there, so nobody need know who looks at what.
 */

let redraw = () => {};

/** Has `draw` called whenever a signal changes; it may put drawing off. @param {() => void} draw */
export function drawWith(draw) {
  redraw = draw;
}

/** A value that the page is drawn from. @template T */
export class Signal {
  #value;

  /** @param {T} value */
  constructor(value) {
    this.#value = value;
  }

  get value() {
    return this.#value;
  }

  set value(value) {
    if (value === this.#value) return;
    this.#value = value;
    redraw();
  }
}

/** @template T @param {T} value */
export const signal = (value) => new Signal(value);
