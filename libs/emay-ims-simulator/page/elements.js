/** Makes an element. Texts become text nodes and never markup; a function is listened with, `false` and `undefined` are left out. */
export function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === 'function') node.addEventListener(name, value);
    else if (value !== undefined && value !== false) node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(...children);
  return node;
}

export function byId(id) {
  return document.getElementById(id);
}

/** Touches the page only where something changed: a selection and a screen reader's place stay. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** A small label with a tone: `good`, `bad`, `warn` or `dim`. */
export function setChip(node, text, tone) {
  setText(node, text);
  const className = `chip ${tone}`;
  if (node.className !== className) node.className = className;
  node.hidden = text === '';
}
