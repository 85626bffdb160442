/** What stands around every screen: the way about, and the state of the app. */

import { nextTheme, theme } from '../lib/theme.js';
import { install, installOffer, online, update, updateWaiting } from '../pwa.js';
import { link, partsOf, path } from '../router.js';
import { Button } from './bits.jsx';
import { Icon, Mark } from './icons.jsx';

/** @type {{ to: import('./icons.jsx').IconName & string, label: string, also?: string }[]} */
const places = [
  { to: 'orders', label: 'Orders', also: 'new-order' },
  { to: 'customers', label: 'Customers' },
  { to: 'revenue', label: 'Revenue' },
  { to: 'log', label: 'Log' },
  { to: 'projections', label: 'Projections' },
  { to: 'data', label: 'Data' },
];

/** @param {{ children: import('preact').ComponentChildren }} props */
export const Shell = ({ children }) => (
  <div class="shell">
    {/* biome-ignore lint/a11y/useValidAnchor: it leads to a place on the page, but the address is the route. */}
    <a class="skip" href="#main" onClick={skip}>
      Skip to content
    </a>
    <header class="top">
      <a class="brand" href={link('orders')}>
        <Mark />
        <span>Daybook</span>
      </a>
      <ThemeButton />
      {(!online.value || installOffer.value) && (
        <div class="top-actions">
          {!online.value && (
            <span class="offline">
              <Icon name="offline" size={16} />
              Offline
            </span>
          )}
          {installOffer.value && (
            <Button class="button small" onClick={install}>
              <Icon name="install" size={16} />
              Install
            </Button>
          )}
        </div>
      )}
      {/* Said when it changes, wherever the eye is. */}
      <p class="visually-hidden" role="status">
        {online.value ? '' : 'You are offline. Everything goes on working.'}
      </p>
    </header>
    <nav aria-label="Main">
      <ul>
        {places.map(({ to, label, also }) => (
          <li key={to}>
            <a href={link(to)} aria-current={isAt(to, also)}>
              <Icon name={to} />
              <span>{label}</span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
    <main id="main" tabIndex={-1}>
      {updateWaiting.value && (
        <div class="banner" role="status">
          <Icon name="install" />
          <p>A new version of the order book is ready.</p>
          <Button class="button small" onClick={update}>
            Reload and update
          </Button>
          <Button class="button small" onClick={() => (updateWaiting.value = false)}>
            Later
          </Button>
        </div>
      )}
      {children}
    </main>
  </div>
);

/** @param {string} to @param {string} [also] */
function isAt(to, also) {
  const [name = 'orders', id] = partsOf(path.value);
  if (name !== to && name !== also) return undefined;
  return id || name === also ? 'true' : 'page';
}

/** @param {Event} event */
function skip(event) {
  // The address is the route: the focus moves, the address stays.
  event.preventDefault();
  const main = document.getElementById('main');
  main?.focus();
  main?.scrollIntoView();
}

const themeWords = /** @type {const} */ ({
  auto: ['theme', 'as the system'],
  light: ['sun', 'light'],
  dark: ['moon', 'dark'],
});

function ThemeButton() {
  const [icon, word] = themeWords[theme.value];
  return (
    <Button
      class="icon-button"
      aria-label={`Theme: ${word}. Change`}
      title={`Theme: ${word}`}
      onClick={nextTheme}
    >
      <Icon name={icon} />
    </Button>
  );
}
