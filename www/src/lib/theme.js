/**
 * Light, dark, or as the system has it. `index.html` applies it before the first paint, so that a
 * chosen theme does not flash; where storage is closed to the page, the system's.
 */
import { signal } from './signal.js';

/** @typedef {'auto' | 'light' | 'dark'} Theme */

const KEY = 'daybook-theme';
/** @type {Theme[]} */
const order = ['auto', 'light', 'dark'];

/** @type {import('./signal.js').Signal<Theme>} */
export const theme = signal(/** @type {Theme} */ (document.documentElement.dataset.theme ?? 'auto'));

/** Goes on to the next theme, and remembers it. */
export function nextTheme() {
  theme.value = order[(order.indexOf(theme.value) + 1) % order.length];
  if (theme.value === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme.value;
  try {
    localStorage.setItem(KEY, theme.value);
  } catch {
    // Not remembered, then.
  }
}
