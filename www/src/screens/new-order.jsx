/** A new order. What is right and what it costs, the package says with every keystroke. */
import { useRef, useState } from 'preact/hooks';

import { failure, sayStored } from '../actions.js';
import { useBook } from '../book.js';
import { Button, Heading } from '../components/bits.jsx';
import { Field } from '../components/field.jsx';
import { Icon } from '../components/icons.jsx';
import { money } from '../lib/money.js';
import { go, link } from '../router.js';

/** @typedef {import('daybook/orders').OrderDraft} OrderDraft */
/** @typedef {OrderDraft['items'][number] & { key: number }} Line */
/** @typedef {'productId' | 'quantity' | 'unitPrice'} LineField */

let lastKey = 0;

/** @returns {Line} */
function newLine() {
  lastKey += 1;
  return { key: lastKey, productId: '', quantity: '1', unitPrice: '' };
}

/** @param {string} field such as `items.0.unitPrice` */
const idOf = (field) => `order-${field.replaceAll('.', '-')}`;

export function NewOrder() {
  const api = useBook();
  const currencies = api.currencies();
  const [customerId, setCustomer] = useState('');
  const [currency, setCurrency] = useState(
    currencies.find(({ code }) => code === 'EUR')?.code ?? currencies[0]?.code ?? '',
  );
  const [lines, setLines] = useState(() => [newLine()]);
  const [left, setLeft] = useState(/** @type {Set<string>} */ (new Set()));
  const [submitted, setSubmitted] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState(/** @type {ReturnType<typeof failure> | null} */ (null));
  const commandId = useRef(crypto.randomUUID());

  const draft = { customerId, currency, items: lines.map(({ key, ...item }) => item) };
  const { total, lineTotals, problems } = api.checkDraft(draft);

  /** What was touched is keyed by line, so that it stays with it when another is removed. @param {string} field */
  const touchKey = (field) =>
    field.replace(/^items\.(\d+)/, (_, index) => `line-${lines[Number(index)]?.key}`);
  /** @param {string} field */
  const leave = (field) => setLeft(new Set(left).add(touchKey(field)));
  /** @param {string} field */
  const errorAt = (field) =>
    submitted || left.has(touchKey(field))
      ? (problems.find((problem) => problem.field === field)?.message ?? null)
      : null;
  /** @param {number} index @param {Partial<Line>} change */
  const change = (index, change) =>
    setLines(lines.map((line, at) => (at === index ? { ...line, ...change } : line)));

  const add = () => {
    const line = newLine();
    setLines([...lines, line]);
    focusSoon(idOf(`items.${lines.length}.productId`));
  };
  /** @param {number} index */
  const remove = (index) => {
    setLines(lines.filter((_, at) => at !== index));
    focusSoon(lines.length > 1 ? idOf(`items.${Math.max(0, index - 1)}.productId`) : 'add-line');
  };

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    setSubmitted(true);
    setRefused(null);
    if (problems.length > 0) return focusSoon(idOf(problems[0].field));
    setBusy(true);
    try {
      // One id for every try of this page: trying again stores it once.
      const result = await api.placeOrder(draft, { commandId: commandId.current });
      sayStored('Order placed', result);
      go(link('orders', result.orderId));
    } catch (error) {
      const explained = failure(error);
      setRefused(explained);
      setBusy(false);
      focusSoon(explained.field ? idOf(explained.field) : 'order-refused');
    }
  }

  return (
    <form class="order-form" onSubmit={submit} noValidate>
      <Heading title="New order" />
      {refused && (
        <div class="notice notice-alert" role="alert" id="order-refused" tabIndex={-1}>
          <strong>{refused.title}</strong>
          <p>{refused.text}</p>
        </div>
      )}
      <div class="form-row">
        <Field
          id={idOf('customerId')}
          label="Customer"
          value={customerId}
          onInput={setCustomer}
          onBlur={() => leave('customerId')}
          error={errorAt('customerId')}
          dir="auto"
          required
        />
        <Field
          id={idOf('currency')}
          as="select"
          label="Currency"
          value={currency}
          onInput={setCurrency}
          error={errorAt('currency')}
        >
          {currencies.map(({ code }) => (
            <option key={code} value={code}>
              {code}
            </option>
          ))}
        </Field>
      </div>
      <fieldset class="lines">
        <legend>Items</legend>
        {lines.map((line, index) => (
          <LineFields
            key={line.key}
            index={index}
            line={line}
            total={lineTotals[index] ?? null}
            currency={currency}
            errorAt={(field) => errorAt(`items.${index}.${field}`)}
            onLeave={(field) => leave(`items.${index}.${field}`)}
            onChange={(values) => change(index, values)}
            onRemove={() => remove(index)}
          />
        ))}
        {submitted && errorAt('items') && (
          <p class="error" id={idOf('items')} tabIndex={-1}>
            {errorAt('items')}
          </p>
        )}
        <Button class="button small" id="add-line" onClick={add} onMouseDown={keepFocus}>
          <Icon name="plus" size={16} />
          Add item
        </Button>
      </fieldset>
      <div class="grand-total">
        <span>Total</span>
        <output class="figure double-rule" aria-live="polite" aria-label="Total">
          {money(total, currency)}
        </output>
      </div>
      <div class="actions end">
        <a class="button" href={link('orders')}>
          Back to orders
        </a>
        <Button type="submit" class="button primary" disabled={busy} onMouseDown={keepFocus}>
          Place order
        </Button>
      </div>
    </form>
  );
}

/**
 * @param {{
 *   index: number,
 *   line: Line,
 *   total: string | null,
 *   currency: string,
 *   errorAt: (field: LineField) => string | null,
 *   onLeave: (field: LineField) => void,
 *   onChange: (values: Partial<Line>) => void,
 *   onRemove: () => void,
 * }} props
 */
function LineFields({ index, line, total, currency, errorAt, onLeave, onChange, onRemove }) {
  /** @param {LineField} field */
  const bind = (field) => ({
    id: idOf(`items.${index}.${field}`),
    value: String(line[field]),
    error: errorAt(field),
    onInput: (/** @type {string} */ value) => onChange({ [field]: value }),
    onBlur: () => onLeave(field),
    required: true,
  });
  return (
    <div class="line" role="group" aria-label={`Item ${index + 1}`}>
      <Field {...bind('productId')} label="Product" dir="auto" />
      <Field {...bind('quantity')} label="Quantity" inputMode="numeric" class="number" />
      <Field {...bind('unitPrice')} label="Unit price" inputMode="decimal" class="number" />
      <p class="line-total">
        <span>Line total</span>
        <span class="figure">{total === null ? '–' : money(total, currency)}</span>
      </p>
      <Button class="icon-button" aria-label={`Remove item ${index + 1}`} onClick={onRemove}>
        <Icon name="trash" />
      </Button>
    </div>
  );
}

/**
 * Leaving a field may show its message and move the button away from under the pointer, before the
 * click has happened: so pressing the button leaves the field alone.
 * @param {Event} event
 */
const keepFocus = (event) => event.preventDefault();

/** Once what is to get the focus has been drawn. @param {string} id */
const focusSoon = (id) => requestAnimationFrame(() => document.getElementById(id)?.focus());
