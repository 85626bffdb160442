/** What to say when something did not work. */
import { count } from './money.js';
import { doneWords } from './words.js';

/** @typedef {import('daybook/orders').OrderStatus} OrderStatus */

/**
 * @typedef {object} Explained
 * @property {string} title what happened
 * @property {string} text what it means, and what can be done about it
 * @property {string | null} field which field of the form it is about
 * @property {string} code
 */

const STORED = '{stored}';
const NOTHING = 'Nothing was stored.';

/**
 * `STORED` stands where a word is due on what was stored.
 * @type {Record<string, [title: string, text: string]>}
 */
const words = {
  condition_failed: [
    'Something happened meanwhile',
    `An event was stored that this action had to come before. ${STORED} Look again, then retry.`,
  ],
  not_found: ['Not found', 'The book has nothing under this name. It may have been deleted in another tab.'],
  quota_exceeded: [
    'The disk is full',
    `The browser gave the book no more room. ${STORED} Free some space on this device, then try again.`,
  ],
  blocked: [
    'Another tab is in the way',
    'A tab with an older version of the order book keeps the store open. Close the other tabs, then try again.',
  ],
  connection_lost: [
    'The browser closed the store',
    'The connection to the store was lost and could not be reopened. Reload the page; what was stored is safe.',
  ],
  storage_corrupt: [
    'The store is damaged',
    'Some of what was stored does not read as it was written. Reload; if this stays, the damaged store has to be deleted.',
  ],
  data_lost: [
    'The browser cleared the store',
    'The browser removed the book’s data, for example to free space. What was in it is gone from this device; you can begin anew.',
  ],
  unsupported_format: [
    'Written by a newer version',
    'This store was written by a newer version of the order book. Reload to get that version; nothing has been changed.',
  ],
  aborted: ['Stopped', 'You stopped this. Nothing half-done was left behind.'],
  closed: ['The book is closed', 'This page has closed the store. Reload to open it again.'],
};

/**
 * @typedef {object} Circumstances
 * @property {OrderStatus} [seen] the status the page showed when the action was begun
 * @property {string} [stored] a sentence on what an action of many steps had stored by then; left
 *   out, the action was one step, which an error known by its code has undone
 */

/**
 * An error as a person should read it.
 * @param {unknown} error
 * @param {Circumstances} [circumstances]
 * @returns {Explained}
 */
export function explain(error, { seen, stored } = {}) {
  const { code, message, field, ...rest } = /** @type {any} */ (error ?? {});
  const known = { code: String(code ?? 'unexpected'), field: null };
  switch (code) {
    case 'rule_broken':
      return { ...known, title: 'The rules do not allow this', text: ruleBroken(message, rest.status, seen) };
    case 'invalid_input':
      return {
        ...known,
        title: 'Please check what you entered',
        text: sentence(rest.reason ?? message),
        field: field ?? null,
      };
    case 'conflict':
      return { ...known, title: 'Another tab was faster', text: conflict(rest) };
    default: {
      // Of an error without words nothing is known: neither that something was stored nor that not.
      const [title, text] = words[code] ?? ['Something went wrong', sentence(message ?? String(error))];
      if (text.includes(STORED)) return { ...known, title, text: text.replace(STORED, stored ?? NOTHING) };
      return { ...known, title, text: stored ? `${text} ${stored}` : text };
    }
  }
}

/**
 * @param {string} message
 * @param {OrderStatus} [status]
 * @param {OrderStatus} [seen]
 */
function ruleBroken(message, status, seen) {
  const meanwhile =
    status && seen && status !== seen && status in doneWords
      ? `Another tab has ${doneWords[status]} this order meanwhile. `
      : '';
  return `${meanwhile}${sentence(message)} ${NOTHING}`;
}

/** @param {{ expected?: unknown, actual?: unknown }} error */
function conflict({ expected, actual }) {
  const versions =
    typeof actual === 'number' ? ` (version ${count(actual)}; this page had read ${String(expected)})` : '';
  return `This order was being changed in another tab at the same moment, again and again${versions}. ${NOTHING} Look at it as it is now, then try again.`;
}

/** @param {string} text */
function sentence(text) {
  const trimmed = text.trim();
  const capital = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?…]$/.test(capital) ? capital : `${capital}.`;
}

/**
 * A trap inside WebAssembly: the module's memory may be half-changed, so the page must not go on.
 * @param {unknown} error
 */
export const isTrap = (error) => error instanceof WebAssembly.RuntimeError;
