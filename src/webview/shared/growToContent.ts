/** Makes a textarea as high as its text; style sheets limit it. */
export function growToContent(box: HTMLTextAreaElement): void {
  // Shrink first: scrollHeight never falls below the box's own height.
  box.style.height = 'auto';
  box.style.height = `${box.scrollHeight + box.offsetHeight - box.clientHeight}px`;
}
