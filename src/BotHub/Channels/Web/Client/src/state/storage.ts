import type { Bot } from '../transport/contract';
import type { Session } from '../transport/hub-api';

export interface StoredSession extends Session {
  bot: Bot;
}

export interface Unsent {
  id: string;
  text: string;
}

/** What must survive a reload. Where the browser forbids storage, the page works without. */
export class Storage {
  constructor(private readonly prefix: string) {}

  get session(): StoredSession | undefined {
    return this.#read<StoredSession>('session');
  }

  set session(value: StoredSession | undefined) {
    this.#write('session', value);
  }

  get outbox(): Unsent[] {
    return this.#read<Unsent[]>('outbox') ?? [];
  }

  set outbox(value: Unsent[]) {
    this.#write('outbox', value.length > 0 ? value : undefined);
  }

  get draft(): string {
    return this.#read<string>('draft') ?? '';
  }

  set draft(value: string) {
    this.#write('draft', value === '' ? undefined : value);
  }

  #read<T>(key: string): T | undefined {
    try {
      const json = localStorage.getItem(this.prefix + key);
      return json === null ? undefined : (JSON.parse(json) as T);
    } catch {
      return undefined;
    }
  }

  #write(key: string, value: unknown): void {
    try {
      if (value === undefined) localStorage.removeItem(this.prefix + key);
      else localStorage.setItem(this.prefix + key, JSON.stringify(value));
    } catch {
      // Full or forbidden: only resuming after a reload is lost.
    }
  }
}
