/** Exponential back-off with jitter: a restarted server must not meet all its clients in the same second. */
export class Backoff {
  #attempt = 0;

  constructor(
    private readonly first = 500,
    private readonly longest = 15_000,
  ) {}

  get attempt(): number {
    return this.#attempt;
  }

  next(): number {
    const ceiling = Math.min(this.longest, this.first * 2 ** this.#attempt);
    this.#attempt++;
    return ceiling / 2 + Math.random() * (ceiling / 2);
  }

  reset(): void {
    this.#attempt = 0;
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds));
}

/** A pause that can be cut short, for example when the network is back. */
export class Pause {
  #wake: (() => void) | undefined;

  async wait(milliseconds: number): Promise<void> {
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }

  wake(): void {
    this.#wake?.();
  }
}
