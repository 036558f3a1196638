/** @returns the name of a program without its folder, what systems add, and the sign that has zsh look for it */
export function programName(text: string): string {
  const name = text.replace(/^=/, '').replaceAll('\\', '/').split('/').pop() ?? '';
  return name.toLowerCase().replace(/\.(exe|cmd|bat|ps1)$/, '');
}

/** Whether it is a shell whose words the grammar of bash reads as it does; fish is none. */
export function isPosixShell(shell: string): boolean {
  return /^(ba|z|da|k|a)?sh$/.test(programName(shell));
}
