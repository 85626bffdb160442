/**
 * Opening a database, perhaps before it is asked for. What fails rejects with a `Failure` of `database.js`.
 */

import { answer, DERIVED, failed, failure, LOG, RECENT, within } from './database.js';
import { Connection } from './requests.js';

/** The layout this build writes and reads; in version 1, every batch was in `LOG`. */
const VERSION = 2;
/**
 * How long opening may take, in milliseconds. It waits for other tabs to let go of an older version
 * or of a deleted database, and a frozen tab never does.
 */
const OPENING_MS = 10_000;

/** Connections begun before they were asked for, by the database's name. @type {Map<string, Promise<Connection>>} */
const begun = new Map();

/**
 * Begins to open the database called `name` for the `open` that comes later, while the WebAssembly
 * that calls it is still being loaded. May be called again before that.
 *
 * @param {string} name @returns {Promise<Connection>}
 */
export function begin(name) {
  const connecting = usable(begun.get(name), name);
  begun.set(name, connecting);
  connecting.catch((error) => {
    // That data was lost, the browser tells only once: it is kept for whoever opens the store.
    if (error.code !== 'data_lost' && begun.get(name) === connecting) begun.delete(name);
  });
  return connecting;
}

/** A connection that was begun, if it can still be used, or another. @param {Promise<Connection> | undefined} connecting @param {string} name */
async function usable(connecting, name) {
  const connection = await connecting;
  return connection?.isOpen ? connection : await connect(name);
}

/**
 * Opens the database called `name`, which is created when it does not exist.
 *
 * @param {string} name @returns {Promise<Connection>}
 */
export async function open(name) {
  const connecting = begun.get(name);
  begun.delete(name);
  let connection = await usable(connecting, name);
  if (await connection.isCleared().catch(() => false)) {
    // Whoever removed everything did not come to deleting the database.
    await connection.delete();
    connection = await connect(name);
  }
  connection.take();
  return connection;
}

/** @param {string} name */
const connect = async (name) => new Connection(await openDatabase(name));

/** @param {string} name @returns {Promise<IDBDatabase>} */
async function openDatabase(name) {
  if (typeof indexedDB === 'undefined') throw failure('unavailable', 'there is no IndexedDB here');
  try {
    const { database, loss } = await ask(name, VERSION);
    if (!loss) return database;
    database.close();
    throw failure('data_lost', loss);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'VersionError') throw await newerVersion(name);
    throw failed(error);
  }
}

/**
 * Asks for `version`, or for whatever version there is. A request cannot be taken back: one that
 * comes too late is closed when it comes.
 *
 * @param {string} name @param {number} [version]
 * @returns {Promise<{ database: IDBDatabase, loss: string | undefined }>}
 */
function ask(name, version) {
  let isLate = false;
  const request = indexedDB.open(name, version);
  /** @type {string | undefined} */
  let loss;
  request.onupgradeneeded = (event) => {
    // Chromium, when it found a database too damaged to open and began a new one, says so here.
    const { dataLoss, dataLossMessage } = /** @type {{ dataLoss?: string, dataLossMessage?: string }} */ (
      event
    );
    if (dataLoss && dataLoss !== 'none') loss = `${dataLoss}: ${dataLossMessage ?? ''}`;
    const { result: database } = request;
    for (const name of [LOG, RECENT, DERIVED]) {
      if (!database.objectStoreNames.contains(name)) database.createObjectStore(name);
    }
  };
  const opening = answer(request).then((database) => {
    if (isLate) database.close();
    return { database, loss };
  });
  return within(OPENING_MS, opening, async () => {
    isLate = true;
    throw failure('blocked', `it did not open within ${OPENING_MS} ms`);
  });
}

/** The failure for a database with a higher version than this build's. @param {string} name */
async function newerVersion(name) {
  try {
    const { database } = await ask(name);
    const found = database.version;
    database.close();
    return { ...failure('unsupported_format', 'the database'), found, supported: VERSION };
  } catch (error) {
    return failed(error);
  }
}
