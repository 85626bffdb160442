/** What was stored, and what was not: said in a corner, and aloud. */

import { useEffect, useRef } from 'preact/hooks';
import { dismiss, toasts } from '../actions.js';
import { Button } from './bits.jsx';
import { Icon } from './icons.jsx';

/** Long enough to read two sentences. */
const LIFE_MS = 9000;

/** @param {{ toast: import('../actions.js').Toast }} props */
function Toast({ toast }) {
  const held = useRef(false);
  useEffect(() => {
    if (toast.kind === 'alert') return undefined;
    // A message that is being looked at stays.
    const timer = setInterval(() => held.current || dismiss(toast.id), LIFE_MS);
    return () => clearInterval(timer);
  }, [toast]);
  const hold = () => (held.current = true);
  const release = () => (held.current = false);
  return (
    <div
      class={`toast toast-${toast.kind}`}
      onPointerEnter={hold}
      onPointerLeave={release}
      onFocusIn={hold}
      onFocusOut={release}
    >
      <Icon name={toast.kind === 'alert' ? 'warning' : 'check'} />
      <div>
        <strong>{toast.title}</strong>
        {toast.text && <p>{toast.text}</p>}
      </div>
      <Button class="icon-button" aria-label="Dismiss message" onClick={() => dismiss(toast.id)}>
        <Icon name="close" size={16} />
      </Button>
    </div>
  );
}

/** Both regions are there from the start, so that readers watch them. */
export const Toasts = () => (
  <div class="toasts">
    {
      /** @type {const} */ (['status', 'alert']).map((kind) => (
        <div key={kind} role={kind} aria-atomic="false">
          {toasts.value
            .filter((toast) => toast.kind === kind)
            .map((toast) => (
              <Toast key={toast.id} toast={toast} />
            ))}
        </div>
      ))
    }
  </div>
);
