/**
 * A grid of any number of rows, of which only the visible ones are in the document. It scrolls with
 * the page. Pattern: https://www.w3.org/WAI/ARIA/apg/patterns/grid/ with whole rows as the unit.
 */

import { Component } from 'preact';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { narrow } from '../lib/viewport.js';
import { Button } from './bits.jsx';
import { Icon } from './icons.jsx';

/** Rows kept ready above and below what is visible. */
const OVERSCAN = 8;
const STEP = 4;

/** The height of a row that is not a card, in rem. */
const ROW_HEIGHT = 2.875;

/** @typedef {{ key: string, label: string, sort?: string, number?: boolean, hideLabel?: boolean }} Column */

/**
 * @template Row
 * @param {{
 *   label: string,
 *   columns: Column[],
 *   count: number,
 *   rows: (offset: number, limit: number) => Row[],
 *   rowKey: (row: Row) => string,
 *   cells: (row: Row, tab: number) => import('preact').ComponentChildren[],
 *   onOpen: (row: Row) => void,
 *   sort?: { by: string, descending: boolean },
 *   onSort?: (by: string) => void,
 *   cardHeight: number,
 *   class?: string,
 * }} props `rows` must be cheap: it is asked for what is visible on each change. `cells` must be the
 *   same function as long as it draws the same. `cardHeight` in rem.
 */
export function Grid(props) {
  const { label, columns, count, rows, rowKey, cells, onOpen, sort, onSort } = props;
  const body = useRef(/** @type {HTMLDivElement | null} */ (null));
  const rowHeight = (narrow.value ? props.cardHeight : ROW_HEIGHT) * rem();
  const [first, last] = useVisible(body, rowHeight, count);
  const [active, setActive] = useState(0);
  const current = Math.min(active, Math.max(count - 1, 0));
  const wantsFocus = useRef(false);

  useLayoutEffect(() => {
    if (!wantsFocus.current) return;
    wantsFocus.current = false;
    const row = /** @type {HTMLElement | null} */ (body.current?.querySelector(`[data-index="${current}"]`));
    row?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: 'nearest' });
  });

  /** @param {number} index */
  const moveTo = (index) => {
    wantsFocus.current = true;
    setActive(Math.max(0, Math.min(count - 1, index)));
  };

  const visible = useMemo(() => rows(first, last - first), [rows, first, last]);
  /** @type {[number, Row][]} */
  const drawn = visible.map((row, index) => [first + index, row]);
  // The row with the focus stays, however far the page is scrolled.
  if (count > 0 && (current < first || current >= last)) {
    const kept = rows(current, 1)[0];
    if (kept) drawn.push([current, kept]);
  }

  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    const row = /** @type {HTMLElement | null} */ (target.closest('[data-index]'));
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor(innerHeight / rowHeight) - 3);
    const index = Number(row.dataset.index);
    /** @type {Record<string, () => void>} */
    const moves = {
      ArrowDown: () => moveTo(index + 1),
      ArrowUp: () => moveTo(index - 1),
      PageDown: () => moveTo(index + page),
      PageUp: () => moveTo(index - page),
      Home: () => moveTo(0),
      End: () => moveTo(count - 1),
      ArrowRight: () => moveInside(row, target, 1),
      ArrowLeft: () => moveInside(row, target, -1),
      Escape: () => row.focus(),
    };
    if (event.key === 'Enter' && target === row) {
      const entry = drawn.find(([at]) => at === index);
      if (entry) onOpen(entry[1]);
    } else if (moves[event.key]) moves[event.key]();
    else return;
    event.preventDefault();
  };

  /** @param {MouseEvent} event @param {Row} row */
  const onClick = (event, row) => {
    const target = /** @type {HTMLElement} */ (event.target);
    const selecting = getSelection()?.type === 'Range';
    if (!selecting && !target.closest('a, button')) onOpen(row);
  };

  return (
    <div
      class={`grid ${props.class ?? ''}`}
      role="grid"
      aria-label={label}
      aria-rowcount={count + 1}
      aria-colcount={columns.length}
      style={{ '--row-height': `${rowHeight}px` }}
    >
      <div role="rowgroup" class="grid-head">
        <div role="row" aria-rowindex={1} class="grid-row">
          {columns.map((column, index) => (
            <ColumnHeader key={column.key} column={column} index={index} sort={sort} onSort={onSort} />
          ))}
        </div>
      </div>
      <div
        role="rowgroup"
        class="grid-body"
        ref={body}
        style={{ height: `${count * rowHeight}px` }}
        onKeyDown={onKeyDown}
      >
        {drawn.map(([index, row]) => (
          <Row
            key={rowKey(row)}
            row={row}
            index={index}
            tab={index === current ? 0 : -1}
            top={index * rowHeight}
            columns={columns}
            cells={cells}
            onFocus={setActive}
            onClick={onClick}
          />
        ))}
      </div>
    </div>
  );
}

