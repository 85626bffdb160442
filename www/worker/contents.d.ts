/** What makes the page: its version, and its files' addresses, relative to the service worker's. */
declare const CONTENTS: { version: string; files: string[] };
