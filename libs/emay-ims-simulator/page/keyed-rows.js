/**
 * The rows of a list that is refreshed again and again.
 * - A row lives as long as its item: it is updated in place, so focus, selection and half-made choices stay.
 * - Rows that stay are not moved unless the order among them changed.
 * - The row that has the focus outlives its item: nothing is taken from under somebody's hands.
 */
export class KeyedRows {
  #container;
  #keyOf;
  #create;
  #update;
  #rows = new Map();

  /** `create(item)` gives `{ node, … }`, `update(row, item)` writes the item into it. */
  constructor(container, { keyOf, create, update }) {
    this.#container = container;
    this.#keyOf = keyOf;
    this.#create = create;
    this.#update = update;
  }

  show(items) {
    const wanted = new Map(items.map((item) => [this.#keyOf(item), item]));
    const leftOver = new Set();
    for (const [key, { node }] of this.#rows) {
      if (wanted.has(key)) continue;
      if (node.contains(document.activeElement)) {
        leftOver.add(node);
        continue;
      }
      node.remove();
      this.#rows.delete(key);
    }
    let next = this.#container.firstElementChild;
    for (const [key, item] of wanted) {
      const row = this.#rows.get(key) ?? this.#create(item);
      this.#rows.set(key, row);
      this.#update(row, item);
      while (next && leftOver.has(next)) next = next.nextElementSibling;
      if (next === row.node) next = next.nextElementSibling;
      else this.#container.insertBefore(row.node, next);
    }
  }
}
