/**
 * Routes live in the hash: they work from any folder of any static server, and offline.
 * `#/orders/42?version=1` → path `/orders/42`, query `version=1`.
 */
import { signal } from './lib/signal.js';

/** Where the page is, without the query. */
export const path = signal('');

/** The query of the address. */
export const query = signal(new URLSearchParams());

/** Goes by an address. @param {string} address */
function follow(address) {
  const [before, after] = address.split('?');
  path.value = before;
  query.value = new URLSearchParams(after);
}

const read = () => follow(location.hash.replace(/^#/, '') || '/orders');

read();

/** How far each path had been scrolled when it was left. @type {Map<string, number>} */
const scrolled = new Map();
let returning = false;

// A page that was left carries a mark; a followed link makes an entry without one.
addEventListener('popstate', (event) => (returning = Boolean(event.state?.visited)));
addEventListener('hashchange', read);
history.scrollRestoration = 'manual';

/** Remembers how far the page shown is scrolled, for when it is returned to. */
addEventListener('scroll', () => scrolled.set(path.value, scrollY), { passive: true });

/**
 * Where to scroll on entering a path: back to where it was, if it was returned to.
 * @param {string} entered
 */
export function scrollOnEntering(entered) {
  const to = returning ? (scrolled.get(entered) ?? 0) : 0;
  returning = false;
  history.replaceState({ visited: true }, '');
  return to;
}

/** @param {string[]} parts */
export const link = (...parts) => `#/${parts.map(encodeURIComponent).join('/')}`;

/** @param {string} href as from `link` */
export function go(href) {
  location.hash = href;
}

/**
 * Changes the query in place: no new entry in the history, no change of focus.
 * @param {Record<string, string | null | undefined>} changes empty values are left out
 */
export function setQuery(changes) {
  const next = new URLSearchParams(query.value);
  for (const [name, value] of Object.entries(changes)) {
    if (value) next.set(name, value);
    else next.delete(name);
  }
  const text = next.toString();
  const address = path.value + (text && `?${text}`);
  follow(address);
  history.replaceState(history.state, '', `#${address}`);
}

/**
 * The parts of a path, decoded.
 * @param {string} text
 */
export function partsOf(text) {
  return text
    .split('/')
    .filter(Boolean)
    .map((part) => {
      try {
        return decodeURIComponent(part);
      } catch {
        return part;
      }
    });
}
