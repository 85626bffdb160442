/** The dialogs: one at a time, opened by name from anywhere. */

import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { failure, say, sayStored } from '../actions.js';
import { book, useBook } from '../book.js';
import { money } from '../lib/money.js';
import { signal } from '../lib/signal.js';
import { statusWords } from '../lib/words.js';
import { Button, Status, shortId, UserText } from './bits.jsx';
import { Field } from './field.jsx';
import { Icon } from './icons.jsx';

/** @typedef {import('daybook/orders').OrderCommand} OrderCommand */
/** @typedef {import('daybook/orders').OrderRow} OrderRow */
/** @typedef {{ command: OrderCommand, order: Pick<OrderRow, 'orderId' | 'customerId' | 'status' | 'totalAmount' | 'currency'> }} CommandDialog */

const shown = signal(/** @type {CommandDialog | 'delete' | null} */ (null));

/**
 * Asks for what a command needs, and carries it out.
 * @param {OrderCommand} command
 * @param {CommandDialog['order']} order as the page shows it
 */
export const askFor = (command, order) => (shown.value = { command, order });

/** Asks whether everything is to be deleted. */
export const askToDelete = () => (shown.value = 'delete');

/** @param {{ title: string, children: import('preact').ComponentChildren }} props */
function Dialog({ title, children }) {
  const element = useRef(/** @type {HTMLDialogElement | null} */ (null));
  // Before the next key: someone who types ahead types into the dialog.
  useLayoutEffect(() => {
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    const row = /** @type {HTMLElement | null | undefined} */ (before?.closest('[role=row]'));
    element.current?.showModal();
    return () => {
      before?.focus();
      // The button that opened it may go with the next look at the book: what it did is done.
      requestAnimationFrame(() =>
        requestAnimationFrame(() => {
          if (document.activeElement !== document.body) return;
          (row?.isConnected ? row : document.querySelector('h1'))?.focus();
        }),
      );
    };
  }, []);
  return (
    <dialog ref={element} aria-labelledby="dialog-title" onClose={() => (shown.value = null)}>
      <div class="dialog-head">
        <h2 id="dialog-title">{title}</h2>
        <Button class="icon-button" aria-label="Close" onClick={() => element.current?.close()}>
          <Icon name="close" />
        </Button>
      </div>
      {children}
    </dialog>
  );
}

/** @type {Record<OrderCommand, { title: string, field: 'paymentReference' | 'reason', label: string, hint: string, submit: string, done: string }>} */
const forms = {
  confirmPayment: {
    title: 'Take payment',
    field: 'paymentReference',
    label: 'Payment reference',
    hint: 'What the bank or the card terminal calls this payment.',
    submit: 'Confirm payment',
    done: 'Payment confirmed',
  },
  refundPayment: {
    title: 'Refund payment',
    field: 'reason',
    label: 'Reason for the refund',
    hint: 'It stands in the order’s history for good.',
    submit: 'Refund',
    done: 'Payment refunded',
  },
  cancelOrder: {
    title: 'Cancel order',
    field: 'reason',
    label: 'Reason for cancelling',
    hint: 'It stands in the order’s history for good.',
    submit: 'Cancel this order',
    done: 'Order cancelled',
  },
};

/** @param {CommandDialog} props */
function CommandForm({ command, order }) {
  const form = forms[command];
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(/** @type {ReturnType<typeof failure> | null} */ (null));
  const now = useBook().order(order.orderId);
  const input = () => document.getElementById('command-text');

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    const { orderId, totalAmount } = order;
    setBusy(true);
    try {
      const open = /** @type {import('../book.js').OrderBook} */ (book.value);
      const result =
        command === 'confirmPayment'
          ? await open.confirmPayment({ orderId, paymentReference: text, amount: totalAmount })
          : await open[command]({ orderId, reason: text });
      shown.value = null;
      sayStored(form.done, result);
    } catch (error) {
      setProblem(failure(error, { seen: order.status }));
      setBusy(false);
      input()?.focus();
    }
  }

  const fieldError = problem?.field === form.field ? problem.text : null;
  return (
    <form onSubmit={submit} noValidate>
      <dl class="facts">
        <dt>Order</dt>
        <dd class="code">{shortId(order.orderId)}</dd>
        <dt>Customer</dt>
        <dd>
          <UserText text={order.customerId} />
        </dd>
        <dt>{command === 'confirmPayment' ? 'Amount to be paid' : 'Total'}</dt>
        <dd class="figure strong">{money(order.totalAmount, order.currency)}</dd>
      </dl>
      {now && now.status !== order.status && !problem && (
        <p class="notice" role="status">
          Meanwhile this order has become: {statusWords[now.status]}.
        </p>
      )}
      {problem && !fieldError && (
        <div class="notice notice-alert" role="alert">
          <strong>{problem.title}</strong>
          <p>{problem.text}</p>
          {now && (
            <p>
              Now: <Status status={now.status} />
            </p>
          )}
        </div>
      )}
      <Field
        id="command-text"
        label={form.label}
        hint={form.hint}
        value={text}
        onInput={setText}
        error={fieldError}
        dir="auto"
        autofocus
        required
      />
      <div class="actions end">
        <Button onClick={() => (shown.value = null)}>Keep as it is</Button>
        <Button
          type="submit"
          class={command === 'confirmPayment' ? 'button primary' : 'button danger'}
          disabled={busy}
        >
          {form.submit}
        </Button>
      </div>
    </form>
  );
}

function DeleteForm() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(/** @type {ReturnType<typeof failure> | null} */ (null));

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    setBusy(true);
    try {
      await book.value?.deleteEverything();
      shown.value = null;
      say('Everything deleted', 'The log and all that was derived from it are gone. The book is empty.');
    } catch (error) {
      setProblem(failure(error));
      setBusy(false);
    }
  }

  return (
    <form onSubmit={submit}>
      <p>
        Every order and its whole history will be deleted from this device, in every tab. There is no copy and
        no way back.
      </p>
      {problem && (
        <div class="notice notice-alert" role="alert">
          <strong>{problem.title}</strong>
          <p>{problem.text}</p>
        </div>
      )}
      <div class="actions end">
        <Button autofocus onClick={() => (shown.value = null)}>
          Keep everything
        </Button>
        <Button type="submit" class="button danger" disabled={busy}>
          Delete everything
        </Button>
      </div>
    </form>
  );
}

/** The dialog that is open, if one is. */
export function Dialogs() {
  const current = shown.value;
  if (!current || !book.value) return null;
  if (current === 'delete') {
    return (
      <Dialog title="Delete everything?">
        <DeleteForm />
      </Dialog>
    );
  }
  return (
    <Dialog key={current.command + current.order.orderId} title={forms[current.command].title}>
      <CommandForm {...current} />
    </Dialog>
  );
}
