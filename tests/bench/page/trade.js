/**
 * The events every contender is given: a seeded year of trade in the order domain. The same seed
 * and size give the same events, ids included, in every browser and in Node.
 */

/**
 * An event to be appended.
 * @typedef {object} NewEvent
 * @property {string} id
 * @property {string} type
 * @property {number} schemaVersion
 * @property {string} occurredAt
 * @property {string[]} tags
 * @property {string} correlationId
 * @property {Record<string, import('daybook').Json>} data
 */

/**
 * Events for one stream, and the version it must be at.
 * @typedef {object} Append
 * @property {string} streamId
 * @property {number} expectedVersion -1: the stream must not exist.
 * @property {NewEvent[]} events
 */

/** @typedef {() => number} Random From 0 up to, without, 1. */

const FIRST_DAY = Date.UTC(2025, 0, 1);
const YEAR = 365 * 24 * 3_600_000;
const HOUR = 3_600_000;

const goods = [
  'espresso-cups-set-of-six',
  'brass-wall-lamp-dimmable',
  'washed-linen-shirt-loose',
  'solid-oak-stool-three-legs',
  'field-notebook-dotted-a5',
  'enamel-tea-kettle-two-litres',
];
const finishes = ['white', 'graphite', 'natural', 'moss-green', 'midnight-blue', 'terracotta'];
const currencies = ['EUR', 'EUR', 'EUR', 'USD', 'USD', 'GBP'];
const cancelReasons = [
  'The customer ordered the same goods twice and asked for this order to be cancelled',
  'No payment arrived within fourteen days, and two reminders went without an answer',
];
const refundReasons = [
  'The parcel came back undelivered: the address does not exist as it was given',
  'One of the items arrived damaged, and the customer did not want another in its place',
];

