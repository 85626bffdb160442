/** What was ordered. */
import { book } from '../book.js';
import { count } from '../lib/money.js';
import { Money, UserText } from './bits.jsx';

/** @param {{ state: import('daybook/orders').OrderState }} props */
export function Items({ state }) {
  const { customerId, items, currency, totalAmount } = state;
  const { lineTotals } = book.value?.checkDraft({ customerId, items, currency }) ?? { lineTotals: [] };
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label="Items">
      <table class="ledger items">
        <caption class="visually-hidden">Items</caption>
        <thead>
          <tr>
            <th scope="col">Product</th>
            <th scope="col" class="number">
              Qty
            </th>
            <th scope="col" class="number">
              Unit price
            </th>
            <th scope="col" class="number">
              Line total
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((item, index) => (
            <tr key={index}>
              <th scope="row">
                <UserText text={item.productId} />
              </th>
              <td class="number figure">{count(item.quantity)}</td>
              <td class="number">
                <Money amount={item.unitPrice} currency={currency} />
              </td>
              <td class="number">
                {lineTotals[index] ? <Money amount={lineTotals[index]} currency={currency} /> : '–'}
              </td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" colSpan={3}>
              Total
            </th>
            <td class="number double-rule">
              <Money amount={totalAmount} currency={currency} />
            </td>
          </tr>
        </tfoot>
      </table>
    </div>
  );
}
