const INTERVAL_MS = 1_000;

/** Loads again a second after the last load was shown, unless the page is hidden or paused. */
export class Poller {
  #load;
  #show;
  #fail;
  #turn = 0;
  #timer;
  #isPaused = false;

  constructor({ load, show, fail }) {
    this.#load = load;
    this.#show = show;
    this.#fail = fail;
    document.addEventListener('visibilitychange', () => (document.hidden ? this.hold() : this.now()));
  }

  get isPaused() {
    return this.#isPaused;
  }

  set isPaused(isPaused) {
    this.#isPaused = isPaused;
    if (isPaused) this.hold();
    else void this.now();
  }

  /** Until `now`. What is under way is not shown: it may be older than what was just done here. */
  hold() {
    this.#turn++;
    clearTimeout(this.#timer);
  }

  async now() {
    this.hold();
    const turn = this.#turn;
    let show;
    try {
      const loaded = await this.#load();
      show = () => this.#show(loaded);
    } catch (error) {
      show = () => this.#fail(error);
    }
    if (turn !== this.#turn) return;
    if (!this.#isPaused && !document.hidden) this.#timer = setTimeout(() => void this.now(), INTERVAL_MS);
    show();
  }
}
