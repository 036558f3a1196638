/** Milliseconds that a copy button shows that it worked. */
const CONFIRMATION_MS = 1500;

/** Copies a text and turns the button's icon into a check mark for a moment. */
export async function copyText(text: string, button: HTMLElement): Promise<void> {
  await navigator.clipboard.writeText(text);
  const icon = button.querySelector('.codicon');
  icon?.classList.replace('codicon-copy', 'codicon-check');
  setTimeout(() => icon?.classList.replace('codicon-check', 'codicon-copy'), CONFIRMATION_MS);
}
