/** The peers' packages are the benchmark's own, and not installed where types are checked. */

declare module '@electric-sql/pglite';
declare module '@sqlite.org/sqlite-wasm';
declare module 'dexie';
declare module 'hash-wasm';
declare module 'pouchdb-adapter-indexeddb';
declare module 'pouchdb-browser';
declare module 'rxdb/plugins/core';
declare module 'rxdb/plugins/storage-dexie';
