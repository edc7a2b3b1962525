/** An element with its class and children; texts are texts. */
export function element(tag, className, ...children) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...children);
  return made;
}

/** In the middle of an empty panel. */
export function notice(text) {
  return element('div', 'notice', text);
}
