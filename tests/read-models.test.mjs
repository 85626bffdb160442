/** What the order book shows: read models, history and the past; all of it follows from the log. */

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { demo, everything, names, openBook, place, wholeLog } from './support/books.mjs';
import { assertFails } from './support/stores.mjs';

/** @typedef {import('./support/books.mjs').Book} Book */
/** @typedef {import('daybook/orders').OrderRow} OrderRow */

/** Amounts as whole hundred-thousandths, so that they sum up exactly. @param {string} amount */
function exact(amount) {
  const [whole = '', decimals = ''] = amount.split('.');
  return BigInt(whole + decimals.padEnd(5, '0'));
}

/**
 * Exact sums by key.
 * @param {Iterable<[string, string]>} amounts
 */
function sums(amounts) {
  /** @type {Record<string, bigint>} */
  const found = {};
  for (const [key, amount] of amounts) found[key] = (found[key] ?? 0n) + exact(amount);
  return found;
}

describe('with a year of demo data', () => {
  /** @type {Book} */
  let book;
  /** @type {OrderRow[]} */
  let rows;
  before(async () => {
    book = await openBook();
    const added = await book.addDemoData(demo);
    assert.deepEqual(added, { events: book.position, orders: 300 });
    rows = book.orders({ limit: 10_000 }).rows;
  });

  test('the same seed gives the same trade', async () => {
    const other = await openBook();
    await other.addDemoData(demo);
    assert.deepEqual(everything(other), everything(book));
  });

  test('orders are searched, filtered, sorted and paged as their rows would be', () => {
    assert.equal(rows.length, 300);
    for (const status of /** @type {const} */ (['PENDING', 'PAID', 'REFUNDED', 'CANCELLED'])) {
      const page = book.orders({ status, limit: 10_000 });
      assert.deepEqual(
        page.rows,
        rows.filter((row) => row.status === status),
      );
      assert.equal(page.count, page.rows.length);
    }
    const search = rows[17]?.customerId.slice(1, 4).toUpperCase() ?? '';
    const found = book.orders({ search, limit: 10_000 }).rows;
    assert.ok(found.length > 0);
    assert.deepEqual(
      found,
      rows.filter(({ orderId, customerId }) =>
        [orderId, customerId].some((id) => id.toUpperCase().includes(search)),
      ),
    );
    for (const sort of /** @type {const} */ (['placedAt', 'orderId'])) {
      const ids = book.orders({ sort, limit: 10_000 }).rows.map((row) => row[sort]);
      assert.deepEqual(ids, ids.toSorted());
      assert.deepEqual(
        book.orders({ sort, descending: true, limit: 10_000 }).rows.map((row) => row[sort]),
        ids.toReversed(),
      );
    }
    const pages = [0, 100, 200, 300].flatMap((offset) => book.orders({ offset, limit: 100 }).rows);
    assert.deepEqual(pages, rows);
  });

  test('totals are the exact sums of the rows', () => {
    const { totals, count } = book.orders();
    assert.equal(count, 300);
    assert.deepEqual(
      sums(totals.map(({ currency, amount }) => [currency, amount])),
      sums(rows.map(({ currency, totalAmount }) => [currency, totalAmount])),
    );
  });

  test('customers are what their orders make them', () => {
    const { rows: customers, count } = book.customers({ limit: 10_000 });
    assert.equal(count, customers.length);
    assert.deepEqual(
      customers.map(({ customerId }) => customerId).toSorted(),
      [...new Set(rows.map(({ customerId }) => customerId))].toSorted(),
    );
    for (const { customerId, orderCount } of customers) {
      const customer = book.customer(customerId);
      const own = rows.filter((row) => row.customerId === customerId);
      assert.ok(customer);
      assert.equal(orderCount, own.length);
      assert.deepEqual(
        new Set(customer.orders.map(({ orderId }) => orderId)),
        new Set(own.map(({ orderId }) => orderId)),
      );
      const paid = own.filter(({ status }) => status === 'PAID');
      const values = sums(customer.lifetimeValue.map(({ currency, amount }) => [currency, amount]));
      const nonZero = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== 0n));
      assert.deepEqual(
        nonZero,
        Object.fromEntries(
          Object.entries(sums(paid.map(({ currency, totalAmount }) => [currency, totalAmount]))).filter(
            ([, value]) => value !== 0n,
          ),
        ),
      );
    }
    assert.equal(book.customer('nobody'), null);
  });

  test('revenue counts each order on the days it was placed, paid, refunded and cancelled', () => {
    /** @param {'placedAt' | 'paidAt' | 'refundedAt' | 'cancelledAt'} moment */
    const byDay = (moment) => {
      /** @type {Record<string, number>} */
      const counts = {};
      for (const row of rows) {
        const at = row[moment];
        if (at !== null)
          counts[`${at.slice(0, 10)} ${row.currency}`] =
            (counts[`${at.slice(0, 10)} ${row.currency}`] ?? 0) + 1;
      }
      return counts;
    };
    const days = book.revenue();
    /** @param {'placed' | 'paid' | 'refunded' | 'cancelled'} column */
    const shown = (column) =>
      Object.fromEntries(
        days.filter((day) => day[column] > 0).map((day) => [`${day.day} ${day.currency}`, day[column]]),
      );
    assert.deepEqual(shown('placed'), byDay('placedAt'));
    assert.deepEqual(shown('paid'), byDay('paidAt'));
    assert.deepEqual(shown('refunded'), byDay('refundedAt'));
    assert.deepEqual(shown('cancelled'), byDay('cancelledAt'));
    assert.deepEqual(
      sums(days.map(({ currency, grossPaid }) => [currency, grossPaid])),
      sums(rows.filter(({ paidAt }) => paidAt).map(({ currency, totalAmount }) => [currency, totalAmount])),
    );
    for (const { grossPaid, refundedAmount, net } of days) {
      const negative = net.startsWith('-');
      const value = exact(negative ? net.slice(1) : net);
      assert.equal(exact(grossPaid) - exact(refundedAmount), negative ? -value : value);
    }
  });

  test('revenue of a currency and a span of days is the part of it', () => {
    const days = book.revenue();
    const [from, to] = ['2026-01-01', '2026-03-31'];
    assert.deepEqual(
      book.revenue({ currency: 'EUR', from, to }),
      days.filter(({ currency, day }) => currency === 'EUR' && day >= from && day <= to),
    );
  });

  test('the log, paged to its end, gives each event once', async () => {
    for (const limit of [7, 100, 5_000]) {
      const log = await wholeLog(book, limit);
      assert.deepEqual(
        log.map(({ position }) => position),
        Array.from({ length: book.position }, (_, index) => index + 1),
      );
      assert.ok(log.every(({ summary }) => summary.length > 0));
    }
  });

  test('the log is filtered by type and by stream', async () => {
    const log = await wholeLog(book);
    const types = ['PaymentRefunded', 'OrderCancelled'];
    const found = await book.log({ types, limit: 10_000 });
    assert.deepEqual(
      found.events.map(({ position }) => position),
      log
        .filter(({ type }) => types.includes(type))
        .map(({ position }) => position)
        .toReversed(),
    );
    assert.equal(found.next, null);
    const streamPrefix = `order-${rows[0]?.orderId}`;
    const own = await book.log({ streamPrefix });
    assert.deepEqual(
      own.events.map(({ position }) => position),
      log
        .filter(({ streamId }) => streamId === streamPrefix)
        .map(({ position }) => position)
        .toReversed(),
    );
  });

  test('event types are counted as they stand in the log', async () => {
    /** @type {Record<string, number>} */
    const counts = {};
    for (const { type } of await wholeLog(book)) counts[type] = (counts[type] ?? 0) + 1;
    assert.deepEqual(
      Object.fromEntries((await book.eventTypes()).map(({ type, count }) => [type, count])),
      counts,
    );
  });

  test('old schemas are shown in the shape of today, with what is stored beside it', async () => {
    const old = (await wholeLog(book)).filter(({ upcasted }) => upcasted !== null);
    const from = new Set(old.map(({ upcasted }) => upcasted?.fromSchema));
    assert.deepEqual([...from].toSorted(), [1, 2]);
    for (const { type, schemaVersion, known, data, upcasted } of old) {
      assert.deepEqual([type, schemaVersion, known, upcasted?.toSchema], ['OrderPlaced', 3, true, 3]);
      const [today, stored] = /** @type {any[]} */ ([data, upcasted?.storedData]);
      assert.equal(today.currency, 'USD');
      assert.equal(stored.currency, undefined);
      if (upcasted?.fromSchema === 2) assert.deepEqual(today.items, stored.items);
      else {
        assert.deepEqual(
          today.items,
          stored.product_ids.map((/** @type {string} */ productId) => ({
            productId,
            quantity: 1,
            unitPrice: '0.00',
          })),
        );
      }
    }
    const one = /** @type {any} */ (old[0]);
    const [entry] = await book.history(one.data.order_id);
    assert.deepEqual(entry?.upcasted, one.upcasted);
  });

  test('the book as of its end is the book, and as of the beginning is empty', async () => {
    const now = await book.ordersAsOf({ position: book.position }, { limit: 10_000 });
    assert.deepEqual(now.rows, rows);
    assert.equal((await book.ordersAsOf({ position: 0 })).count, 0);
    const late = await book.ordersAsOf({ time: '9999-12-31T00:00:00Z' }, { limit: 10_000 });
    assert.deepEqual(late.rows, rows);
    assert.equal((await book.ordersAsOf({ time: '1999-12-31T00:00:00Z' })).count, 0);
  });

  test('the book as of a moment counts what had occurred by then', async () => {
    const time = rows[150]?.placedAt ?? '';
    /** @param {string | null} at */
    const by = (at) => at !== null && at <= time;
    const past = await book.ordersAsOf({ time }, { limit: 10_000 });
    assert.deepEqual(
      past.rows.map(({ orderId, paidAt, refundedAt, cancelledAt }) => [
        orderId,
        paidAt,
        refundedAt,
        cancelledAt,
      ]),
      rows
        .filter(({ placedAt }) => by(placedAt))
        .map((row) => [
          row.orderId,
          ...[row.paidAt, row.refundedAt, row.cancelledAt].map((at) => (by(at) ? at : null)),
        ]),
    );
  });

  test('every projection is live at the end of the log, and rebuilding changes no row', async () => {
    const shown = everything(book);
    for (const name of names) {
      /** @type {{ done: number, total: number }[]} */
      const progress = [];
      await book.rebuild(name, { onProgress: (one) => progress.push(one) });
      assert.deepEqual(progress.at(-1), { done: book.position, total: book.position });
      const done = progress.map((one) => one.done);
      assert.deepEqual(
        done,
        done.toSorted((a, b) => a - b),
      );
    }
    assert.deepEqual(everything(book), shown);
    for (const { name, position, lag, skipped, state, error } of book.projections()) {
      assert.deepEqual([position, lag, skipped, state, error], [book.position, 0, 0, 'live', null], name);
    }
  });

  test('a rebuild that is cancelled leaves everything as it was', async () => {
    const shown = everything(book);
    const controller = new AbortController();
    const rebuilding = book.rebuild('orders_summary', { signal: controller.signal });
    controller.abort();
    await assertFails(() => rebuilding, { code: 'aborted' });
    await assertFails(() => book.rebuild('orders_summary', { signal: AbortSignal.abort() }), {
      code: 'aborted',
    });
    assert.deepEqual(everything(book), shown);
    assert.ok(book.projections().every(({ state, lag }) => state === 'live' && lag === 0));
    await book.rebuild('orders_summary');
    assert.deepEqual(everything(book), shown);
  });

  test('the hash chain holds', async () => {
    const verified = await book.verify();
    assert.deepEqual([verified.ok, verified.position], [true, book.position]);
  });
});

