/** A button for each command that the rules allow on an order: the package says which. */
import { commandWords } from '../lib/words.js';
import { Button, shortId } from './bits.jsx';
import { askFor } from './dialogs.jsx';

/**
 * @param {{ order: import('./dialogs.jsx').CommandDialog['order'] & { allowed: import('daybook/orders').OrderCommand[] }, small?: boolean, tab?: number }} props
 */
export const CommandButtons = ({ order, small = false, tab }) => (
  <>
    {order.allowed.map((command) => (
      <Button
        key={command}
        tabIndex={tab}
        class={`button ${small ? 'small' : ''} ${command === 'confirmPayment' ? 'primary-soft' : ''}`}
        aria-label={
          small
            ? `${commandWords[command]} order ${shortId(order.orderId)} of ${order.customerId}`
            : undefined
        }
        onClick={() => askFor(command, order)}
      >
        {commandWords[command]}
      </Button>
    ))}
  </>
);