/** Marsaglia's xorshift over 32 bits, seeded through a multiplicative hash. @param {number} seed @returns {Random} */
export function randomFrom(seed) {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** @param {Random} random @param {number} end */
const below = (random, end) => Math.floor(random() * end);

/** @template T @param {Random} random @param {readonly T[]} list @returns {T} */
const oneOf = (random, list) => /** @type {T} */ (list[below(random, list.length)]);

/** A UUID of version 4. @param {Random} random */
export function uuid(random) {
  const part = () =>
    below(random, 2 ** 16)
      .toString(16)
      .padStart(4, '0');
  const variant = (0x8000 | below(random, 0x4000)).toString(16);
  const version = (0x4000 | below(random, 0x1000)).toString(16);
  return `${part()}${part()}-${part()}-${version}-${variant}-${part()}${part()}${part()}`;
}

/** A decimal text. @param {number} cents */
const money = (cents) => `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;

/** The stream of an order. @param {string} orderId */
export const streamOf = (orderId) => `order-${orderId}`;

/** One order's life, event by event. */
class Order {
  /** @param {Random} random @param {number} placedAt Milliseconds since 1970. */
  constructor(random, placedAt) {
    this.random = random;
    this.orderId = uuid(random);
    this.customerId = `customer-${String(below(random, 5_000)).padStart(6, '0')}`;
    this.correlationId = uuid(random);
    this.paymentReference = `pay_${uuid(random)}`;
    this.at = placedAt;
    this.total = '';
  }

  /** @param {string} type @param {number} schemaVersion @param {NewEvent['data']} data @returns {NewEvent} */
  event(type, schemaVersion, data) {
    return {
      id: uuid(this.random),
      type,
      schemaVersion,
      occurredAt: new Date(this.at).toISOString(),
      tags: [`customer:${this.customerId}`],
      correlationId: this.correlationId,
      data: { order_id: this.orderId, ...data },
    };
  }

  /** @param {number} hours At most. */
  later(hours) {
    this.at += 1_000 + Math.floor(this.random() * hours * HOUR);
    return this;
  }

  placed() {
    let cents = 0;
    const items = Array.from({ length: 1 + below(this.random, 4) }, () => {
      const [quantity, price] = [1 + below(this.random, 4), 199 + below(this.random, 19_800)];
      cents += quantity * price;
      const productId = `${oneOf(this.random, goods)}-${oneOf(this.random, finishes)}-${1_000 + below(this.random, 9_000)}`;
      return { productId, quantity, unitPrice: money(price) };
    });
    this.total = money(cents);
    const currency = oneOf(this.random, currencies);
    return this.event('OrderPlaced', 3, {
      customer_id: this.customerId,
      items,
      total_amount: this.total,
      currency,
    });
  }

  paid() {
    return this.event('PaymentConfirmed', 1, {
      payment_reference: this.paymentReference,
      amount: this.total,
    });
  }

  refunded() {
    return this.event('PaymentRefunded', 1, {
      payment_reference: this.paymentReference,
      amount: this.total,
      reason: oneOf(this.random, refundReasons),
    });
  }

  cancelled() {
    return this.event('OrderCancelled', 1, { reason: oneOf(this.random, cancelReasons) });
  }

  /** Most are paid, some never are, some go back. */
  life() {
    const events = [this.placed()];
    const fate = this.random();
    if (fate < 0.84) events.push(this.later(48).paid());
    else if (fate < 0.93) events.push(this.later(400).cancelled());
    if (fate < 0.12) events.push(this.later(300).refunded());
    if (fate < 0.06) events.push(this.later(24).cancelled());
    return events;
  }
}

/**
 * The same, as it would come from a server or a form. Texts that were put together are kept in pieces by
 * engines until somebody reads them: that is a cost of making them, and nobody is to be timed for it.
 *
 * @template T @param {T} value @returns {T}
 */
const settled = (value) => JSON.parse(JSON.stringify(value));

/**
 * Orders with all their events, each a stream.
 * @param {{ orders: number, seed?: number }} plan
 * @returns {{ streamId: string, orderId: string, events: NewEvent[] }[]} In the order they were placed in.
 */
export function makeOrders({ orders, seed = 1 }) {
  const random = randomFrom(seed);
  return Array.from({ length: orders }, (_, index) => {
    const order = new Order(random, FIRST_DAY + Math.floor((index * YEAR) / orders));
    return settled({ streamId: streamOf(order.orderId), orderId: order.orderId, events: order.life() });
  });
}

/**
 * All events of some orders, in the order they happened in, as appends of one event each.
 * @param {ReturnType<typeof makeOrders>} orders @returns {Append[]}
 */
export function oneByOne(orders) {
  return orders
    .flatMap(({ streamId, events }) =>
      events.map((event, index) => ({ streamId, expectedVersion: index - 1, events: [event] })),
    )
    .sort((a, b) => compare(a.events[0]?.occurredAt ?? '', b.events[0]?.occurredAt ?? ''));
}

/** @param {string} a @param {string} b */
const compare = (a, b) => (a < b ? -1 : Number(a > b));

/**
 * The same events in calls of `size`; within a call, those of one stream stand together.
 * @param {ReturnType<typeof makeOrders>} orders @param {number} size @returns {Append[][]}
 */
export function inCalls(orders, size) {
  const single = oneByOne(orders);
  /** @type {Append[][]} */
  const calls = [];
  for (let start = 0; start < single.length; start += size) {
    /** @type {Map<string, Append>} */
    const parts = new Map();
    for (const { streamId, expectedVersion, events } of single.slice(start, start + size)) {
      const part = parts.get(streamId);
      if (part) part.events.push(...events);
      else parts.set(streamId, { streamId, expectedVersion, events: [...events] });
    }
    calls.push([...parts.values()]);
  }
  return calls;
}

/**
 * One order that is paid and refunded again and again: one long stream, which any fold accepts, as
 * applying an event never validates.
 * @param {{ events: number, size: number, seed?: number }} plan
 * @returns {{ orderId: string, streamId: string, calls: Append[] }}
 */
export function makeLongStream({ events, size, seed = 2 }) {
  const order = new Order(randomFrom(seed), FIRST_DAY);
  const streamId = streamOf(order.orderId);
  const all = Array.from({ length: events }, (_, index) => {
    if (index === 0) return order.placed();
    order.later(1);
    return index % 2 === 1 ? order.paid() : order.refunded();
  });
  const calls = [];
  for (let start = 0; start < events; start += size) {
    calls.push({ streamId, expectedVersion: start - 1, events: all.slice(start, start + size) });
  }
  return settled({ orderId: order.orderId, streamId, calls });
}
