/** Totals per currency, closed with the double rule of the ledger. */
import { counted, money } from '../lib/money.js';

/** @param {{ totals: import('daybook/orders').OrdersPage['totals'] }} props */
export const Totals = ({ totals }) => (
  <dl class="totals" aria-label="Totals">
    {totals.map(({ currency, count, amount }) => (
      <div key={currency}>
        <dt>
          {currency}
          <span class="visually-hidden">, {counted(count, 'order')}</span>
        </dt>
        <dd class="figure">{money(amount, currency)}</dd>
      </div>
    ))}
  </dl>
);
