/** The small parts that every screen is made of. */
import { count, money } from '../lib/money.js';
import { exactMoment, moment } from '../lib/time.js';
import { statusWords } from '../lib/words.js';
import { link } from '../router.js';
import { Icon } from './icons.jsx';

/** @typedef {import('daybook/orders').OrderStatus} OrderStatus */

/** @type {Record<OrderStatus, import('./icons.jsx').IconName>} */
const statusIcons = { PENDING: 'ring', PAID: 'check', REFUNDED: 'undo', CANCELLED: 'close' };

/** @param {{ status: OrderStatus }} props */
export const Status = ({ status }) => (
  <span class={`pill pill-${status.toLowerCase()}`}>
    <Icon name={statusIcons[status]} size={14} />
    {statusWords[status]}
  </span>
);

/** @param {{ amount: string, currency: string }} props */
export const Money = ({ amount, currency }) => <span class="figure">{money(amount, currency)}</span>;

/**
 * A moment, short; the exact one is in its tooltip.
 * @param {{ time: string, exact?: boolean }} props
 */
export const Time = ({ time, exact = false }) => (
  <time class="figure" dateTime={time} title={time}>
    {exact ? exactMoment(time) : moment(time)}
  </time>
);

/**
 * An order's id as people tell it: of a UUID the beginning, which is enough to tell it apart.
 * @param {string} id
 */
export const shortId = (id) => (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id) ? id.slice(0, 8) : id);

/** @param {{ id: string, tab?: number }} props */
export const OrderLink = ({ id, tab }) => (
  <a class="code" href={link('orders', id)} tabIndex={tab} aria-label={`Order ${shortId(id)}`} title={id}>
    {shortId(id)}
  </a>
);

/**
 * Text that a person typed: it may run either way.
 * @param {{ text: string, class?: string }} props
 */
export const UserText = ({ text, class: name }) => (
  <bdi dir="auto" class={name} title={text}>
    {text}
  </bdi>
);

/** @param {{ id: string, tab?: number }} props */
export const CustomerLink = ({ id, tab }) => (
  <a class="user-link" href={link('customers', id)} tabIndex={tab}>
    <UserText text={id} />
  </a>
);

/** A button: one that submits no form, unless it is told to. @param {import('preact').ButtonHTMLAttributes<HTMLButtonElement>} props */
export const Button = (props) => <button type="button" class="button" {...props} />;

export const NewOrderLink = () => (
  <a class="button primary" href={link('new-order')}>
    <Icon name="plus" />
    New order
  </a>
);

/**
 * A screen's heading; navigation moves the focus here.
 * @param {{ title: import('preact').ComponentChildren, children?: import('preact').ComponentChildren, lead?: import('preact').ComponentChildren }} props
 */
export const Heading = ({ title, lead, children }) => (
  <header class="heading">
    <div>
      <h1 tabIndex={-1}>{title}</h1>
      {lead && <p class="lead">{lead}</p>}
    </div>
    {children && <div class="heading-actions">{children}</div>}
  </header>
);

/**
 * @param {{ title: string, children?: import('preact').ComponentChildren, actions?: import('preact').ComponentChildren }} props
 */
export const Empty = ({ title, children, actions }) => (
  <div class="empty">
    <svg class="empty-page" viewBox="0 0 120 84" width="120" height="84" aria-hidden="true">
      <path class="sheet" d="M8 6h104v72H8z" />
      <path class="rule" d="M8 24h104M8 38h104M8 52h104M8 66h104" />
      <path class="margin" d="M30 6v72M33 6v72" />
    </svg>
    <h2>{title}</h2>
    {children && <p>{children}</p>}
    {actions && <div class="actions">{actions}</div>}
  </div>
);

/**
 * @param {{ label: string } & import('../lib/stoppable.js').Stoppable} props
 */
export const ProgressBar = ({ label, done, total, stop }) => (
  <div class="progress">
    <div>
      <span>{label}</span>
      <span class="figure">
        {count(done)} of {count(total)}
      </span>
    </div>
    <progress aria-label={label} value={done} max={Math.max(total, 1)} />
    <Button class="button small" onClick={stop}>
      Stop
    </Button>
  </div>
);

/** @param {{ value: unknown }} props */
export const Json = ({ value }) => (
  // Long lines scroll, so the keyboard must be able to get here.
  <pre class="json" tabIndex={0} role="group" aria-label="Data as JSON" dir="ltr">
    {JSON.stringify(value, null, 2)}
  </pre>
);