describe('the state of one order', () => {
  test('as of a version, a position or a moment is what it was', async () => {
    const book = await openBook();
    const orderId = randomUUID();
    /** @param {number} hour */
    const at = (hour) => ({ occurredAt: new Date(Date.UTC(2026, 0, 1, hour)) });
    await place(book);
    await book.placeOrder(
      {
        orderId,
        customerId: 'Ada',
        currency: 'EUR',
        items: [{ productId: 'tea', quantity: 1, unitPrice: '5' }],
      },
      at(1),
    );
    await book.confirmPayment({ orderId, paymentReference: 'ref', amount: '5' }, at(2));
    await place(book);
    await book.refundPayment({ orderId, reason: 'broken' }, at(3));

    const now = await book.orderState(orderId);
    assert.deepEqual(
      [now.status, now.version, now.totalAmount, now.paymentReference, now.refundReason, now.cancelReason],
      ['REFUNDED', 2, '5.00', 'ref', 'broken', null],
    );
    assert.deepEqual(now.items, [{ productId: 'tea', quantity: 1, unitPrice: '5.00' }]);
    /** @type {[import('daybook/orders').AsOf, string, number][]} */
    const past = [
      [{ version: 0 }, 'PENDING', 0],
      [{ version: 1 }, 'PAID', 1],
      [{ version: 99 }, 'REFUNDED', 2],
      [{ position: 2 }, 'PENDING', 0],
      [{ position: 4 }, 'PAID', 1],
      [{ position: 5 }, 'REFUNDED', 2],
      [{ time: '2026-01-01T01:30:00Z' }, 'PENDING', 0],
      [{ time: '2026-01-01T04:00:00+02:00' }, 'PAID', 1],
      [{ time: '2026-01-01T03:00:00Z' }, 'REFUNDED', 2],
    ];
    for (const [asOf, status, version] of past) {
      const state = await book.orderState(orderId, asOf);
      assert.deepEqual([state.status, state.version], [status, version], JSON.stringify(asOf));
    }
    /** @type {import('daybook/orders').AsOf[]} */
    const earlier = [{ version: -1 }, { position: 1 }, { time: '2025-12-31T00:00:00Z' }];
    for (const asOf of earlier) {
      const state = await book.orderState(orderId, asOf);
      assert.deepEqual([state.version, state.placedAt, state.allowed], [-1, '', []], JSON.stringify(asOf));
    }
  });

  test('of an order that does not exist says so', async () => {
    const book = await openBook();
    const id = randomUUID();
    await assertFails(() => book.orderState(id), { code: 'not_found', what: 'order', id });
    await assertFails(() => book.history(id), { code: 'not_found', what: 'order', id });
    assert.equal(book.order(id), null);
  });
});
