/** @returns the name of a program without its folder and what systems add */
export function programName(text: string): string {
  const name = text.replaceAll('\\', '/').split('/').pop() ?? '';
  return name.toLowerCase().replace(/\.(exe|cmd|bat|ps1)$/, '');
}

/** Whether it is a shell whose words the grammar of bash reads as it does; fish is none. */
export function isPosixShell(shell: string): boolean {
  return /^(ba|z|da|k|a)?sh$/.test(programName(shell));
}
