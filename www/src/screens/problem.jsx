/** Screens for when there is no book to show. */
import { book, open } from '../book.js';
import { Button, Empty, Heading } from '../components/bits.jsx';
import { explain } from '../lib/errors.js';
import { link } from '../router.js';

const reload = () => location.reload();

/** Codes for which trying again on this page can help. */
const worthAnotherTry = new Set(['blocked', 'quota_exceeded', 'unexpected']);

/** The store could not be opened, or was lost. @param {{ error: unknown }} props */
export function CannotOpen({ error }) {
  const { title, text, code } = explain(error);
  return (
    <section class="problem" role="alert">
      <Heading title={title} lead={text} />
      <div class="actions">
        {worthAnotherTry.has(code) && (
          <Button class="button primary" onClick={() => void open()}>
            Try again
          </Button>
        )}
        <Button class={`button ${worthAnotherTry.has(code) ? '' : 'primary'}`} onClick={reload}>
          {code === 'data_lost' ? 'Begin anew' : 'Reload'}
        </Button>
      </div>
      <p class="quiet">
        <span class="code">{code}</span> {String(/** @type {any} */ (error)?.message ?? error)}
      </p>
    </section>
  );
}

/** The program itself failed. @param {{ error: unknown }} props */
export const Broken = ({ error }) => (
  <section class="problem" role="alert">
    <Heading
      title="The app has stopped"
      lead="Something inside it went wrong that should not have. What it said was stored is stored. Reload to go on."
    />
    <div class="actions">
      <Button class="button primary" onClick={reload}>
        Reload
      </Button>
    </div>
    <p class="quiet code">{String(error)}</p>
  </section>
);

export const NotFound = () => (
  <>
    <Heading title="No such page" />
    <Empty
      title="This address leads nowhere"
      actions={
        <a class="button primary" href={link('orders')}>
          To all orders
        </a>
      }
    />
  </>
);

/** While the book is being opened. */
export const Opening = () => (
  <div class="opening" role="status" aria-busy={book.value === null}>
    Opening the book…
  </div>
);
