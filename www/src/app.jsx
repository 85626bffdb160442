/** The app: which screen, and what is around it. */
import { Component } from 'preact';
import { useEffect, useLayoutEffect, useReducer, useRef } from 'preact/hooks';

import { book, fatal, openError, peeked, restored } from './book.js';
import { shortId } from './components/bits.jsx';
import { Dialogs } from './components/dialogs.jsx';
import { Shell } from './components/shell.jsx';
import { Toasts } from './components/toasts.jsx';
import { drawWith } from './lib/signal.js';
import { partsOf, path, query, scrollOnEntering } from './router.js';
import { Customer } from './screens/customer.jsx';
import { Customers } from './screens/customers.jsx';
import { Data } from './screens/data.jsx';
import { Log } from './screens/log.jsx';
import { NewOrder } from './screens/new-order.jsx';
import { Order } from './screens/order.jsx';
import { Orders } from './screens/orders.jsx';
import { Broken, CannotOpen, NotFound, Opening } from './screens/problem.jsx';
import { Projections } from './screens/projections.jsx';
import { Revenue } from './screens/revenue.jsx';

/**
 * The screen of a path, and its title.
 * @param {string} text
 * @returns {[title: string, screen: import('preact').JSX.Element]}
 */
function screenOf(text) {
  const [name, id] = partsOf(text);
  switch (name) {
    case undefined:
    case 'orders':
      return id ? [`Order ${shortId(id)}`, <Order key={id} id={id} />] : ['Orders', <Orders />];
    case 'new-order':
      return ['New order', <NewOrder />];
    case 'customers':
      return id ? [id, <Customer key={id} id={id} />] : ['Customers', <Customers />];
    case 'revenue':
      return ['Revenue', <Revenue />];
    case 'log':
      return ['Log', <Log />];
    case 'projections':
      return ['Projections', <Projections />];
    case 'data':
      return ['Data', <Data />];
    default:
      return ['No such page', <NotFound />];
  }
}

export function App() {
  const [, draw] = useReducer((/** @type {number} */ times) => times + 1, 0);
  drawWith(() => draw(undefined));
  const [title, screen] = screenOf(path.value);
  useNavigation(title);
  if (fatal.value || openError.value) {
    return (
      <Shell>{fatal.value ? <Broken error={fatal.value} /> : <CannotOpen error={openError.value} />}</Shell>
    );
  }
  return (
    <>
      <Shell>{canShow() ? <Boundary key={path.value}>{screen}</Boundary> : <Opening />}</Shell>
      <Boundary>
        <Dialogs />
      </Boundary>
      <Toasts />
    </>
  );
}

/** Whether there is something to show: all rows, or on the plain list of orders the newest ones. */
function canShow() {
  if (restored.value) return true;
  const [name = 'orders', id] = partsOf(path.value);
  const plain = name === 'orders' && !id && query.value.size === 0;
  const list = book.value ?? peeked.value;
  return plain && list !== null && list.orders({ limit: 1 }).rows.length > 0;
}

/** The title, the focus and the scroll position follow the path. @param {string} title */
function useNavigation(title) {
  const first = useRef(true);
  useEffect(() => {
    document.title = `${title} · Daybook`;
  }, [title]);
  useLayoutEffect(() => {
    const top = scrollOnEntering(path.value);
    if (first.current) {
      first.current = false;
      return;
    }
    /** @type {HTMLElement | null} */ (document.querySelector('main h1'))?.focus({ preventScroll: true });
    scrollTo({ top, behavior: 'instant' });
  }, [path.value]);
}

/** A screen that fails must not leave a dead page. */
class Boundary extends Component {
  /** @param {any} error */
  componentDidCatch(error) {
    // An error with a code is the store's, and has words of its own.
    if (error?.code && !(error instanceof DOMException)) openError.value = error;
    else fatal.value = error;
  }

  render() {
    return this.props.children;
  }
}
