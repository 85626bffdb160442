/** Line icons on a 24-unit square, drawn for this app. They are always beside a text. */

const paths = {
  orders: 'M5 4h14v16H5zM8.5 9h7M8.5 13h7M8.5 17h4',
  customers: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20c.8-3.6 3.8-5 7.5-5s6.7 1.4 7.5 5',
  revenue: 'M4 20h16M7 20v-6M12 20V6M17 20v-9',
  log: 'M4 6h2M4 12h2M4 18h2M9.5 6H20M9.5 12H20M9.5 18H20',
  projections: 'M4 5h7v6H4zM13 13h7v6h-7zM11 8h5.5v5M13 16H7.5v-5',
  data: 'M5 6.5C5 5 8 4 12 4s7 1 7 2.5S16 9 12 9 5 8 5 6.5zM5 6.5v11C5 19 8 20 12 20s7-1 7-2.5v-11M5 12c0 1.5 3 2.5 7 2.5s7-1 7-2.5',
  plus: 'M12 5v14M5 12h14',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L20 20',
  close: 'M6 6l12 12M18 6L6 18',
  clock: 'M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM12 7.5V12l3 2',
  up: 'M12 19V5M6.5 10.5L12 5l5.5 5.5',
  down: 'M12 5v14M6.5 13.5L12 19l5.5-5.5',
  theme: 'M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM12 4v16M12 8h6.5M12 12h8M12 16h6.5',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6L7 7M17 17l1.4 1.4M18.4 5.6L17 7M7 17l-1.4 1.4',
  moon: 'M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z',
  install: 'M12 4v10M7.5 10L12 14.5 16.5 10M5 19.5h14',
  offline: 'M4 4l16 16M8.5 13.5a5 5 0 0 1 5-1.2M5 10a10 10 0 0 1 4-2.3M13 7a10 10 0 0 1 6 3M12 17.5v.1',
  trash: 'M5 7h14M10 7V4.5h4V7M7 7l.8 12.5h8.4L17 7M10.5 10.5v5.5M13.5 10.5v5.5',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  undo: 'M8.5 6L4.5 10l4 4M5 10h9a5 5 0 0 1 0 10h-3',
  ring: 'M12 18.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13z',
  warning: 'M12 4L3 19.5h18zM12 10v4.5M12 17v.1',
  question:
    'M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM9.7 9.6a2.4 2.4 0 1 1 3.4 2.3c-.8.4-1.1.8-1.1 1.6M12 16.3v.1',
};

/** @typedef {keyof typeof paths} IconName */

/** @param {{ name: IconName, size?: number }} props */
export const Icon = ({ name, size = 20 }) => (
  <svg class="icon" viewBox="0 0 24 24" width={size} height={size} aria-hidden="true">
    <path d={paths[name]} />
  </svg>
);

/** The mark: an open book whose right page carries the double rule under a total. */
export const Mark = () => (
  <svg class="mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
    <path class="mark-cover" d="M5 4h19a4 4 0 0 1 4 4v20H8a3 3 0 0 1-3-3z" />
    <path class="mark-rule" d="M11 4v24" />
    <path class="mark-line" d="M15 11h9M15 15.5h9" />
    <path class="mark-total" d="M15 21h9M15 24h9" />
  </svg>
);
