// Links in memory, bounded: the oldest goes when the store is full.
import { createHash } from 'node:crypto';

const CODE_LENGTH = 8;

/** Returns the short code of a URL: the same URL always has the same code. */
export function codeOf(url) {
  return createHash('sha256').update(url).digest('base64url').slice(0, CODE_LENGTH);
}

/** Returns the URL in its normal form, or null when it is not an http or https URL. */
export function parseTarget(text) {
  try {
    const url = new URL(text);
    return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null;
  } catch {
    return null;
  }
}

export class LinkStore {
  #links = new Map();
  #capacity;

  constructor(capacity = 10_000) {
    this.#capacity = capacity;
  }

  /** Adds a link and returns its code. */
  add(url) {
    const code = codeOf(url);
    this.#links.delete(code);
    this.#links.set(code, url);
    if (this.#links.size > this.#capacity) {
      this.#links.delete(this.#links.keys().next().value);
    }
    return code;
  }

  /** Returns the URL behind a code, or undefined. */
  find(code) {
    return this.#links.get(code);
  }
}
