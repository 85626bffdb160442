import { render } from 'preact';

import { App } from './app.jsx';
import { open, watchForTraps } from './book.js';
import { startPwa } from './pwa.js';
import './styles/index.css';

watchForTraps();
startPwa();
render(<App />, /** @type {HTMLElement} */ (document.getElementById('app')));
void open();
