/** The order book's commands: what each does, which rules they keep, and what is refused. */

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { changed, draft, openBook, pay, place, placeOneOfEach, wholeLog } from './support/books.mjs';
import { assertFails } from './support/stores.mjs';

/** @typedef {import('./support/books.mjs').Book} Book */

describe('an order goes its way', () => {
  test('placed, paid, refunded, cancelled, and shown so at each step', async () => {
    const book = await openBook();
    const placed = await book.placeOrder(draft());
    const { orderId } = placed;
    assert.deepEqual(placed, {
      orderId,
      status: 'PENDING',
      version: 0,
      position: 1,
      repeated: false,
      retries: 0,
    });
    const row = book.order(orderId);
    assert.ok(row);
    const { placedAt, ...rest } = row;
    assert.deepEqual(rest, {
      orderId,
      customerId: 'Ada',
      status: 'PENDING',
      currency: 'EUR',
      totalAmount: '44.98',
      itemCount: 2,
      paidAt: null,
      refundedAt: null,
      cancelledAt: null,
      allowed: ['confirmPayment', 'cancelOrder'],
    });
    assert.match(placedAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

    assert.equal((await pay(book, orderId)).status, 'PAID');
    assert.deepEqual(book.order(orderId)?.allowed, ['refundPayment']);
    assert.equal((await book.refundPayment({ orderId, reason: 'broken' })).status, 'REFUNDED');
    assert.deepEqual(book.order(orderId)?.allowed, ['cancelOrder']);
    const cancelled = await book.cancelOrder({ orderId, reason: 'gone' });
    assert.deepEqual([cancelled.status, cancelled.version, cancelled.position], ['CANCELLED', 3, 4]);
    assert.deepEqual(book.order(orderId)?.allowed, []);
    assert.deepEqual(
      (await book.history(orderId)).map(({ type, known, upcasted }) => [type, known, upcasted]),
      ['OrderPlaced', 'PaymentConfirmed', 'PaymentRefunded', 'OrderCancelled'].map((type) => [
        type,
        true,
        null,
      ]),
    );
  });

  test('its event holds all that a projection needs', async () => {
    const book = await openBook();
    const orderId = await place(book);
    const [event] = await book.history(orderId);
    assert.equal(event?.streamId, `order-${orderId}`);
    assert.equal(event?.schemaVersion, 3);
    assert.deepEqual(event?.data, {
      order_id: orderId,
      customer_id: 'Ada',
      items: [{ productId: 'tea', quantity: 2, unitPrice: '22.49' }],
      total_amount: '44.98',
      currency: 'EUR',
    });
  });

  test('at the moment and in the correlation that the caller names', async () => {
    const book = await openBook();
    const options = {
      commandId: 'c-1',
      correlationId: 'checkout-1',
      occurredAt: new Date('2025-12-31T23:30:00-01:00'),
    };
    const { orderId } = await book.placeOrder(draft(), options);
    const [event] = await book.history(orderId);
    assert.equal(event?.occurredAt, '2026-01-01T00:30:00.000Z');
    assert.deepEqual([event?.commandId, event?.correlationId], ['c-1', 'checkout-1']);
    assert.equal(book.order(orderId)?.placedAt, '2026-01-01T00:30:00.000Z');
    assert.equal(book.revenue()[0]?.day, '2026-01-01');
  });

  test('under an id of its own, whatever the case it is written in', async () => {
    const book = await openBook();
    const orderId = randomUUID();
    assert.equal((await book.placeOrder({ ...draft(), orderId: orderId.toUpperCase() })).orderId, orderId);
    assert.equal((await pay(book, orderId.toUpperCase())).status, 'PAID');
  });

  test('with exact totals', async () => {
    const book = await openBook();
    const items = [
      { productId: 'a', quantity: 3, unitPrice: '0.10' },
      { productId: 'b', quantity: '1', unitPrice: '0.2' },
      { productId: 'c', quantity: 1_000_000, unitPrice: '999999999999.99' },
    ];
    const orderId = await place(book, { items });
    assert.equal(book.order(orderId)?.totalAmount, '999999999999990000.50');
    const yen = await place(book, {
      currency: 'JPY',
      items: [{ productId: 'a', quantity: 7, unitPrice: '150' }],
    });
    assert.equal(book.order(yen)?.totalAmount, '1050');
    const free = await place(book, { items: [{ productId: 'gift', quantity: 1, unitPrice: '0' }] });
    assert.equal((await pay(book, free, '0')).status, 'PAID');
  });

  test('paid with the same number written otherwise', async () => {
    const book = await openBook();
    const orderId = await place(book, { items: [{ productId: 'a', quantity: 1, unitPrice: '44.90' }] });
    assert.equal((await pay(book, orderId, '44.9')).status, 'PAID');
  });
});

describe('the same command sent twice', () => {
  test('has one effect, and answers the same', async () => {
    const book = await openBook();
    const first = await book.placeOrder(draft(), { commandId: 'click' });
    const again = await book.placeOrder(draft(), { commandId: 'click' });
    assert.deepEqual(again, { ...first, repeated: true });
    await pay(book, first.orderId);
    const command = { orderId: first.orderId, reason: 'broken' };
    await book.refundPayment(command, { commandId: 'refund' });
    const refunded = await book.refundPayment(command, { commandId: 'refund' });
    assert.deepEqual([refunded.status, refunded.repeated, refunded.version], ['REFUNDED', true, 2]);
    assert.equal(book.position, 3);
    assert.equal(book.orders().count, 1);
  });

  test('at once, too', async () => {
    const book = await openBook();
    const all = await Promise.all(
      Array.from({ length: 10 }, () => book.placeOrder(draft(), { commandId: 'click' })),
    );
    assert.equal(new Set(all.map(({ orderId }) => orderId)).size, 1);
    assert.equal(all.filter(({ repeated }) => !repeated).length, 1);
    assert.equal(book.position, 1);
  });

  test('with other ids has an effect each', async () => {
    const book = await openBook();
    assert.notEqual(await place(book), await place(book));
    assert.equal(book.orders().count, 2);
  });

  test('two payments made at once: one is taken, the other is told the order is paid', async () => {
    const book = await openBook();
    const orderId = await place(book);
    const outcomes = await Promise.allSettled([pay(book, orderId), pay(book, orderId)]);
    const refused = outcomes.filter((one) => one.status === 'rejected');
    assert.equal(refused.length, 1);
    assert.equal(refused[0]?.reason.rule, 'not_pending');
    assert.equal(book.position, 2);
  });
});

describe('a broken rule names itself, the order and its status, and nothing changes', () => {
  /** @type {Book} */
  let book;
  /** @type {Awaited<ReturnType<typeof placeOneOfEach>>} */
  let ids;
  before(async () => {
    book = await openBook();
    ids = await placeOneOfEach(book);
  });

  /** @param {() => unknown} work @param {object} expected */
  async function refused(work, expected) {
    const [log, orders] = [await wholeLog(book), book.orders()];
    await assertFails(work, expected);
    assert.deepEqual(await wholeLog(book), log);
    assert.deepEqual(book.orders(), orders);
  }

  const act = {
    /** @param {string} orderId */
    pay: (orderId) => pay(book, orderId),
    /** @param {string} orderId */
    refund: (orderId) => book.refundPayment({ orderId, reason: 'why not' }),
    /** @param {string} orderId */
    cancel: (orderId) => book.cancelOrder({ orderId, reason: 'why not' }),
    /** @param {string} orderId */
    place: (orderId) => book.placeOrder({ ...draft(), orderId }),
  };

  /** @type {[keyof typeof act, 'pending' | 'paid' | 'refunded' | 'cancelled', string][]} */
  const forbidden = [
    ['pay', 'paid', 'not_pending'],
    ['pay', 'refunded', 'not_pending'],
    ['pay', 'cancelled', 'not_pending'],
    ['refund', 'pending', 'not_paid'],
    ['refund', 'refunded', 'not_paid'],
    ['refund', 'cancelled', 'not_paid'],
    ['cancel', 'paid', 'paid_not_refunded'],
    ['cancel', 'cancelled', 'already_cancelled'],
    ['place', 'pending', 'already_placed'],
    ['place', 'paid', 'already_placed'],
    ['place', 'cancelled', 'already_placed'],
  ];
  for (const [action, status, rule] of forbidden) {
    test(`to ${action} what is ${status}`, () =>
      refused(() => act[action](ids[status]), {
        code: 'rule_broken',
        name: 'RuleBrokenError',
        rule,
        subject: ids[status],
        status: status.toUpperCase(),
      }));
  }

  for (const amount of ['44.97', '44.99', '0', '-44.98', '4498', '44.980001']) {
    test(`to pay ${amount} instead of 44.98`, () =>
      refused(() => pay(book, ids.pending, amount), {
        code: 'rule_broken',
        rule: 'amount_differs',
        subject: ids.pending,
        status: 'PENDING',
      }));
  }

  for (const reason of ['', '   ']) {
    test(`to cancel for the reason '${reason}'`, () =>
      refused(() => book.cancelOrder({ orderId: ids.pending, reason }), {
        code: 'rule_broken',
        rule: 'reason_empty',
        subject: ids.pending,
        status: 'PENDING',
      }));
  }

  /** @type {[string, Record<string, unknown>, string][]} */
  const drafts = [
    ['no items', { items: [] }, 'no_items'],
    ['quantity 0', { quantity: 0 }, 'quantity_below_one'],
    ['quantity "0"', { quantity: '0' }, 'quantity_below_one'],
    ['quantity -1', { quantity: -1 }, 'quantity_below_one'],
    ['a negative price', { unitPrice: '-0.01' }, 'price_negative'],
    ['three decimals in EUR', { unitPrice: '1.001' }, 'price_too_precise'],
    ['three decimals of which one is 0', { unitPrice: '1.000' }, 'price_too_precise'],
    ['decimals in JPY', { currency: 'JPY', unitPrice: '1.5' }, 'price_too_precise'],
  ];
  for (const [name, changes, rule] of drafts) {
    test(`to place an order with ${name}`, () =>
      refused(() => book.placeOrder({ ...changed(changes), orderId: ids.unknown }), {
        code: 'rule_broken',
        rule,
        subject: ids.unknown,
        status: 'NOT_PLACED',
      }));
  }

  for (const action of /** @type {const} */ (['pay', 'refund', 'cancel'])) {
    test(`to ${action} what does not exist`, () =>
      refused(() => act[action](ids.unknown), {
        code: 'not_found',
        name: 'NotFoundError',
        what: 'order',
        id: ids.unknown,
      }));
  }
});

describe('texts are kept as they are typed', () => {
  for (const name of [
    '👩‍👩‍👧 Ωmega & Söhne',
    'שלום عليكم',
    '\u202eevil\u202c',
    '<img src=x onerror=alert(1)>',
    '"; DROP TABLE orders; --',
    'e\u0301 and é',
    '日'.repeat(80),
    'x'.repeat(100),
  ]) {
    test(JSON.stringify(name).slice(0, 40), async () => {
      const book = await openBook();
      const orderId = await place(book, {
        customerId: name,
        items: [{ productId: name, quantity: 1, unitPrice: '44.98' }],
      });
      await book.confirmPayment({ orderId, paymentReference: name, amount: '44.98' });
      await book.refundPayment({ orderId, reason: name });
      assert.equal(book.order(orderId)?.customerId, name);
      assert.deepEqual(
        book.customers().rows.map(({ customerId }) => customerId),
        [name],
      );
      assert.equal(book.customer(name)?.orders[0]?.orderId, orderId);
      assert.equal(book.orders({ search: name }).count, 1);
      const state = await book.orderState(orderId);
      assert.deepEqual(
        [state.customerId, state.items[0]?.productId, state.paymentReference, state.refundReason],
        [name, name, name, name],
      );
      assert.ok((await book.history(orderId))[0]?.summary.includes(name));
    });
  }

  test('but for the white space around them', async () => {
    const book = await openBook();
    const orderId = await place(book, { customerId: '  Ada \t' });
    assert.equal(book.order(orderId)?.customerId, 'Ada');
  });
});

describe('checkDraft', () => {
  test('gives totals and no problems for what would be accepted', async () => {
    const book = await openBook();
    assert.deepEqual(book.checkDraft(draft()), { total: '44.98', lineTotals: ['44.98'], problems: [] });
  });

  test('names every problem with its field, and stores nothing', async () => {
    const book = await openBook();
    const check = book.checkDraft({
      customerId: '',
      currency: 'EUR',
      items: [
        { productId: '', quantity: '0', unitPrice: '1.234' },
        { productId: 'tea', quantity: Number.NaN, unitPrice: '' },
        { productId: 'cup', quantity: '2', unitPrice: '1.5' },
      ],
    });
    assert.deepEqual(
      check.problems.map(({ field }) => field),
      [
        'customerId',
        'items.0.productId',
        'items.0.quantity',
        'items.0.unitPrice',
        'items.1.quantity',
        'items.1.unitPrice',
      ],
    );
    assert.ok(check.problems.every(({ message }) => message.endsWith('.')));
    assert.deepEqual([check.total, check.lineTotals], ['3.00', [null, null, '3.00']]);
    assert.equal(book.position, 0);
  });

  test('knows the currencies and their decimals', async () => {
    const book = await openBook();
    const decimals = new Map(book.currencies().map(({ code, decimals }) => [code, decimals]));
    assert.deepEqual([decimals.get('EUR'), decimals.get('JPY')], [2, 0]);
  });
});
