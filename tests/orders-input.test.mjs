/** What the order book refuses as invalid: the argument is named, and nothing changes. */

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { changed, draft, openBook, pay, place, wholeLog } from './support/books.mjs';
import { assertFails } from './support/stores.mjs';

/** @typedef {import('./support/books.mjs').Book} Book */

describe('an invalid argument is named, and nothing changes', () => {
  /** @type {Book} */
  let book;
  /** @type {string} */
  let orderId;
  before(async () => {
    book = await openBook();
    orderId = await place(book);
  });

  /** @param {string} name @param {(book: any) => unknown} work @param {string} field */
  const refuses = (name, work, field) =>
    test(name, async () => {
      const [log, orders] = [await wholeLog(book), book.orders()];
      await assertFails(() => work(book), { code: 'invalid_input', field });
      assert.deepEqual(await wholeLog(book), log);
      assert.deepEqual(book.orders(), orders);
    });

  const long = 'x'.repeat(101);
  /** @type {[string, Record<string, unknown>, string][]} */
  const drafts = [
    ['no customer', { customerId: undefined }, 'customerId'],
    ['an empty customer', { customerId: '  ' }, 'customerId'],
    ['a customer of 101 characters', { customerId: long }, 'customerId'],
    ['a customer of a megabyte', { customerId: 'x'.repeat(1 << 20) }, 'customerId'],
    ['a customer with a line break', { customerId: 'a\nb' }, 'customerId'],
    ['a customer that is half a character', { customerId: 'a\ud83d' }, 'customerId'],
    ['a customer that is a number', { customerId: 5 }, 'customerId'],
    ['no currency', { currency: undefined }, 'currency'],
    ['an unknown currency', { currency: 'XYZ' }, 'currency'],
    ['a currency in small letters', { currency: 'eur' }, 'currency'],
    ['items that are no list', { items: 'tea' }, 'items'],
    ['501 items', { items: Array(501).fill(draft().items[0]) }, 'items'],
    ['an item that is null', { items: [draft().items[0], null] }, 'items.1'],
    ['an item with an unknown field', { items: [{ ...draft().items[0], price: '1' }] }, 'items.0.price'],
    ['an empty product', { productId: '' }, 'items.0.productId'],
    ['a product of 101 characters', { productId: long }, 'items.0.productId'],
    ['quantity 1.5', { quantity: 1.5 }, 'items.0.quantity'],
    ['quantity NaN', { quantity: Number.NaN }, 'items.0.quantity'],
    ['quantity 1n', { quantity: 1n }, 'items.0.quantity'],
    ['quantity "1e3"', { quantity: '1e3' }, 'items.0.quantity'],
    ['quantity ""', { quantity: '' }, 'items.0.quantity'],
    ['quantity 1,000,001', { quantity: 1_000_001 }, 'items.0.quantity'],
    ['quantity 1e300', { quantity: 1e300 }, 'items.0.quantity'],
    ['quantity null', { quantity: null }, 'items.0.quantity'],
    ['quantity true', { quantity: true }, 'items.0.quantity'],
    ...['', 'NaN', 'Infinity', '1e5', '1,50', '1.', '.5', '+1', ' 1', '0x10', '１', '1 000', '$1'].map(
      (unitPrice) =>
        /** @type {[string, Record<string, unknown>, string]} */ ([
          `price '${unitPrice}'`,
          { unitPrice },
          'items.0.unitPrice',
        ]),
    ),
    ['a price that is a number', { unitPrice: 1.5 }, 'items.0.unitPrice'],
    ['a price of 13 digits', { unitPrice: '1000000000000' }, 'items.0.unitPrice'],
    ['a price of a megabyte', { unitPrice: '1'.repeat(1 << 20) }, 'items.0.unitPrice'],
    ['a total of its own', { totalAmount: '1' }, 'totalAmount'],
    ['an id that is no UUID', { orderId: 'order-1' }, 'orderId'],
    ['an id that is a number', { orderId: 5 }, 'orderId'],
  ];
  for (const [name, changes, field] of drafts) {
    refuses(`an order with ${name}`, (any) => any.placeOrder(changed(changes)), field);
  }

  for (const amount of ['', 'NaN', '1e5', '44,98', ' 44.98', '44.98 EUR']) {
    refuses(`a payment of '${amount}'`, () => pay(book, orderId, amount), 'amount');
  }
  for (const paymentReference of ['', '  ', long, 'a\nb']) {
    refuses(
      `a payment with the reference '${paymentReference.slice(0, 9)}'`,
      () => book.confirmPayment({ orderId, paymentReference, amount: '44.98' }),
      'paymentReference',
    );
  }
  for (const reason of ['x'.repeat(501), 'a\nb', 'a\ud800']) {
    refuses(
      `a cancellation for '${reason.slice(0, 9)}'`,
      () => book.cancelOrder({ orderId, reason }),
      'reason',
    );
    refuses(`a refund for '${reason.slice(0, 9)}'`, () => book.refundPayment({ orderId, reason }), 'reason');
  }
  for (const command of [undefined, null, 5, []]) {
    for (const name of ['placeOrder', 'confirmPayment', 'refundPayment', 'cancelOrder']) {
      refuses(`${name}(${JSON.stringify(command)})`, (any) => any[name](command), 'command');
    }
  }
  refuses('a refund that says nothing', (any) => any.refundPayment({ orderId }), 'reason');
  refuses('a cancellation of nothing', (any) => any.cancelOrder({ reason: 'x' }), 'orderId');
  refuses('a field too many', (any) => any.cancelOrder({ orderId, reason: 'x', by: 'me' }), 'by');

  /** @type {[string, unknown, string][]} */
  const options = [
    ['null', null, 'options'],
    ['an unknown one', { commandID: 'c' }, 'commandID'],
    ['an empty commandId', { commandId: '' }, 'commandId'],
    ['a long commandId', { commandId: 'x'.repeat(129) }, 'commandId'],
    ['a commandId that is a number', { commandId: 5 }, 'commandId'],
    ['an empty correlationId', { correlationId: '' }, 'correlationId'],
    ['a time in words', { occurredAt: 'noon' }, 'occurredAt'],
    ['an invalid Date', { occurredAt: new Date(Number.NaN) }, 'occurredAt'],
    ['a time that is a number', { occurredAt: 5 }, 'occurredAt'],
  ];
  for (const [name, given, field] of options) {
    refuses(`options: ${name}`, (any) => any.placeOrder(draft(), given), field);
  }

  /** @type {[string, (book: any) => unknown, string][]} */
  const questions = [
    ['order(5)', (any) => any.order(5), 'orderId'],
    ['order()', (any) => any.order(), 'orderId'],
    ['customer(null)', (any) => any.customer(null), 'customerId'],
    ['history(5)', (any) => any.history(5), 'orderId'],
    ['history("x")', (any) => any.history('x'), 'orderId'],
    ['orderState()', (any) => any.orderState(), 'orderId'],
    ['orderState("x")', (any) => any.orderState('x'), 'orderId'],
    ['orderState(…, null)', (any) => any.orderState(orderId, null), 'asOf'],
    ['orderState(…, {})', (any) => any.orderState(orderId, {}), 'asOf'],
    ['orderState(…, two)', (any) => any.orderState(orderId, { version: 0, position: 1 }), 'asOf'],
    ['orderState(…, version 1.5)', (any) => any.orderState(orderId, { version: 1.5 }), 'version'],
    ['orderState(…, time "now")', (any) => any.orderState(orderId, { time: 'now' }), 'time'],
    ['ordersAsOf()', (any) => any.ordersAsOf(), 'asOf'],
    ['ordersAsOf(position -1)', (any) => any.ordersAsOf({ position: -1 }), 'position'],
    ['ordersAsOf(…, null)', (any) => any.ordersAsOf({ position: 1 }, null), 'query'],
    ['orders(null)', (any) => any.orders(null), 'query'],
    ['orders(status)', (any) => any.orders({ status: 'LOST' }), 'status'],
    ['orders(sort)', (any) => any.orders({ sort: 'colour' }), 'sort'],
    ['orders(offset -1)', (any) => any.orders({ offset: -1 }), 'offset'],
    ['orders(offset 1.5)', (any) => any.orders({ offset: 1.5 }), 'offset'],
    ['orders(limit NaN)', (any) => any.orders({ limit: Number.NaN }), 'limit'],
    ['orders(descending 1)', (any) => any.orders({ descending: 1 }), 'descending'],
    ['orders(search 5)', (any) => any.orders({ search: 5 }), 'search'],
    ['orders(unknown)', (any) => any.orders({ filter: 'x' }), 'filter'],
    ['customers(sort)', (any) => any.customers({ sort: 'placedAt' }), 'sort'],
    ['revenue(unknown)', (any) => any.revenue({ day: '2026-01-01' }), 'day'],
    ['log(before -1)', (any) => any.log({ before: -1 }), 'before'],
    ['log(limit 1.5)', (any) => any.log({ limit: 1.5 }), 'limit'],
    ['log(types "T")', (any) => any.log({ types: 'T' }), 'types'],
    ['log(null)', (any) => any.log(null), 'query'],
    ['checkDraft()', (any) => any.checkDraft(), 'draft'],
    ['checkDraft(unknown)', (any) => any.checkDraft({ ...draft(), total: '1' }), 'total'],
    ['rebuild()', (any) => any.rebuild(), 'name'],
    ['rebuild("sales")', (any) => any.rebuild('sales'), 'name'],
    ['rebuild(…, null)', (any) => any.rebuild('orders_summary', null), 'options'],
    ['addDemoData(null)', (any) => any.addDemoData(null), 'options'],
    ['addDemoData(orders -1)', (any) => any.addDemoData({ orders: -1 }), 'orders'],
    ['addDemoData(orders 1.5)', (any) => any.addDemoData({ orders: 1.5 }), 'orders'],
    ['addDemoData(seed NaN)', (any) => any.addDemoData({ seed: Number.NaN }), 'seed'],
    ['addDemoData(until "soon")', (any) => any.addDemoData({ until: 'soon' }), 'until'],
    ['addDemoData(unknown)', (any) => any.addDemoData({ count: 5 }), 'count'],
    ['onChange()', (any) => any.onChange(), 'callback'],
  ];
  for (const [name, work, field] of questions) refuses(name, work, field);
});