/**
 * @typedef {object} RowProps
 * @property {any} row
 * @property {number} index
 * @property {number} tab
 * @property {number} top in pixels
 * @property {Column[]} columns
 * @property {(row: any, tab: number) => import('preact').ComponentChildren[]} cells
 * @property {(index: number) => void} onFocus
 * @property {(event: MouseEvent, row: any) => void} onClick
 */

/**
 * Drawn again only when something it shows has changed: most rows stay while the page scrolls.
 * @extends {Component<RowProps>}
 */
class Row extends Component {
  /** @param {RowProps} next */
  shouldComponentUpdate(next) {
    const shown = /** @type {const} */ (['row', 'tab', 'top', 'columns', 'cells']);
    return shown.some((name) => this.props[name] !== next[name]);
  }

  render() {
    const { row, index, tab, top, columns, cells, onFocus } = this.props;
    return (
      <div
        role="row"
        class="grid-row"
        aria-rowindex={index + 2}
        data-index={index}
        tabIndex={tab}
        style={{ transform: `translateY(${top}px)` }}
        onFocusIn={() => onFocus(index)}
        onClick={(event) => this.props.onClick(event, row)}
      >
        {cells(row, tab).map((cell, at) => (
          <div key={columns[at].key} role="gridcell" aria-colindex={at + 1} class={cellClass(columns[at])}>
            {cell}
          </div>
        ))}
      </div>
    );
  }
}

/**
 * @param {{ column: Column, index: number, sort?: { by: string, descending: boolean }, onSort?: (by: string) => void }} props
 */
function ColumnHeader({ column, index, sort, onSort }) {
  const sorted = column.sort && sort?.by === column.sort;
  const direction = sort?.descending ? 'descending' : 'ascending';
  const text = <span class={column.hideLabel ? 'visually-hidden' : undefined}>{column.label}</span>;
  return (
    <div
      role="columnheader"
      aria-colindex={index + 1}
      aria-sort={sorted ? direction : undefined}
      class={cellClass(column)}
    >
      {column.sort && onSort ? (
        <Button class="sort" onClick={() => onSort(/** @type {string} */ (column.sort))}>
          {text}
          {sorted && <Icon name={sort?.descending ? 'down' : 'up'} size={14} />}
        </Button>
      ) : (
        text
      )}
    </div>
  );
}

/** @param {Column} column */
const cellClass = ({ key, number }) => `cell cell-${key} ${number ? 'number' : ''}`;

/**
 * The range of rows that are visible, and a few more.
 * @param {{ current: HTMLElement | null }} body
 * @param {number} rowHeight
 * @param {number} count
 * @returns {[first: number, last: number]}
 */
function useVisible(body, rowHeight, count) {
  const [range, setRange] = useState(/** @type {[number, number]} */ ([0, 30]));
  useLayoutEffect(() => {
    let frame = 0;
    const look = () => {
      frame = 0;
      const top = body.current?.getBoundingClientRect().top ?? 0;
      const from = Math.floor(-top / rowHeight / STEP) * STEP - OVERSCAN;
      const to = Math.ceil((innerHeight - top) / rowHeight / STEP) * STEP + OVERSCAN;
      setRange((now) => (now[0] === from && now[1] === to ? now : [from, to]));
    };
    const soon = () => (frame ||= requestAnimationFrame(look));
    look();
    addEventListener('scroll', soon, { passive: true });
    addEventListener('resize', soon);
    return () => {
      cancelAnimationFrame(frame);
      removeEventListener('scroll', soon);
      removeEventListener('resize', soon);
    };
  }, [rowHeight, count]);
  const last = Math.max(0, Math.min(count, range[1]));
  return [Math.max(0, Math.min(range[0], last)), last];
}

/**
 * @param {HTMLElement} row
 * @param {HTMLElement} from
 * @param {1 | -1} by
 */
function moveInside(row, from, by) {
  /** @type {HTMLElement[]} */
  const stops = [row, .../** @type {NodeListOf<HTMLElement>} */ (row.querySelectorAll('a, button'))];
  stops[Math.max(0, Math.min(stops.length - 1, stops.indexOf(from) + by))]?.focus();
}

const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);
