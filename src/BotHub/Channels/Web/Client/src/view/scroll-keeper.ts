/** How near the end still counts as being there. */
const NEAR = 40;

/** Follows the end of a growing log, but only while the reader is there; never moves the page under their eyes. */
export class ScrollKeeper {
  #log: HTMLElement | undefined;
  #lastTop = 0;
  #following = true;
  readonly #resized = new ResizeObserver(() => this.follow());

  constructor(private readonly changed: () => void) {}

  get following(): boolean {
    return this.#following;
  }

  /** @param content the log's child, whose growth is followed */
  attach(log: HTMLElement, content: HTMLElement): void {
    this.#log = log;
    this.#resized.observe(log);
    this.#resized.observe(content);
  }

  detach(): void {
    this.#resized.disconnect();
  }

  /** To be called on the log's scroll event. */
  scrolled(): void {
    const log = this.#log;
    if (!log) return;
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
    // Growth alone can put us off the end for a frame; only a move upwards means that the reader wants to stay.
    if (atEnd) this.#set(true);
    else if (log.scrollTop < this.#lastTop) this.#set(false);
    this.#lastTop = log.scrollTop;
  }

  follow(): void {
    if (this.#following && this.#log) this.#log.scrollTop = this.#log.scrollHeight;
  }

  toEnd(smooth: boolean): void {
    if (!this.#log) return;
    if (smooth && !matchMedia('(prefers-reduced-motion: reduce)').matches) {
      this.#log.scrollTo({ top: this.#log.scrollHeight, behavior: 'smooth' });
    } else {
      this.#set(true);
      this.follow();
    }
  }

  /** Notes what the reader sees; the returned function brings it back after something was put above. */
  hold(): () => void {
    const log = this.#log;
    const top = log?.getBoundingClientRect().top ?? 0;
    const seen = [...(log?.querySelectorAll('article') ?? [])].find(a => a.getBoundingClientRect().bottom > top);
    const before = seen?.getBoundingClientRect().top ?? 0;
    return () => {
      if (log && seen?.isConnected) log.scrollTop += seen.getBoundingClientRect().top - before;
    };
  }

  #set(following: boolean): void {
    if (this.#following === following) return;
    this.#following = following;
    this.changed();
  }
}
